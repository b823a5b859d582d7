// A file that has its name only when it is whole: written as `NAME.part`, renamed at the end. So a run that breaks never
// takes the place of a good report, and what it has written stays where `--resume` finds it.

import { access, constants, copyFile, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { UsageError } from '../parse.js'
import type { Sink } from '../types.js'
import { createSink, openFileSink, openPipeSink, whyNotWritten } from './sink.js'

/**
 * What becomes of the file when the run has ended. `grows`: every row counts, so the rows of a run that is not whole stay
 * as `NAME.part`. `document`: it says itself that the run was cut short, so it gets its name. `replaces`: it takes the
 * place of the old one only when the run is whole and could be judged (exit code 0 or 1), else it is dropped.
 */
export type Fate = 'grows' | 'document' | 'replaces'

export interface PartFileOptions {
  /** As the user knows it, for messages: `--output`. */
  readonly flag: string
  readonly fate: Fate
  /** Permissions; default those of the file that is there, else what the umask leaves. */
  readonly mode?: number
  /** Goes on behind these bytes of `NAME.part`, and cuts what follows them; default null: begins anew. */
  readonly keptBytes?: number | null
  /** The kept bytes are a copy of a finished file: nothing is lost when the part goes. */
  readonly isCopy?: boolean
  /** Ends the wait for somebody who reads a named pipe; then opening rejects with its reason. Default: it may last. */
  readonly signal?: AbortSignal
}

/** A sink into such a file. */
export interface PartFile extends Sink {
  /** Where the text is until the end; null where it goes straight into a device or a pipe. */
  readonly partPath: string | null
  /** True when a `NAME.part` of an earlier run was dropped for it. */
  readonly beganAnew: boolean
  /** Gives up a file that nothing was asked for; one that goes on is left as it is. */
  discard(): Promise<void>
}

/** The folder takes no new files. */
const LOCKED: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS'])

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
 * Opens `NAME.part` beside the file (beside its target where the name is a link). Devices, pipes, and a file in a folder
 * that takes no new ones are written directly. A `UsageError` says why it cannot be.
 */
export async function openPartFile(path: string, options: PartFileOptions): Promise<PartFile> {
  const { flag, fate, keptBytes = null, isCopy } = options
  const refuse = (cause: unknown, where = '') => {
    const code = (cause as NodeJS.ErrnoException).code
    return new UsageError(`${flag} ${path}: ${where}${whyNotWritten(path, code)}`, { cause })
  }
  const found = await lookAt(path).catch((cause: unknown) => {
    throw refuse(cause)
  })
  if (found.isDirect) return openDirectly(path, options)
  const { realPath, mode: formerMode } = found
  const part = partPathOf(realPath)
  const mode = options.mode ?? formerMode
  let beganAnew = false
  try {
    if (keptBytes === null) {
      beganAnew = fate === 'grows' && (await sizeOf(part)) > 0
      await rm(part, { force: true })
    }
    // `wx`: a file or link that somebody else puts there meanwhile is not written into.
    const file = await open(part, keptBytes === null ? 'wx' : 'r+', mode ?? 0o666)
    if (mode !== null) await file.chmod(mode)
    if (keptBytes !== null) await file.truncate(keptBytes)
    const sink = createSink(file.createWriteStream(keptBytes === null ? {} : { start: keptBytes }), path, true)
    return partSink(sink, { part, realPath, fate, isFresh: keptBytes === null || isCopy === true, beganAnew })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const isWrittenInPlace =
      formerMode !== null && keptBytes === null && options.mode === undefined && fate !== 'replaces'
    if (isWrittenInPlace && LOCKED.has(code ?? '')) return openDirectly(path, options)
    throw refuse(cause, code === 'ENOENT' || code === 'ENOTDIR' ? '' : `${partPathOf(path)} `)
  }
}

interface Place {
  readonly part: string
  readonly realPath: string
  readonly fate: Fate
  readonly isFresh: boolean
  readonly beganAnew: boolean
}

function partSink(inner: Sink, { part, realPath, fate, isFresh, beganAnew }: Place): PartFile {
  let failure: Error | null = null
  let ended: Promise<void> | null = null
  const finish = async (isWhole: boolean, isJudged: boolean): Promise<void> => {
    await inner.end()
    const isGood = inner.error === null && !inner.gone
    try {
      if (fate === 'replaces' && !(isGood && isWhole && isJudged)) await rm(part, { force: true })
      else if (isGood && (isWhole || fate === 'document')) await moveOver(part, realPath)
    } catch (error) {
      failure = error as Error
    }
  }
  return {
    name: inner.name,
    partPath: part,
    beganAnew,
    get gone() {
      return inner.gone
    },
    get error() {
      return inner.error ?? failure
    },
    ...(inner.onFault && { onFault: inner.onFault }),
    write: inner.write,
    end(run) {
      const isJudged = run === undefined || run.exitCode < 2
      ended ??= finish((run?.unfinished ?? null) === null, isJudged)
      return ended
    },
    async discard() {
      if (ended !== null) return
      ended = inner.end()
      await ended
      if (isFresh) await rm(part, { force: true })
    },
  }
}

async function openDirectly(path: string, { flag, signal }: PartFileOptions): Promise<PartFile> {
  const isPipe = await stat(path).then(
    (stats) => stats.isFIFO(),
    () => false,
  )
  const sink = isPipe ? await openPipeSink(path, { flag, signal }) : await openFileSink(path, flag)
  return {
    name: sink.name,
    partPath: null,
    beganAnew: false,
    get gone() {
      return sink.gone
    },
    get error() {
      return sink.error
    },
    get isUnread() {
      return sink.isUnread ?? false
    },
    ...(sink.onFault && { onFault: sink.onFault }),
    ...(sink.hurry && { hurry: sink.hurry }),
    write: sink.write,
    end: sink.end,
    discard: sink.end,
  }
}

/** Where the file really is, and whether there is one that a rename would replace. */
async function lookAt(path: string): Promise<{ isDirect: boolean; realPath: string; mode: number | null }> {
  // Behind these names stand descriptors that others hold: a rename would leave them with the old file.
  if (/^\/(?:dev|proc)\//.test(path)) return { isDirect: true, realPath: path, mode: null }
  try {
    const stats = await stat(path)
    if (!stats.isFile()) return { isDirect: true, realPath: path, mode: null }
    // A rename asks nobody whether the old file may be written.
    await access(path, constants.W_OK)
    return { isDirect: false, realPath: await realpath(path), mode: stats.mode & 0o777 }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return { isDirect: false, realPath: path, mode: null }
  }
}

/** A file that is mounted by itself, as in a container, cannot be replaced; its contents can. */
async function moveOver(part: string, path: string): Promise<void> {
  try {
    await rename(part, path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EBUSY' && code !== 'EXDEV') throw error
    await copyFile(part, path)
    await rm(part, { force: true })
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (stats) => stats.size,
    () => 0,
  )
}
