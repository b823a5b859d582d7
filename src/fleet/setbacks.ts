// How often each part of a run came back for nothing: its job failed, or whoever had it had no network.

import type { Answer } from './protocol.js'

export class Setbacks {
  readonly #failures = new Map<number, number>()
  readonly #fruitless = new Map<number, number>()

  /** Counts a job that ended; `why` it failed, or null. Returns how often in a row one of its parts has failed by now. */
  count(parts: readonly number[], answer: Answer | null, why: string | null): number {
    for (const part of parts) {
      if (answer?.isFruitless) this.#fruitless.set(part, this.fruitless([part]) + 1)
      else if (answer !== null) this.#fruitless.delete(part)
      if (why === null) this.#failures.delete(part)
      else this.#failures.set(part, (this.#failures.get(part) ?? 0) + 1)
    }
    return Math.max(0, ...parts.map((part) => this.#failures.get(part) ?? 0))
  }

  /** How often in a row the most unlucky of these came back from a worker without network. */
  fruitless(parts: readonly number[]): number {
    return Math.max(0, ...parts.map((part) => this.#fruitless.get(part) ?? 0))
  }
}
