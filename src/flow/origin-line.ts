// One origin: who waits for it, how many requests it has, and how much it can take. What it can take is learned as TCP
// learns it (AIMD, RFC 5681 §3.1): half of it when it asks us to slow down, one more after a clean round.

import type { Permit, Waiter } from '../words/limits.js'
import { type HostGate, PER_HOST } from './host-gate.js'

/** Below one request at once there is only pace: the first gap, the longest, and the one that is none any more. */
const FIRST_GAP_MS = 200
const LONGEST_GAP_MS = 10_000
const SHORTEST_GAP_MS = 20
/** A longer gap needs a sign that it helps. As long as the pause that every complaint costs. */
const LONGEST_VAIN_GAP_MS = 400
const MOST_VAIN_GAPS = 2
/** Where the origin names no time, or one that is shorter. */
const LONGEST_GUESSED_GAP_MS = 1000
/** What was too much at once is tried again after so many clean rounds, four times as many with each complaint. */
const MOST_ROUNDS = 256
/** A paced origin is asked a little faster after so many clean answers. */
const PACED_ROUND = 10
const FASTER = 0.8
/** From a longer gap it comes back sooner: an outage teaches one of seconds, and a list would take hours. */
const LONG_GAP_MS = 1000
const LONG_GAP_ROUND = 3
const MUCH_FASTER = 0.6

/** A waiting line, linked through the waiters; it is the permit too, so a grant allocates nothing. */
export class OriginLine implements Permit {
  readonly origin: string
  readonly gate: HostGate<OriginLine>
  readonly #release: (line: OriginLine) => void
  /** The most that may ever run at once. */
  readonly #most: number
  active = 0
  size = 0
  inRing = false
  nextInRing: OriginLine | null = null
  /** Somebody waits for this origin's time to come. */
  sleeping = false
  /** Answers without complaint, ever. */
  cleanAnswers = 0
  /** Since it was last considered for being forgotten. */
  usedAgain = false

  #first: Waiter | null = null
  #last: Waiter | null = null
  /** The last of those at the front: begun before, they go before what was not, first come first served. */
  #lastBegun: Waiter | null = null
  /** What it can take at once, as far as is known. */
  #limit: number
  /** Nothing starts before; 0: at once. */
  #readyAtMs = 0
  /** Ms between two starts because it asked for less than one at once; 0: none. */
  #gapMs = 0
  #cleanCount = 0
  /** What was too much at once, and how many clean rounds it takes to try it again. */
  #ceiling = Number.POSITIVE_INFINITY
  #rounds = 1
  /** It complained, and nothing clean has come since: is it the origin, or the pages that are asked again and again? */
  #isComplaining = false
  #isTurnOfBegun = false
  #slowedAtMs = Number.NEGATIVE_INFINITY
  /** Clean answers, and since when, to see which pace it stood. */
  #answered = 0
  #answeredSinceMs = -1
  /** The same between the two complaints before. */
  #answeredBefore = 0
  /** Longer gaps in a row that brought no more answers. */
  #vainGaps = 0

  constructor(
    origin: string,
    gate: HostGate<OriginLine>,
    options: { release(line: OriginLine): void; perHost: number | null },
  ) {
    this.origin = origin
    this.gate = gate
    this.#release = options.release
    this.#most = options.perHost ?? PER_HOST
    this.#limit = this.#most
  }

  release(): void {
    this.#release(this)
  }

  hasWork(): boolean {
    return this.#first !== null
  }

  isIdle(): boolean {
    return this.#first === null && this.active === 0
  }

  /** How many wait or are on the wire. */
  get busy(): number {
    return this.size + this.active
  }

  /** Requests that may run at once now, as far as this origin has a say in it. */
  get limit(): number {
    return this.#limit
  }

  /** Nothing starts before; 0: at once. */
  get readyAtMs(): number {
    return this.#readyAtMs
  }

