// One origin: who waits for it, how many requests it has, and how much it can take. What it can take is learned as TCP
// learns it (AIMD, RFC 5681 §3.1): half of it when it asks us to slow down, one more after a clean round.

import type { Permit, Waiter } from '../types.js'
import { type HostGate, PER_HOST } from './host-gate.js'

/** Below one request at once there is only pace: the first gap, the longest, and the one that is none any more. */
const FIRST_GAP_MS = 200
const LONGEST_GAP_MS = 10_000
const SHORTEST_GAP_MS = 20
/** A longer gap needs a sign that it helps. As long as the pause that every complaint costs. */
const LONGEST_VAIN_GAP_MS = 400
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
  readonly gate: HostGate
  readonly #release: (line: OriginLine) => void
  /** The most that may ever run at once. */
  readonly #most: number
  active = 0
  size = 0
  inRing = false
  nextInRing: OriginLine | null = null
  /** Somebody waits for this origin's time to come. */
  sleeping = false
  /** It has answered without complaint once. */
  hasAnswered = false
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
  #slowedAtMs = Number.NEGATIVE_INFINITY
  /** Clean answers, and since when, to see which pace it stood. */
  #answered = 0
  #answeredSinceMs = -1

  constructor(origin: string, gate: HostGate, options: { release(line: OriginLine): void; perHost: number | null }) {
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
   * that started before the last halving says nothing new. With a Retry-After, the pace that it stood is known too.
   * An origin that has answered nothing since the last time gets hardly longer gaps: it is not our pace that it complains
   * of, and a list would never end.
   */
  slowDown(nowMs: number, startedAtMs: number, retryAfterMs: number | null): void {
    if (startedAtMs < this.#slowedAtMs) return
    this.#slowedAtMs = nowMs
    this.#cleanCount = 0
    if (this.#gapMs === 0 && this.#limit > 1) this.#limit = Math.floor(this.#limit / 2)
    else if (this.#gapMs < LONGEST_VAIN_GAP_MS || this.#answered > 0) {
      this.#gapMs = Math.max(FIRST_GAP_MS, this.#gapMs * 2)
    }
    if (retryAfterMs !== null && this.#answered > 0) {
      const stoodMs = (nowMs - this.#answeredSinceMs + retryAfterMs) / this.#answered
      this.#gapMs = Math.max(this.#gapMs, stoodMs)
    }
    this.#gapMs = Math.min(this.#gapMs, LONGEST_GAP_MS)
    this.#answered = 0
    this.#answeredSinceMs = nowMs
  }

  /** The origin answered without complaint; true when it may be asked a little more now. */
  clean(): boolean {
    this.hasAnswered = true
    this.#answered++
    const isPaced = this.#gapMs > 0
    if (!isPaced && this.#limit >= this.#most) return false
    const isSlow = this.#gapMs > LONG_GAP_MS
    if (++this.#cleanCount < (isSlow ? LONG_GAP_ROUND : isPaced ? PACED_ROUND : this.#limit)) return false
    this.#cleanCount = 0
    if (!isPaced) this.#limit++
    else {
      this.#gapMs *= isSlow ? MUCH_FASTER : FASTER
      if (this.#gapMs < SHORTEST_GAP_MS) this.#gapMs = 0
    }
    return true
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

  shift(): Waiter | null {
    const waiter = this.#first
    if (waiter === null) return null
    this.#first = waiter.next
    if (this.#first === null) this.#last = null
    if (this.#lastBegun === waiter) this.#lastBegun = null
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
