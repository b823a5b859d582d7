// The targets of a run in their order: where each stands, and how many lines there were. A class because it makes one
// object a URL and nothing else.

import type { Target } from '../settings/target.js'
import { trimInvisible } from './invisible.js'
import type { ParsedLine } from './parse-line.js'

/** What a row holds beside its URL and settings. */
export type Extra = NonNullable<Target['extra']> | null

/** Numbers targets and counts lines, over all inputs of a run. */
export class TargetSeries {
  /** Lines so far: every one is a target or blank (a comment counts as blank, an argument as a line). */
  lines = 0
  blank = 0
  /** Lines of the list in hand so far, and how many of them were blank. */
  line = 0
  blankOfList = 0
  /** The list in hand. */
  source = ''
  #index = 0
  /** Every target keeps its line (`raw`), which costs its memory. */
  readonly keepsLines: boolean

  constructor(keepsLines: boolean) {
    this.keepsLines = keepsLines
  }

  /** From here on lines are of this list. */
  begin(source: string): void {
    this.source = source
    this.line = 0
    this.blankOfList = 0
  }

  /** The next target, or what is skipped next, begins on this line. */
  moveTo(line: number): void {
    this.line = line - 1
  }

  /** A line that holds no target. */
  skipLine(): void {
    this.line++
    this.lines++
    this.blank++
    this.blankOfList++
  }

  /**
   * The target of the next line, with what is beside it there; `text` is the line as written or one that asks the same,
   * null where it cannot be written again.
   */
  next({ input, url, host, problem, ask, expect, skip }: ParsedLine, text: string | null, extra: Extra = null): Target {
    const line = ++this.line
    this.lines++
    const raw = this.keepsLines && text !== null ? rawLine(text, input) : null
    const { source } = this
    return { index: this.#index++, line, source, input, url, host, problem, ask, expect, skip, raw, extra }
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
