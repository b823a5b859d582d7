// A rate as the generic cell rate algorithm has it (ITU-T I.371): a bucket of tokens, kept as one clock.

/** When the next request may start. */
export interface Pace {
  /** Ms until then; 0 or less: now. */
  waitMs(nowMs: number): number
  /** A request starts. */
  take(nowMs: number): void
  /** From now on another rate; who has just started counts on. */
  change(perSecond: number, nowMs: number): void
}

/** A rate lets this share of a second go at once, so that 5,000/s does not need a timer each. */
const BURST_MS = 100

/** At most `perSecond`, never more than a tenth of it (at least one) at once. */
export function createPace(perSecond: number): Pace {
  let gapMs = 1000 / perSecond
  let earlyMs = Math.max(0, BURST_MS - gapMs)
  let dueMs = Number.NEGATIVE_INFINITY
  return {
    waitMs: (nowMs) => dueMs - earlyMs - nowMs,
    take(nowMs) {
      dueMs = Math.max(dueMs, nowMs) + gapMs
    },
    change(other, nowMs) {
      gapMs = 1000 / other
      dueMs = Math.min(dueMs, nowMs + gapMs)
      earlyMs = Math.max(0, BURST_MS - gapMs)
    },
  }
}
