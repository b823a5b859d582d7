// Evidence is counted by moments: what ran side by side is one witness, and the next one is only who begins after the
// back-off.

/** The fixed part of the back-off before the second, third and later moment, ms; what comes sooner is no new witness. */
const GAPS_MS = [250, 500] as const

/** Failures of one sort in a row. */
export class Moments<Answer> {
  count = 0
  /** Of the attempt that failed last, by its beginning. */
  beganAtMs = Number.NEGATIVE_INFINITY
  /** When the last one was counted. */
  countedAtMs = Number.NEGATIVE_INFINITY
  /** An attempt that begins before is no new moment. */
  #nextFromMs = Number.NEGATIVE_INFINITY
  answer: Answer

  constructor(answer: Answer) {
    this.answer = answer
  }

  /** `quietMs`: the next moment is not before this. */
  add(found: { readonly beganAtMs: number; readonly answer: Answer }, nowMs: number, quietMs: number): void {
    const { beganAtMs, answer } = found
    if (beganAtMs >= this.beganAtMs) {
      this.beganAtMs = beganAtMs
      this.answer = answer
    }
    if (beganAtMs < this.#nextFromMs) return
    this.count++
    this.countedAtMs = nowMs
    this.#nextFromMs = Math.max(nowMs, quietMs, beganAtMs + stepOf(GAPS_MS, this.count))
  }
}

/** The step for this count, the last one for all later ones. */
export function stepOf(steps: readonly number[], count: number): number {
  return steps[Math.min(count, steps.length) - 1]!
}
