// The targets of a run in their order: where each stands, and how many lines there were. A class because it makes one
// object a URL and nothing else.

import type { Target } from '../settings/target.js'
import { trimInvisible } from './invisible.js'
import type { ParsedLine } from './parse-line.js'

/** Numbers targets and counts lines, over all inputs of a run. */
export class TargetSeries {
  /** Lines so far: every one is a target or blank (a comment counts as blank, an argument as a line). */
  lines = 0
  blank = 0
  /** Lines of the list in hand so far. */
  line = 0
  #source = ''
  #index = 0
  readonly #keepLines: boolean

  /** With `keepLines` every target keeps its line (`raw`), which costs its memory. */
  constructor(keepLines: boolean) {
    this.#keepLines = keepLines
  }

  /** From here on lines are of this list. */
  begin(source: string): void {
    this.#source = source
    this.line = 0
  }

  /** A line that holds no target. */
  skipLine(): void {
    this.line++
    this.lines++
    this.blank++
  }

  /** The target of the next line; `text` is the line as written, null where it cannot be written again. */
  next({ input, url, host, problem, ask, expect, skip }: ParsedLine, text: string | null): Target {
    const line = ++this.line
    this.lines++
    const raw = this.#keepLines && text !== null ? rawLine(text, input) : null
    const source = this.#source
    return { index: this.#index++, line, source, input, url, host, problem, ask, expect, skip, raw }
  }

  /** The target of an argument, which stands on no line. */
  argument(parsed: ParsedLine, text: string): Target {
    this.begin('argv')
    return { ...this.next(parsed, text), line: null }
  }
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
