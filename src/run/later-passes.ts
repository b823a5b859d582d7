// Failures that are asked again after everything else: once and gently (`recheck`), or every 2 s until all is fine or
// the time is over (`wait`). Their rows are held back until then, within bounds.

import type { LaterProgress } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import { grouped } from '../words/counted.js'
import type { Verdict } from '../words/verdict.js'

export interface LaterPassOptions {
  /** Ask failures that may pass once more, this long after the first pass; null: off. */
  readonly recheckMs: number | null
  /** Ask all failures again until this time is over; null: off. */
  readonly waitMs: number | null
  /** Whether a verdict may be another one later. */
  mayPass(verdict: Verdict): boolean
  /** Asks once more, gently, on fresh connections; those that may not be asked now may be left out. */
  again(targets: readonly Target[]): AsyncIterable<readonly Verdict[]>
  /** Monotonic ms. */
  now(): number
  wait(ms: number): Promise<void>
  readonly stop: { readonly stopped: boolean }
  notify(text: string): void
}

/** Beyond 1,000 and 5 % of all it is no flicker but an outage; beyond 100,000 it is memory. */
const FEW = 1000
const SHARE = 0.05
const MOST = 100_000
/** Between two looks under `wait`. */
const EVERY_MS = 2000

type Held = Map<number, { readonly target: Target; verdict: Verdict }>

export class LaterPasses {
  readonly #options: LaterPassOptions
  readonly #startedAt: number
  #held: Held = new Map()
  /** Targets of the first pass that have no verdict yet; only where there are later ones, for they cost memory. */
  #begun = new Map<number, Target>()
  #isOff: boolean
  /** When the pass after the first one ends or begins, monotonic ms; null: the first one is on. */
  #untilMs: number | null = null

  constructor(options: LaterPassOptions) {
    this.#options = options
    this.#startedAt = options.now()
    this.#isOff = options.recheckMs === null && options.waitMs === null
  }

  /** Told of every target of the first pass. */
  begins(target: Target): void {
    if (!this.#isOff) this.#begun.set(target.index, target)
  }

  /** Keeps a verdict of the first pass back when it is to be asked again; false: it is final. `done`: verdicts so far. */
  hold(verdict: Verdict, done: number): boolean {
    if (this.#isOff) return false
    const target = this.#begun.get(verdict.index)
    this.#begun.delete(verdict.index)
    const { waitMs, mayPass, notify } = this.#options
    // What was never asked stays as it is.
    if (target === undefined || verdict.ok || (waitMs === null && !mayPass(verdict))) return false
    this.#held.set(target.index, { target, verdict })
    if (!this.#isTooMany(done)) return true
    this.#isOff = true
    this.#begun = new Map()
    notify(`${grouped(this.#held.size)} failures are too many to ask again; their rows are final`)
    return true
  }

  #isTooMany(done: number): boolean {
    const { size } = this.#held
    return size > MOST || (this.#options.waitMs === null && size > Math.max(FEW, done * SHARE))
  }

  /** Rows that were held and are final now because there were too many of them. */
  overflow(): readonly Verdict[] {
    return this.#isOff ? this.rest() : []
  }

  /** All rows that are held, as they are: for a run that ends before its later passes. */
  rest(): readonly Verdict[] {
    if (this.#held.size === 0) return []
    const rows = Array.from(this.#held.values(), ({ verdict }) => verdict)
    this.#held = new Map()
    return rows
  }

  /** Failures whose rows are held back. */
  get size(): number {
    return this.#held.size
  }

  /** Null while the first pass is on, and where there is nothing to ask again. */
  get progress(): LaterProgress | null {
    const [first] = this.#held.values()
    if (this.#untilMs === null || first === undefined) return null
    const { now, waitMs } = this.#options
    const leftMs = Math.max(0, this.#untilMs - now())
    return { failing: this.#held.size, sample: first.verdict.input, leftMs, isUntilFine: waitMs !== null }
  }

  /** The later passes; yields every verdict that was held, once. */
  async *run(): AsyncGenerator<readonly Verdict[]> {
    const { recheckMs, waitMs, now, wait, stop } = this.#options
    this.#untilMs = waitMs === null ? now() + (recheckMs ?? 0) : this.#startedAt + waitMs
    if (waitMs === null) {
      if (this.#held.size > 0) {
        await wait(recheckMs ?? 0)
        if (!stop.stopped) yield* this.#onePass()
      }
    } else {
      while (this.#held.size > 0 && !stop.stopped && now() - this.#startedAt + EVERY_MS <= waitMs) {
        await wait(EVERY_MS)
        if (!stop.stopped) yield* this.#onePass()
      }
    }
    yield this.rest()
  }

  async *#onePass(): AsyncGenerator<readonly Verdict[]> {
    const targets = Array.from(this.#held.values(), ({ target }) => target)
    for await (const batch of this.#options.again(targets)) {
      const final = batch.flatMap((verdict) => this.#askedAgain(verdict) ?? [])
      if (final.length > 0) yield final
    }
  }

  /** The row where it is final; else it is kept for the next look. */
  #askedAgain(verdict: Verdict): Verdict | null {
    const { waitMs } = this.#options
    const before = this.#held.get(verdict.index)!
    // What was not asked is no news.
    const merged = verdict.inferred
      ? before.verdict
      : { ...verdict, attempts: before.verdict.attempts + verdict.attempts }
    if (waitMs !== null && !merged.ok) {
      before.verdict = merged
      return null
    }
    this.#held.delete(verdict.index)
    return merged
  }
}
