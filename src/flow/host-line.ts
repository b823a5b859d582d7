// One host: who waits for it, how many requests it has, and how much it can take. What it can take is learned as TCP
// learns it (AIMD, RFC 5681 §3.1): half of it when it asks us to slow down, one more after a clean round.

import type { Permit, Waiter } from '../types.js'
import { createPace, type Pace } from './pace.js'

/** Time as an argument: monotonic ms, and a wait that ends early when its client is closed. */
export interface Clock {
  now(): number
  wait(ms: number): Promise<void>
  /** True once waits end at once: then pauses and paces count no more, or each would be waited for again at once. */
  isOver?(): boolean
}

/** As browsers and crawlers do it: a burst at first, then few at once. */
const PER_HOST = 20
const PER_PUBLIC_HOST = 6
const PUBLIC_BURST = 100
/** Below one request at once there is only pace: the first gap, the longest, and the one that is none any more. */
const FIRST_GAP_MS = 200
const LONGEST_GAP_MS = 60_000
const SHORTEST_GAP_MS = 20
/** A longer gap needs a sign that it helps. As long as the pause that every complaint costs. */
const LONGEST_VAIN_GAP_MS = 400
/** A paced host is asked a little faster after so many clean answers. */
const PACED_ROUND = 10
const FASTER = 0.8

/** A waiting line, linked through the waiters; it is the permit too, so a grant allocates nothing. */
export class HostLine implements Permit {
  readonly host: string
  readonly #release: (line: HostLine) => void
  /** The most that may ever run at once; null: automatic. */
  readonly #perHost: number | null
  /** `--rate-per-host`. */
  readonly #rate: Pace | null
  active = 0
  size = 0
  inRing = false
  nextInRing: HostLine | null = null
  /** Somebody waits for this host's time to come. */
  sleeping = false
  isPublic = false
  /** Since it was last considered for being forgotten. */
  usedAgain = false

  #first: Waiter | null = null
  #last: Waiter | null = null
  /** What it can take at once, as far as is known. */
  #limit: number
  #begun = 0
  /** Nothing starts before; 0: at once. */
  #readyAtMs = 0
  /** Ms between two starts because it asked for less than one at once; 0: none. */
  #gapMs = 0
  #cleanCount = 0
  #slowedAtMs = Number.NEGATIVE_INFINITY
  /** Clean answers, and since when, to see which pace it stood. */
  #answered = 0
  #answeredSinceMs = 0

  constructor(host: string, release: (line: HostLine) => void, perHost: number | null, rate: number | null) {
    this.host = host
    this.#release = release
    this.#perHost = perHost
    this.#rate = rate === null ? null : createPace(rate)
    this.#limit = perHost ?? PER_HOST
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

  /** Requests that may run at once now. */
  cap(): number {
    const isTamed = this.#perHost === null && this.isPublic && this.#begun >= PUBLIC_BURST
    return isTamed ? Math.min(this.#limit, PER_PUBLIC_HOST) : this.#limit
  }

  /** Ms until something may start; asks for the time only where it matters. */
  waitMs(now: () => number): number {
    if (this.#rate !== null) return Math.max(this.#readyAtMs - now(), this.#rate.waitMs(now()))
    return this.#readyAtMs === 0 ? 0 : this.#readyAtMs - now()
  }

  /** A request starts. */
  begin(now: () => number): void {
    this.active++
    this.#begun++
    if (this.#begun === 1) this.#answeredSinceMs = now()
    this.#rate?.take(now())
    if (this.#gapMs > 0) this.#readyAtMs = Math.max(this.#readyAtMs, now()) + this.#gapMs
  }

  pause(untilMs: number): void {
    this.#readyAtMs = Math.max(this.#readyAtMs, untilMs)
  }

  /**
   * The host answered 429 or 503, or times out under our load. Halves at most once a round trip: an answer to a request
   * that started before the last halving says nothing new. With a Retry-After, the pace that it stood is known too.
   * A host that has answered nothing since the last time gets hardly longer gaps: it is not our pace that it complains
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

  /** The host answered without complaint; true when it may be asked a little more now. */
  clean(): boolean {
    this.#answered++
    const isPaced = this.#gapMs > 0
    const most = this.#perHost ?? PER_HOST
    if (!isPaced && this.#limit >= most) return false
    if (++this.#cleanCount < (isPaced ? PACED_ROUND : this.#limit)) return false
    this.#cleanCount = 0
    if (!isPaced) this.#limit++
    else {
      this.#gapMs *= FASTER
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

  unshift(waiter: Waiter): void {
    waiter.next = this.#first
    this.#first = waiter
    this.#last ??= waiter
    this.size++
  }

  shift(): Waiter | null {
    const waiter = this.#first
    if (waiter === null) return null
    this.#first = waiter.next
    if (this.#first === null) this.#last = null
    waiter.next = null
    this.size--
    return waiter
  }
}
