// Origins that asked to be left alone for too long, as the askers of a list tell each other.

import type { HopResult } from '../../http/exchange/hop-request.js'
import type { Where } from '../../words/limits.js'
import type { PassCheck } from '../check.js'

/** As many as a breaker remembers. */
const MOST = 10_000

export class ClosedOrigins {
  /** What others said. */
  readonly elsewhere = new Map<string, HopResult>()
  #check: PassCheck | null = null

  /** The check of the pass that is on. */
  checks(check: PassCheck): void {
    this.#check = check
  }

  /** What stands for an answer of it; null: it may be asked, or waited for. */
  known(where: Where): HopResult | null {
    return this.#check?.closed(where) ?? null
  }

  note(origin: string, answer: HopResult): void {
    if (this.elsewhere.size >= MOST) this.elsewhere.clear()
    // A thread hands bytes over, and not what Node makes of them.
    this.elsewhere.set(origin, { ...answer, rawHeaders: answer.rawHeaders.map((field) => Buffer.from(field)) })
  }
}
