// A file that has its name only when it is whole: written as `NAME.part`, renamed at the end. So a run that breaks never
// takes the place of a good report, and what it has written stays where `--resume` finds it.

import { createWriteStream } from 'node:fs'
import { copyFile, type FileHandle, lstat, open, rename, rm, stat } from 'node:fs/promises'
import { createSink, openFileSink, openPipeSink, whyNotWritten } from '../report/sink.js'
import { UsageError } from '../settings/errors.js'
import type { Sink } from '../words/output.js'
import { LOCKED, lookAt, partPathOf } from './find-output.js'
import { placeFor, type SetAside, setAside } from './set-aside.js'

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
  /** All that an earlier part of it holds will be written again, so that it need not be kept. */
  readonly isReplayed?: boolean
  /** Ends the wait for somebody who reads a named pipe; then opening rejects with its reason. Default: it may last. */
  readonly signal?: AbortSignal
}

/** A sink into such a file. */
export interface PartFile extends Sink {
  /** Where the text is until the end; null where it goes straight into a device or a pipe. */
  readonly partPath: string | null
  /** Where the rows of a `NAME.part` went that an earlier run had left; null where there was none. */
  readonly aside: SetAside | null
  /** What befell the part while it was written, though nothing was lost; null where nothing did. */
  readonly notice: string | null
  /** Gives up a file that nothing was asked for; one that goes on is left as it is. */
  discard(): Promise<void>
}

/**
 * Opens `NAME.part` beside the file (beside its target where the name is a link). Devices, pipes, and a file in a folder
 * that takes no new ones are written directly. A `UsageError` says why it cannot be.
 */
export async function openPartFile(path: string, options: PartFileOptions): Promise<PartFile> {
  const { flag, fate, keptBytes = null, isCopy = false, isReplayed = false } = options
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
  try {
    if (keptBytes === null && isReplayed) await rm(part, { force: true })
    const aside = keptBytes === null ? await setAside(part) : null
    // `wx`: a file or link that somebody else puts there meanwhile is not written into.
    const file = await open(part, keptBytes === null ? 'wx+' : 'r+', mode ?? 0o666)
    if (mode !== null) await file.chmod(mode)
    if (keptBytes !== null) await file.truncate(keptBytes)
    const isFresh = keptBytes === null || isCopy
    return partSink({ file, path, part, realPath, fate, isFresh, aside, start: keptBytes ?? 0 })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const isWrittenInPlace =
      formerMode !== null && keptBytes === null && options.mode === undefined && fate !== 'replaces'
    if (isWrittenInPlace && LOCKED.has(code ?? '')) return openDirectly(path, options)
    throw refuse(cause, code === 'ENOENT' || code === 'ENOTDIR' ? '' : `${partPathOf(path)} `)
  }
}

interface Place {
  readonly file: FileHandle
  /** As the user knows it. */
  readonly path: string
  readonly part: string
  readonly realPath: string
  readonly fate: Fate
  readonly isFresh: boolean
  readonly aside: SetAside | null
  /** Where the first byte goes. */
  readonly start: number
}

function partSink(place: Place): PartFile {
  const { file, path, part, realPath, fate, isFresh, aside } = place
  // By its number: a stream of the handle itself would close it, and what was written is read again where the part is gone.
  const stream = createWriteStream(part, { fd: file.fd, start: place.start, autoClose: false })
  const inner = createSink(stream, path)
  let failure: Error | null = null
  let notice: string | null = null
  let ended: Promise<void> | null = null

  /** Whether the part goes on under its name, after it was closed. */
  const close = async (): Promise<boolean> => {
    await inner.end()
    await new Promise((resolve) => stream.end(resolve))
    try {
      const whose = await whoseIs(part, file)
      if (whose === 'ours') return true
      const saved = await saveRows(file, part, whose)
      if (whose === 'gone') notice = `${part} was removed while it was written; it is whole again`
      else if (saved === null) failure = new UsageError(`${part} is another file now`)
      else failure = new UsageError(`${part} is another file now, which is left as it is; the rows are in ${saved}`)
      return whose === 'gone'
    } finally {
      // Some file systems say only now that there was no room (close(2)).
      await file.close()
    }
  }
  const finish = async (isWhole: boolean, isJudged: boolean): Promise<void> => {
    try {
      const isOurs = await close()
      const isGood = inner.error === null && !inner.gone && isOurs
      if (fate === 'replaces' && !(isGood && isWhole && isJudged)) {
        if (isOurs) await rm(part, { force: true })
      } else if (isGood && (isWhole || fate === 'document')) await moveOver(part, realPath)
    } catch (error) {
      failure = error as Error
    }
  }
  /** As if it had not been opened. */
  const undo = async (): Promise<void> => {
    const isOurs = await close()
    if (!isFresh || !isOurs) return
    await rm(part, { force: true })
    if (aside !== null) await rename(aside.path, part)
  }
  return {
    name: inner.name,
    partPath: part,
    aside,
    get notice() {
      return notice
    },
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
      ended ??= undo()
      await ended
    },
  }
}

/** Names are only names: somebody may have removed the part, or put another file in its place. */
async function whoseIs(part: string, file: FileHandle): Promise<'ours' | 'gone' | 'another'> {
  const own = await file.stat({ bigint: true })
  const found = await lstat(part, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return null
  })
  if (found === null) return 'gone'
  return found.dev === own.dev && found.ino === own.ino ? 'ours' : 'another'
}

/** Writes what is in the file under its name again, or beside it where another file has that; null where it holds nothing. */
async function saveRows(file: FileHandle, part: string, whose: 'gone' | 'another'): Promise<string | null> {
  const { size } = await file.stat()
  if (size === 0 && whose === 'another') return null
  // A name that nobody has: what stands there may be more.
  const path = whose === 'gone' ? part : await placeFor(part, 0)
  const copy = await open(path, 'wx', (await file.stat()).mode & 0o777)
  try {
    const buffer = Buffer.allocUnsafe(COPY_BYTES)
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
      if (bytesRead === 0) break
      await copy.writeFile(buffer.subarray(0, bytesRead))
      at += bytesRead
    }
  } finally {
    await copy.close()
  }
  return path
}

const COPY_BYTES = 1024 * 1024

async function openDirectly(path: string, { flag, signal }: PartFileOptions): Promise<PartFile> {
  const isPipe = await stat(path).then(
    (stats) => stats.isFIFO(),
    () => false,
  )
  const sink = isPipe ? await openPipeSink(path, { flag, signal }) : await openFileSink(path, flag)
  return {
    name: sink.name,
    partPath: null,
    aside: null,
    notice: null,
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
