// Inputs to targets, in order, at the reader's pace. A bad line is a target with a problem; a broken input ends itself
// and nothing else. Never reads ahead of what is asked for, but for the chunk in hand.

import { UsageError } from '../settings/errors.js'
import type { Target } from '../settings/target.js'
import { hideSecrets } from '../words/hide-secrets.js'
import type { FetchList } from './fetched-list.js'
import type { InputContext, ListedList, ReadTargets } from './formats/input-format.js'
import { HostNames } from './host-names.js'
import { ListBytes } from './list-bytes.js'
import { lookAt, shownName } from './look-at.js'
import type { FetchedInput, Input, ListInput } from './open-inputs.js'
import { type FetchedBytes, fetchedBytes, openerOf } from './open-listed.js'
import { type LineContext, parseArgument } from './parse-line.js'
import { TargetSeries } from './target-series.js'

/** How many lines were read so far: every line is a target or blank (a comment counts as blank, an argument as a line). */
export interface LineCounts {
  readonly lines: number
  readonly blank: number
}

/** The targets of a run. Loop over `batches` once; leaving the loop closes all inputs. */
export interface TargetReader {
  /**
   * Up to 1000 targets a pull, never none; a promise a batch instead of a promise a target. Never rejects.
   * `return()` works at once, also while a slow pipe is waited for.
   */
  readonly batches: AsyncIterableIterator<readonly Target[]>
  counts(): LineCounts
  /** Sentences for the summary: an encoding that was guessed. Grows while reading. */
  readonly notices: readonly string[]
  /** Why an input ended before its end (a sentence with the code); null while none did. */
  readonly broke: string | null
  /** How much of the inputs was read, by their bytes, 0 to 1; null where one of them is no plain file. */
  readShare(): number | null
}

/** What lines start from, and whether targets keep theirs (`raw`), which costs its memory. Default false. */
export interface ReadContext extends LineContext {
  readonly keepLines?: boolean
  /** Fetches lists that are behind a URL. Default: such lists cannot be read. */
  readonly fetchList?: FetchList
}

/** Reads the inputs one after the other. `ask` and `expect` are shared by all targets without keys of their own. */
export function readTargets(inputs: readonly Input[], context: ReadContext): TargetReader {
  const reading = new Reading(inputs, context)
  const batches = stoppable(reading.batches(), () => reading.stop())
  return {
    batches,
    counts: () => reading.counts(),
    notices: reading.notices,
    readShare: () => reading.readShare(),
    get broke() {
      return reading.broken.length === 0 ? null : reading.broken.join('; ')
    },
  }
}

/** Inputs on their way to targets. */
class Reading {
  readonly notices: string[] = []
  readonly broken: string[] = []
  readonly #inputs: readonly Input[]
  readonly #context: ReadContext
  readonly #series: TargetSeries
  /** Aborted when nobody wants more. */
  readonly #stopping = new AbortController()
  #bytesRead = 0

  constructor(inputs: readonly Input[], context: ReadContext) {
    this.#inputs = inputs
    this.#context = { ...context, hosts: new HostNames() }
    this.#series = new TargetSeries(context.keepLines ?? false)
  }

