// The first targets of a list, in its order: what a table has to know to print its rows while the run is on.

import { textWidth } from './text-width.js'

/** So many rows are still read by people, one by one. */
export const ROWS_MAX = 100

export class ListedTargets {
  /** Places of those that get a row, in the order of the list; no more than a table has rows. */
  readonly indexes: number[] = []
  /** How many there are so far. */
  known = 0
  /** Columns of the longest URL of those. */
  widestUrl = 0

  /** Told of every target that gets a row, in the order of the list. `shown` is its URL as the table shows it. */
  add(index: number, shown: () => string): void {
    this.known++
    if (this.known > ROWS_MAX) return
    this.indexes.push(index)
    this.widestUrl = Math.max(this.widestUrl, textWidth(shown()))
  }
}
