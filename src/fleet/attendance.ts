// How many workers there are, and a word to the user while there is none.

import type { Desk } from './desk.js'

export interface AttendanceOptions {
  readonly desk: Pick<Desk, 'workers'>
  notify(text: string): void
}

const EVERY_MS = 2000
const ALONE_MS = 3000

export class Attendance {
  readonly #options: AttendanceOptions
  #nextAtMs = 0
  #aloneSinceMs: number | null = null
  /** At least one, though it may be yet to come. */
  workers = 1

  constructor(options: AttendanceOptions) {
    this.#options = options
  }

  /** Counts them, now and then. */
  async look(now: number): Promise<void> {
    if (now < this.#nextAtMs) return
    this.#nextAtMs = now + EVERY_MS
    // Where the list of clients may not be read there is one.
    const found = await this.#options.desk.workers().catch(() => 1)
    this.workers = Math.max(1, found)
    if (found > 0) this.#aloneSinceMs = Number.POSITIVE_INFINITY
    this.#aloneSinceMs ??= now
    if (now - this.#aloneSinceMs < ALONE_MS) return
    this.#aloneSinceMs = Number.POSITIVE_INFINITY
    this.#options.notify('no worker has come yet; start one with scrape-status worker --queue URL')
  }
}
