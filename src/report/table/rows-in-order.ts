// Rows of a short list on a terminal, in the order of the list, each as soon as it and those before it are known.

import type { ListedRows } from '../../words/output.js'
import type { Verdict } from '../../words/verdict.js'
import { streamedGrid } from './grid.js'
import { ROWS_MAX } from './listed-targets.js'
import { rowOf } from './row.js'
import type { Theme } from './theme.js'

export interface RowsInOrderOptions {
  readonly theme: Theme
  readonly isShown: (verdict: Verdict) => boolean
}

export class RowsInOrder {
  readonly #listed: ListedRows
  readonly #options: RowsInOrderOptions
  /** Done, and not printed. */
  readonly #waiting = new Map<number, Verdict>()
  readonly #printed = new Set<number>()
  /** How many of the list's targets have been handed on. */
  #next = 0
  #grid: ReturnType<typeof streamedGrid> | null = null

  constructor(listed: ListedRows, options: RowsInOrderOptions) {
    this.#listed = listed
    this.#options = options
  }

  /** Whether something was printed: then the rest has to be printed here as well. */
  get hasBegun(): boolean {
    return this.#grid !== null
  }

  hasPrinted({ index }: Verdict): boolean {
    return this.#printed.has(index)
  }

  /** The rows that can be printed now. One URL alone is no table, and of a long list only failures are shown. */
  add(verdict: Verdict): string {
    this.#waiting.set(verdict.index, verdict)
    const { known, indexes } = this.#listed
    if (known < 2 || known > ROWS_MAX) return ''
    // What an earlier run left is not in the list of this one, and came before all of it.
    const text: string[] = this.#next === 0 ? this.#ofEarlierRun() : []
    for (; this.#next < indexes.length; this.#next++) {
      const row = this.#waiting.get(indexes[this.#next]!)
      if (row === undefined) break
      text.push(this.#print(row))
    }
    return text.join('')
  }

  /** All that is left, though some before it are missing. */
  rest(): string {
    return this.#sorted(() => true)
      .map((row) => this.#print(row))
      .join('')
  }

  #ofEarlierRun(): string[] {
    const listed = new Set(this.#listed.indexes)
    return this.#sorted(({ index }) => !listed.has(index)).map((row) => this.#print(row))
  }

  #sorted(has: (row: Verdict) => boolean): Verdict[] {
    return [...this.#waiting.values()].filter(has).sort((a, b) => a.index - b.index)
  }

  #print(row: Verdict): string {
    const { theme, isShown } = this.#options
    this.#waiting.delete(row.index)
    this.#printed.add(row.index)
    if (!isShown(row)) return ''
    const isFirst = this.#grid === null
    // Wide enough for the URLs that are known by now; a longer one that comes later is cut.
    this.#grid ??= streamedGrid(theme, this.#listed.widestUrl)
    return (isFirst ? this.#grid.head : '') + this.#grid.row(rowOf(row, theme))
  }
}