  counts(): LineCounts {
    return { lines: this.#series.lines, blank: this.#series.blank }
  }

  readShare(): number | null {
    let total = 0
    for (const input of this.#inputs) {
      if (input.kind === 'fetched' || (input.kind === 'list' && input.bytes === null)) return null
      if (input.kind === 'list') total += input.bytes!
    }
    return total === 0 ? null : Math.min(1, this.#bytesRead / total)
  }

  stop(): void {
    this.#stopping.abort()
    for (const input of this.#inputs) if (input.kind === 'list') void input.close()
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted
  }

  async *batches(): AsyncGenerator<readonly Target[], void, undefined> {
    for (const input of this.#inputs) {
      if (this.#isStopped) return
      if (input.kind === 'url') yield [this.#series.argument(parseArgument(input.text, this.#context), input.text)]
      else if (input.kind === 'list') yield* this.#listed(input)
      else yield* this.#fetched(input)
    }
  }

  #listed(input: ListInput): AsyncGenerator<readonly Target[], void, undefined> {
    if (input.notice !== null) this.notices.push(input.notice)
    const onBytes = (count: number) => {
      this.#bytesRead += count
    }
    const bytes = new ListBytes({ open: input.open, onBytes, ...this.#breaks(input.name) })
    return this.#read(input.read, { name: input.name, bytes, encoding: input.encoding, base: null })
  }

  /** What is wrong with its start is found out only now, and is the end of this list. */
  async *#fetched(input: FetchedInput): AsyncGenerator<readonly Target[], void, undefined> {
    const shown = hideSecrets(input.name, 'invalid')
    const found = await this.#fetch(input)
    if (!('bytes' in found)) {
      if (!this.#isStopped) this.broken.push(`${shown} cannot be read: ${found.reason}`)
      return
    }
    try {
      const { read, notice } = lookAt(input, found.head, found.isWhole)
      if (notice !== null) this.notices.push(notice)
      yield* this.#read(read, { ...found, name: input.name })
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      this.broken.push(error.message)
      await found.close()
    }
  }

  async #fetch({ name }: FetchedInput): Promise<FetchedBytes> {
    const { fetchList } = this.#context
    if (fetchList === undefined) return { reason: 'there is nothing to fetch it with', isOurs: true }
    return fetchedBytes(name, { fetchList, signal: this.#stopping.signal, ...this.#breaks(name) })
  }

  /** How bytes of this list end before their end. */
  #breaks(name: string) {
    return {
      isStopped: () => this.#isStopped,
      onBreak: (code: string) => this.#broke(name, `broke after line ${this.#series.line} (${code})`),
    }
  }

  #broke(name: string, text: string): void {
    this.broken.push(`${hideSecrets(shownName(name), 'invalid')} ${text}`)
  }

  async *#read(read: ReadTargets, list: Omit<ListedList, 'open'>): AsyncGenerator<readonly Target[], void, undefined> {
    const series = this.#series
    const { name } = list
    series.begin(name)
    const { fetchList = null } = this.#context
    const opening = { fetchList, signal: this.#stopping.signal, isUntrusted: this.#context.untrusted === true }
    const context: InputContext = {
      ...list,
      shown: shownName(name),
      open: openerOf({ base: list.base, file: list.base === null && name !== '-' ? name : null }, opening),
      line: this.#context,
      series,
      notice: (line, text) => {
        const at = hideSecrets(shownName(series.source), 'invalid')
        if (!this.#isStopped) this.notices.push(line === null ? asSentence(at, text) : `${at}:${line} ${text}`)
      },
      broke: (text) => {
        if (!this.#isStopped) this.#broke(series.source, `broke after line ${series.line} (${text})`)
      },
    }
    let isEmpty = true
    for await (const batch of read(list.bytes, context)) {
      // What ended because it was closed may have ended in the middle of a line.
      if (this.#isStopped) return
      isEmpty = false
      yield batch
    }
    // Alone it is a mistake, and said as one.
    if (isEmpty && !this.#isStopped && this.#inputs.length > 1) this.notices.push(`${shownName(name)} holds no URL`)
  }
}

/** Advice names the list itself. */
function asSentence(name: string, text: string): string {
  return text.includes(name) ? text : `${name} ${text}`
}

/** A generator answers `return()` only when its pending `next()` is done; so that is ended first, and not waited for. */
function stoppable<T>(inner: AsyncGenerator<T, void, undefined>, stop: () => void): AsyncIterableIterator<T> {
  let pending = 0
  return {
    next: async () => {
      pending++
      try {
        return await inner.next()
      } finally {
        pending--
      }
    },
    return: async () => {
      stop()
      const ended = inner.return()
      if (pending === 0) await ended
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
