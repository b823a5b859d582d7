// Rows in the order of the list: what is done is held back until all before it are done, within a bound. When that is
// reached, the list is not read on until its slowest URL is done. Nothing is lost: who ends early takes what is held.

import type { Verdict } from '../words/verdict.js'

/** Places of the list between the oldest that is not done and the newest that was read: 2 KB each where a row is held. */
const MOST = 32_768
/** Places that are left behind are cut off when there are so many. */
const CUT = 4096

/** A place whose row waits for a later pass. */
const LATER = 'later'

export class ListOrder {
  readonly #most: number
  /** Ascending, because the list is read from its start. */
  #indexes: number[] = []
  #rows: (Verdict | typeof LATER | null)[] = []
  /** The oldest place that is not handed on. */
  #first = 0
  #isClosed = false
  #onRoom: (() => void) | null = null
  /** Rows that were asked again so much later that the others did not wait for them. */
  leftBehind = 0

  constructor(most = MOST) {
    this.#most = most
  }

  /** Told of every target that gets a row, in the order of the list. */
  begins(index: number): void {
    this.#indexes.push(index)
    this.#rows.push(null)
  }

  /** Resolves when the list may be read on; undefined: now. */
  room(): Promise<void> | undefined {
    if (this.#isClosed || this.#size < this.#most) return undefined
    return new Promise((resolve) => {
      this.#onRoom = resolve
    })
  }

  /** The row of this target waits for a later pass, which begins when the list has ended. */
  waits(index: number): void {
    const at = this.#find(index)
    if (at !== -1) this.#rows[at] = LATER
  }

  /** Takes rows that are done; gives those that are next. */
  arrive(rows: readonly Verdict[]): readonly Verdict[] {
    const next: Verdict[] = []
    for (const row of rows) {
      const at = this.#find(row.index)
      // The others went before it.
      if (at === -1) next.push(row)
      else this.#rows[at] = row
    }
    this.#takeNext(next)
    return next
  }

  /** All that is held, in order, though some before it are missing. */
  rest(): readonly Verdict[] {
    const rows = this.#rows.slice(this.#first).filter((row) => row !== null && row !== LATER)
    this.#indexes = []
    this.#rows = []
    this.#first = 0
    this.close()
    return rows
  }

  /** Nothing is held back any more on behalf of the reader of the list. */
  close(): void {
    this.#isClosed = true
    this.#onRoom?.()
  }

  get #size(): number {
    return this.#indexes.length - this.#first
  }

  #takeNext(next: Verdict[]): void {
    for (; this.#first < this.#rows.length; this.#first++) {
      const row = this.#rows[this.#first]!
      if (row === null) break
      if (row === LATER) {
        // The later pass comes when the list has ended, and the list is not read on while there is no room.
        if (this.#size < this.#most) break
        this.leftBehind++
      } else next.push(row)
    }
    if (this.#first >= CUT) {
      this.#indexes.splice(0, this.#first)
      this.#rows.splice(0, this.#first)
      this.#first = 0
    }
    if (this.#size >= this.#most) return
    this.#onRoom?.()
    this.#onRoom = null
  }

  /** The place of an index; -1 where it was handed on. */
  #find(index: number): number {
    let [low, high] = [this.#first, this.#indexes.length - 1]
    while (low <= high) {
      const middle = (low + high) >> 1
      const found = this.#indexes[middle]!
      if (found === index) return middle
      if (found < index) low = middle + 1
      else high = middle - 1
    }
    return -1
  }
}
