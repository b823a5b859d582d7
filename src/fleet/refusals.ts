// Redis is out of memory, read-only, loading: that passes, or somebody has to do something. Each sentence is said once in
// a row, and nothing is sent for a moment.

import type { QueuePassOptions } from './pass-options.js'

/** After Redis refused a job, ms. */
const REFUSED_MS = 1000

export class Refusals {
  readonly #options: Pick<QueuePassOptions, 'notify' | 'now'>
  #said: string | null = null
  #notBeforeMs = 0

  constructor(options: Pick<QueuePassOptions, 'notify' | 'now'>) {
    this.#options = options
  }

  note({ message }: Error): void {
    if (message !== this.#said) this.#options.notify(`Redis: ${message}; tried again`)
    this.#said = message
    this.#notBeforeMs = this.#options.now() + REFUSED_MS
  }

  areOver(now: number): boolean {
    return now >= this.#notBeforeMs
  }
}
