// A file to write, by the name that the user gave: where it really is, what an earlier run left beside it, and whose it is.

import { access, constants, readlink, realpath, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { whyNotWritten } from '../report/why-not-written.js'
import { UsageError } from '../settings/errors.js'
import { type FileLock, LockedError, type LockOwner, lockFile } from './lock-file.js'

/** The folder takes no new files. */
export const LOCKED: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS'])

/** The name of the file while it is written. */
export function partPathOf(path: string): string {
  return `${path}.part`
}

/** Where the rows of an earlier run are: in `NAME.part`, else in `NAME`; null where there is neither. */
export async function findRows(path: string, flag: string): Promise<{ partPath: string; rowsPath: string | null }> {
  const { isDirect, realPath, mode } = await lookAt(path)
  if (isDirect) throw new UsageError(`${flag} ${path}: not a file; only a file can be gone on with`)
  const partPath = partPathOf(realPath)
  const hasPart = await stat(partPath).then(
    () => true,
    () => false,
  )
  return { partPath, rowsPath: hasPart ? partPath : mode === null ? null : realPath }
}

/**
 * Takes the file for this run, before anything of it is read; null for devices and pipes, which nobody owns. A `UsageError`
 * names the run that has it, or says why it cannot be written.
 */
export async function lockOutput(path: string, flag: string, owner: LockOwner): Promise<FileLock | null> {
  try {
    const { isDirect, realPath, id } = await lookAt(path)
    if (isDirect) return null
    if (realPath.endsWith('.part')) {
      throw new UsageError(`${flag} ${path}: names with .part are for reports that are not finished; choose another`)
    }
    try {
      return await lockFile(realPath, owner)
    } catch (error) {
      // Such a file is written in place; its folder takes no lock either.
      if (id === null || !LOCKED.has((error as NodeJS.ErrnoException).code ?? '')) throw error
      return await lockFile(join(tmpdir(), `scrape-status-${id}`), owner)
    }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    const code = (cause as NodeJS.ErrnoException).code
    if (!(cause instanceof LockedError)) {
      throw new UsageError(`${flag} ${path}: ${whyNotWritten(path, code)}`, { cause })
    }
    const why = cause.holder === null ? 'two reports into one file' : `another run is writing it (${cause.holder})`
    throw new UsageError(`${flag} ${path}: ${why}`)
  }
}

/** What is known of it. */
export interface Found {
  readonly isDirect: boolean
  readonly realPath: string
  /** Of a file that a rename would replace; null where there is none. */
  readonly mode: number | null
  /** Its device and inode. */
  readonly id: string | null
}

/** Where the file really is, and whether there is one that a rename would replace. */
export async function lookAt(path: string): Promise<Found> {
  const direct = { isDirect: true, realPath: path, mode: null, id: null }
  // Behind these names stand descriptors that others hold: a rename would leave them with the old file.
  if (/^\/(?:dev|proc)\//.test(path)) return direct
  try {
    const stats = await stat(path)
    if (!stats.isFile()) return direct
    // A rename asks nobody whether the old file may be written.
    await access(path, constants.W_OK)
    const mode = stats.mode & 0o777
    return { isDirect: false, realPath: await realpath(path), mode, id: `${stats.dev}-${stats.ino}` }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return { isDirect: false, realPath: await endOfLinks(path), mode: null, id: null }
  }
}

/** Where a link points to that leads to no file yet. It is no circle: `stat` would have said so. */
async function endOfLinks(path: string): Promise<string> {
  const target = await readlink(path).catch(() => null)
  return target === null ? path : endOfLinks(resolve(dirname(path), target))
}
