// Inputs to targets, in order, at the reader's pace. A bad line is a target with a problem; a broken input ends itself
// and nothing else. Never reads ahead of what is asked for, but for the chunk in hand.

import type { LineProblem, Target } from '../settings/target.js'
import { trimInvisible } from './invisible.js'
import type { ByteSource, Input, ListInput, UrlInput } from './open-inputs.js'
import { type LineContext, type ParsedLine, parseArgument, parseLine } from './parse-line.js'
import { createLineSplitter, type FaultyLine, HEAD_CHARACTERS, type Line } from './split-lines.js'

export { closeInputs, type Input, type OpenOptions, openInputs } from './open-inputs.js'

/** How many lines were read so far: every line is a target or blank (a comment counts as blank, an argument as a line). */
export interface LineCounts {
  readonly lines: number
  readonly blank: number
}

/** The targets of a run. Use `batches` or `targets`, one of them once; leaving the loop closes all inputs. */
export interface TargetReader {
  /**
   * Up to 1000 targets a pull, never none; a promise a batch instead of a promise a target. Never rejects.
   * `return()` works at once, also while a slow pipe is waited for.
   */
  readonly batches: AsyncIterableIterator<readonly Target[]>
  /** The same one by one. */
  readonly targets: AsyncIterable<Target>
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

/** Small enough that parsing a batch, 1 to 2 ms, does not hold up the sockets. */
const BATCH_TARGETS = 1000

/** Reads the inputs one after the other. `ask` and `expect` are shared by all targets without keys of their own. */
export function readTargets(inputs: readonly Input[], context: ReadContext): TargetReader {
  const notices: string[] = []
  const broken: string[] = []
  let lines = 0
  let blank = 0
  let index = 0
  let stopped = false
  let open: ByteSource | null = null

  async function* readAll(): AsyncGenerator<readonly Target[], void, undefined> {
    for (const input of inputs) {
      if (stopped) return
      if (input.kind === 'url') yield [argument(input)]
      else yield* readList(input)
    }
  }

  function argument({ text }: UrlInput): Target {
    lines++
    return toTarget(parseArgument(text, context), null, 'argv', text)
  }

  async function* readList(input: ListInput): AsyncGenerator<readonly Target[], void, undefined> {
    const shown = input.name === '-' ? 'stdin' : input.name
    const splitter = createLineSplitter(input.encoding)
    let line = 0
    if (input.notice !== null) notices.push(input.notice)

    /** The targets of some lines, a batch at a time. */
    function* parse(found: readonly Line[]): Generator<readonly Target[], void, undefined> {
      let batch: Target[] = []
      for (const text of found) {
        line++
        lines++
        const parsed = typeof text === 'string' ? parseLine(text, context) : faulty(text, context)
        if (parsed === null) blank++
        else batch.push(toTarget(parsed, line, input.name, typeof text === 'string' ? text : null))
        if (batch.length < BATCH_TARGETS) continue
        yield batch
        batch = []
      }
      if (batch.length > 0) yield batch
    }

    let failure: Error | null = null
    try {
      for (let chunk = await next(input); chunk !== null && !stopped; chunk = await next(input)) {
        if ('failure' in chunk) {
          failure = chunk.failure
          break
        }
        yield* parse(splitter.push(chunk))
      }
    } finally {
      await open?.close()
      open = null
    }
    if (stopped) return
    if (failure !== null) broken.push(`${shown} broke after line ${line} (${codeOf(failure)})`)
    yield* parse(failure === null ? splitter.end() : splitter.end().map(cutOff))
    const legacy = splitter.firstLegacyLine()
    if (legacy !== null) notices.push(`${shown}:${legacy} is not UTF-8; such lines are read as Windows-1252`)
  }

  /** Reading may fail, and only reading: what goes wrong elsewhere is a bug and must be seen as one. */
  async function next(input: ListInput): Promise<Uint8Array | null | { readonly failure: Error }> {
    try {
      open ??= await input.open()
      return await open.read()
    } catch (error) {
      return { failure: error instanceof Error ? error : new Error(String(error)) }
    }
  }

  function toTarget(parsed: ParsedLine, line: number | null, source: string, text: string | null): Target {
    const { input, url, host, problem, ask, expect, skip } = parsed
    const raw = context.keepLines && text !== null ? rawLine(text, input) : null
    return { index: index++, line, source, input, url, host, problem, ask, expect, skip, raw }
  }

  function stop(): void {
    stopped = true
    for (const input of inputs) if (input.kind === 'list') void input.close()
  }

  const batches = stoppable(readAll(), stop)
  return {
    batches,
    targets: oneByOne(batches),
    counts: () => ({ lines, blank }),
    notices,
    get broke() {
      return broken.length === 0 ? null : broken.join('; ')
    },
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

async function* oneByOne(batches: AsyncIterable<readonly Target[]>): AsyncGenerator<Target, void, undefined> {
  for await (const batch of batches) for (const target of batch) yield target
}

const FAULTS: Readonly<Record<FaultyLine['fault'], string>> = {
  nul: 'a NUL byte in the line; is this a text file?',
  overlong: 'the line is longer than 64 KiB',
  'cut-off': 'the input broke in this line',
}

function faulty({ fault, head }: FaultyLine, { ask, expect }: LineContext): ParsedLine {
  const problem: LineProblem = { kind: 'line.invalid', reason: FAULTS[fault], hint: null, key: null, column: null }
  return { input: head, url: null, host: '', problem, ask, expect, skip: null }
}

/** The rest of a URL never came: asking the half of it would make a false death. */
function cutOff(line: Line): FaultyLine {
  return { fault: 'cut-off', head: typeof line === 'string' ? line.slice(0, HEAD_CHARACTERS) : line.head }
}

/**
 * The line to its last visible character, because a note may be put behind it; a copy without ties to its chunk. Most
 * lines are their URL and nothing more.
 */
function rawLine(text: string, input: string): string {
  if (text === input) return input
  const line = trimInvisible(text)
  return ` ${text.slice(0, text.indexOf(line) + line.length)}`.slice(1)
}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message
}
