// A file that has its name only when it is whole: written as `NAME.part`, renamed at the end. So a run that breaks never
// takes the place of a good report, and what it has written stays where `--resume` finds it.

import { createWriteStream } from 'node:fs'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import type { ReportFormat } from '../report/formats/report-format.js'
import { gzipInto, isPacked } from '../report/gzip-into.js'
import { openFileSink, openPipeSink } from '../report/open-sink.js'
import { createSink } from '../report/sink.js'
import { whyNotWritten } from '../report/why-not-written.js'
import { UsageError } from '../settings/errors.js'
import type { Sink } from '../words/output.js'
import type { Summary } from '../words/summary.js'
import { DirectFile } from './direct-file.js'
import { LOCKED, lookAt, partPathOf } from './find-output.js'
import { moveOver } from './move-over.js'
import { saveRows, whoseIs } from './save-rows.js'
import { type SetAside, setAside } from './set-aside.js'

/**
 * What becomes of the file when the run has ended: that of the report in it, or `replaces`: it takes the place of the old
 * one only when the run is whole and could be judged (exit code 0 or 1), else it is dropped.
 */
export type Fate = ReportFormat['fate'] | 'replaces'

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
  /** While it says so, what is written is in the kept bytes already, and is dropped. Default: never. */
  readonly isReplaying?: () => boolean
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
    const isReplaying = options.isReplaying ?? (() => false)
    return new PartSink({ file, path, part, realPath, fate, isFresh, aside, isReplaying, start: keptBytes ?? 0 })
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
  readonly isReplaying: () => boolean
  /** Where the first byte goes. */
  readonly start: number
}

/** Written beside its name until its end. */
class PartSink implements PartFile {
  readonly name: string
  readonly partPath: string
  readonly aside: SetAside | null
  notice: string | null = null
  readonly #place: Place
  readonly #stream: Writable
  readonly #inner: Sink
  #failure: Error | null = null
  #ended: Promise<void> | null = null

  constructor(place: Place) {
    const { file, path, part, start } = place
    this.name = path
    this.partPath = part
    this.aside = place.aside
    this.#place = place
    // By its number: a stream of the handle itself would close it, and what was written is read again where the part is gone.
    const stream = createWriteStream(part, { fd: file.fd, start, autoClose: false })
    this.#stream = isPacked(path) ? gzipInto(stream) : stream
    this.#inner = createSink(this.#stream, path)
  }

  get gone(): boolean {
    return this.#inner.gone
  }

  get error(): Error | null {
    return this.#inner.error ?? this.#failure
  }

  onFault(listener: () => void): void {
    this.#inner.onFault?.(listener)
  }

  write(text: string): Promise<void> | void {
    return this.#place.isReplaying() ? undefined : this.#inner.write(text)
  }

  end(run?: Pick<Summary, 'unfinished' | 'exitCode'>): Promise<void> {
    const isJudged = run === undefined || run.exitCode < 2
    this.#ended ??= this.#finish((run?.unfinished ?? null) === null, isJudged)
    return this.#ended
  }

  async discard(): Promise<void> {
    this.#ended ??= this.#undo()
    await this.#ended
  }

  async #finish(isWhole: boolean, isJudged: boolean): Promise<void> {
    const { part, realPath, fate } = this.#place
    try {
      const isOurs = await this.#close()
      const isGood = this.#inner.error === null && !this.#inner.gone && isOurs
      if (fate === 'replaces' && !(isGood && isWhole && isJudged)) {
        if (isOurs) await rm(part, { force: true })
      } else if (isGood && (isWhole || fate === 'document')) await moveOver(part, realPath)
    } catch (error) {
      this.#failure = error as Error
    }
  }

  /** As if it had not been opened. */
  async #undo(): Promise<void> {
    const { part, isFresh, aside } = this.#place
    const isOurs = await this.#close()
    if (!isFresh || !isOurs) return
    await rm(part, { force: true })
    if (aside !== null) await rename(aside.path, part)
  }

  /** Whether the part goes on under its name, after it was closed. */
  async #close(): Promise<boolean> {
    const { file, part } = this.#place
    await this.#inner.end()
    await new Promise<void>((resolve) => this.#stream.end(() => resolve()))
    try {
      const whose = await whoseIs(part, file)
      if (whose === 'ours') return true
      const saved = await saveRows(file, part, whose)
      if (whose === 'gone') {
        this.notice = `${part} was removed while it was written; it is whole again`
        return true
      }
      const where = saved === null ? '' : `, which is left as it is; the rows are in ${saved}`
      this.#failure = new UsageError(`${part} is another file now${where}`)
      return false
    } finally {
      // Some file systems say only now that there was no room (close(2)).
      await file.close()
    }
  }
}

async function openDirectly(path: string, { flag, signal }: PartFileOptions): Promise<PartFile> {
  const isPipe = await stat(path).then(
    (stats) => stats.isFIFO(),
    () => false,
  )
  return new DirectFile(isPipe ? await openPipeSink(path, { flag, signal }) : await openFileSink(path, flag))
}