  /** Ms until something may start; asks for the time only where it matters. */
  waitMs(now: () => number): number {
    const { rate } = this.gate
    if (rate !== null) return Math.max(this.#readyAtMs - now(), rate.waitMs(now()))
    return this.#readyAtMs === 0 ? 0 : this.#readyAtMs - now()
  }

  /** A request starts. */
  begin(now: () => number): void {
    this.active++
    this.gate.begin(now)
    if (this.#answeredSinceMs < 0) this.#answeredSinceMs = now()
    if (this.#gapMs > 0) this.#readyAtMs = Math.max(this.#readyAtMs, now()) + this.#gapMs
  }

  pause(untilMs: number): void {
    this.#readyAtMs = Math.max(this.#readyAtMs, untilMs)
  }

  /**
   * The origin answered 429 or 503, or times out under our load. Halves at most once a round trip: an answer to a request
   * that started before the last halving says nothing new. With a Retry-After, the pace that it stood is known too, but for
   * one that was ours. Longer gaps that bring no more answers are taken back: it is not our pace that the origin complains of,
   * and a list would never end.
   */
  slowDown(nowMs: number, startedAtMs: number, retryAfterMs: number | null): void {
    this.#isComplaining = true
    if (startedAtMs < this.#slowedAtMs) return
    this.#slowedAtMs = nowMs
    this.#cleanCount = 0
    const gapBefore = this.#gapMs
    const isPaced = gapBefore > 0
    if (!isPaced && this.#limit > 1) this.#halve()
    else this.#changeGap((retryAfterMs ?? 0) < 1000 ? LONGEST_GUESSED_GAP_MS : LONGEST_GAP_MS)
    const elapsedMs = nowMs - this.#answeredSinceMs
    const isOurPace = isPaced && gapBefore * (this.#answered + 1) * 2 > elapsedMs
    if (retryAfterMs !== null && this.#answered > 0 && !isOurPace) {
      const stoodMs = (elapsedMs + retryAfterMs) / this.#answered
      this.#gapMs = Math.max(this.#gapMs, Math.min(stoodMs, LONGEST_GAP_MS))
    }
    this.#answeredBefore = this.#answered
    this.#answered = 0
    this.#answeredSinceMs = nowMs
  }

  #changeGap(mostMs: number): void {
    // A few more may be chance.
    this.#vainGaps = this.#answered > 2 * this.#answeredBefore + 1 ? 0 : this.#vainGaps + 1
    const isVain = this.#vainGaps > MOST_VAIN_GAPS || (this.#answered === 0 && this.#gapMs >= LONGEST_VAIN_GAP_MS)
    if (!isVain) this.#gapMs = Math.max(FIRST_GAP_MS, Math.min(this.#gapMs * 2, mostMs))
    else if (this.#answered > 0) this.#gapMs = Math.max(FIRST_GAP_MS, this.#gapMs / 2)
  }

  #halve(): void {
    if (this.#limit >= this.#ceiling) this.#rounds = Math.min(this.#rounds * 4, MOST_ROUNDS)
    this.#ceiling = this.#limit
    this.#limit = Math.floor(this.#limit / 2)
  }

  /** The origin answered without complaint; true when it may be asked a little more now. */
  clean(): boolean {
    this.cleanAnswers++
    this.#isComplaining = false
    this.#answered++
    const isPaced = this.#gapMs > 0
    if (!isPaced && this.#limit >= this.#most) return false
    if (++this.#cleanCount < this.#cleanRound(isPaced)) return false
    this.#cleanCount = 0
    if (!isPaced) this.#limit++
    else {
      this.#gapMs *= this.#gapMs > LONG_GAP_MS ? MUCH_FASTER : FASTER
      if (this.#gapMs < SHORTEST_GAP_MS) this.#gapMs = 0
    }
    return true
  }

  #cleanRound(isPaced: boolean): number {
    if (isPaced) return this.#gapMs > LONG_GAP_MS ? LONG_GAP_ROUND : PACED_ROUND
    return this.#limit * (this.#limit + 1 >= this.#ceiling ? this.#rounds : 1)
  }

  push(waiter: Waiter): void {
    waiter.next = null
    if (this.#last === null) this.#first = waiter
    else this.#last.next = waiter
    this.#last = waiter
    this.size++
  }

  /** Before all that were not begun yet, behind those that were. */
  pushBegun(waiter: Waiter): void {
    const before = this.#lastBegun
    waiter.next = before === null ? this.#first : before.next
    if (before === null) this.#first = waiter
    else before.next = waiter
    if (waiter.next === null) this.#last = waiter
    this.#lastBegun = waiter
    this.size++
  }

  /**
   * Who goes next: of those begun before first, but while the origin only complains every other one is one that was not:
   * the retries of pages that are always 503 say nothing of the others.
   */
  shift(): Waiter | null {
    const begun = this.#lastBegun
    if (this.#isComplaining && begun !== null && begun.next !== null) {
      this.#isTurnOfBegun = !this.#isTurnOfBegun
      if (!this.#isTurnOfBegun) return this.#takeAfter(begun)
    }
    const waiter = this.#first
    if (waiter === null) return null
    this.#first = waiter.next
    if (this.#first === null) this.#last = null
    if (begun === waiter) this.#lastBegun = null
    waiter.next = null
    this.size--
    return waiter
  }

  #takeAfter(before: Waiter): Waiter {
    const waiter = before.next!
    before.next = waiter.next
    if (waiter.next === null) this.#last = before
    waiter.next = null
    this.size--
    return waiter
  }

  /** Everybody, linked as they stood. */
  takeAll(): Waiter | null {
    const first = this.#first
    this.#first = null
    this.#last = null
    this.#lastBegun = null
    this.size = 0
    return first
  }
}
