// Inputs to targets, in order, at the reader's pace. A bad line is a target with a problem; a broken input ends itself
// and nothing else. Never reads ahead of what is asked for, but for the chunk in hand.

import type { Target } from '../settings/target.js'
import { INPUT_FORMATS } from './formats/index.js'
import type { InputBytes } from './formats/input-format.js'
import { HostNames } from './host-names.js'
import type { ByteSource, Input, ListInput } from './open-inputs.js'
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
}

/** What lines start from, and whether targets keep theirs (`raw`), which costs its memory. Default false. */
export interface ReadContext extends LineContext {
  readonly keepLines?: boolean
}

/** Reads the inputs one after the other. `ask` and `expect` are shared by all targets without keys of their own. */
export function readTargets(inputs: readonly Input[], context: ReadContext): TargetReader {
  const reading = new Reading(inputs, context)
  const batches = stoppable(reading.batches(), () => reading.stop())
  return {
    batches,
    counts: () => reading.counts(),
    notices: reading.notices,
    get broke() {
      return reading.broken.length === 0 ? null : reading.broken.join('; ')
    },
  }
}

/** Inputs on their way to targets. */
class Reading {
  readonly notices: string[] = []
  readonly broken: string[] = []
  isStopped = false
  readonly #inputs: readonly Input[]
  readonly #context: ReadContext
  readonly #series: TargetSeries

  constructor(inputs: readonly Input[], context: ReadContext) {
    this.#inputs = inputs
    this.#context = { ...context, hosts: new HostNames() }
    this.#series = new TargetSeries(context.keepLines ?? false)
  }

  counts(): LineCounts {
    return { lines: this.#series.lines, blank: this.#series.blank }
  }

  stop(): void {
    this.isStopped = true
    for (const input of this.#inputs) if (input.kind === 'list') void input.close()
  }

  async *batches(): AsyncGenerator<readonly Target[], void, undefined> {
    for (const input of this.#inputs) {
      if (this.isStopped) return
      if (input.kind === 'list') yield* this.#listed(input)
      else yield [this.#series.argument(parseArgument(input.text, this.#context), input.text)]
    }
  }

  async *#listed(input: ListInput): AsyncGenerator<readonly Target[], void, undefined> {
    const { notices, broken } = this
    const series = this.#series
    const name = input.name === '-' ? 'stdin' : input.name
    if (input.notice !== null) notices.push(input.notice)
    series.begin(input.name)
    const bytes = new ListBytes(input, this, (code) => {
      broken.push(`${name} broke after line ${series.line} (${code})`)
    })
    const targets = INPUT_FORMATS[input.format](bytes, {
      encoding: input.encoding,
      line: this.#context,
      series,
      notice: (line, text) => {
        if (!this.isStopped) notices.push(`${name}:${line} ${text}`)
      },
    })
    for await (const batch of targets) {
      // What ended because it was closed may have ended in the middle of a line.
      if (this.isStopped) return
      yield batch
    }
  }
}

/** Reading may fail, and only reading: what goes wrong elsewhere is a bug and must be seen as one. */
class ListBytes implements InputBytes {
  isBroken = false
  readonly #input: ListInput
  readonly #reading: { readonly isStopped: boolean }
  readonly #onBreak: (code: string) => void

  constructor(input: ListInput, reading: { readonly isStopped: boolean }, onBreak: (code: string) => void) {
    this.#input = input
    this.#reading = reading
    this.#onBreak = onBreak
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    let source: ByteSource | null = null
    try {
      source = await this.#input.open()
      for (let chunk = await source.read(); chunk !== null && !this.#reading.isStopped; chunk = await source.read()) {
        yield chunk
      }
    } catch (error) {
      this.isBroken = true
      if (!this.#reading.isStopped) this.#onBreak(codeOf(error))
    } finally {
      await source?.close()
    }
  }
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

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : String(error))
}
