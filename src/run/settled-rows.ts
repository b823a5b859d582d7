// Rows that are known without asking, on their way from the reader of the list to the reports. Bounded: a list of
// nothing but such lines is read no faster than its rows are taken.

import type { Verdict } from '../words/verdict.js'

/** A row is about 2 KB. */
const MOST = 2048

export class SettledRows {
  #rows: Verdict[] = []
  #isClosed = false
  #onRoom: (() => void) | null = null
  /** All that ever came. */
  count = 0
  /** Called when there are rows to take. */
  onRows: () => void = () => {}
  readonly #most: number

  /** `most`: rows that wait before the list is read on, where that is less than usual. */
  constructor(most = MOST) {
    this.#most = Math.min(most, MOST)
  }

  add(row: Verdict): void {
    this.count++
    this.#rows.push(row)
    this.onRows()
  }

  /** Those that are there now. */
  take(): readonly Verdict[] {
    const rows = this.#rows
    if (rows.length === 0) return rows
    this.#rows = []
    this.#onRoom?.()
    this.#onRoom = null
    return rows
  }

  /** Resolves when more may come; undefined: now. */
  room(): Promise<void> | undefined {
    if (this.#isClosed || this.#rows.length < this.#most) return undefined
    return new Promise((resolve) => {
      this.#onRoom = resolve
    })
  }

  /** Nobody takes them any more. */
  close(): void {
    this.#isClosed = true
    this.#rows = []
    this.#onRoom?.()
  }
}
