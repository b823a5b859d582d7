// Who may go when. There is one waiting line an origin and one ring of those that have somebody waiting and room for them;
// free permits go round the ring, so no host starves another and a sorted list is as fast as a shuffled one.

import type { Limiter, Permit, Stop, Stoppable, Waiter } from '../words/limits.js'
import type { Clock } from './clock.js'
import { Origins } from './origins.js'
import { hand, NO_PERMIT, Permits } from './permits.js'

export interface LimiterOptions extends Clock {
  /** Requests on the wire at once. */
  readonly concurrency: number
  /** Requests on the wire at once to one host; null: 20, for a public host 6 after its first 100. */
  readonly perHost: number | null
  /** Requests a second in all and to one host; null: as many as there is room for. */
  readonly rate?: number | null
  readonly ratePerHost?: number | null
  /** Until when an origin is paused from before; default: not. */
  readyAtMs?(origin: string): number
}

/** What each request goes through is in `permits`, what is remembered in `origins`. */
export function createLimiter(options: LimiterOptions): Limiter {
  const { perHost, rate = null, ratePerHost = null, now, readyAtMs = () => 0 } = options
  const permits = new Permits({ ...options, rate })
  const release = permits.giveBack.bind(permits)
  const origins = new Origins({ perHost, ratePerHost, now, readyAtMs, release })

  const limiter: Limiter = {
    enqueue(where, waiter, front) {
      const line = origins.lineOf(where)
      if (front) line.pushBegun(waiter)
      else line.push(waiter)
      permits.offer(line)
      permits.grant()
    },
    acquire(where, front, stop) {
      if (stop?.stopped) return Promise.resolve(null)
      return new Promise((resolve) => limiter.enqueue(where, new PendingPermit(resolve, stop), front))
    },
    shrink: () => permits.shrink(),
    resize: ({ concurrency, rate }) => permits.resize(concurrency, rate),
    pause: (where, untilMs) => origins.lineOf(where).pause(untilMs),
    slowDown: (where, startedAtMs, retryAfterMs) => origins.lineOf(where).slowDown(now(), startedAtMs, retryAfterMs),
    clean({ origin }, isPublic) {
      const line = origins.known(origin)
      if (line === null) return
      line.gate.isPublic = isPublic
      if (line.clean()) {
        permits.offer(line)
        permits.grant()
      }
    },
    dismiss(origin) {
      // One that is dismissed may come back at once, so the line is taken as a whole.
      let waiter = origins.known(origin)?.takeAll() ?? null
      while (waiter !== null) {
        const { next } = waiter
        waiter.next = null
        if (!waiter.gone) hand(waiter, NO_PERMIT)
        waiter = next
      }
    },
    inUse: () => permits.inUse(),
    lacksWork: () => permits.lacksWork(),
    onLackOfWork: (listener) => permits.onLackOfWork(listener),
    readyAtMs: (origin) => origins.known(origin)?.readyAtMs ?? readyAtMs(origin),
    hasAnswered: (origin) => (origins.known(origin)?.cleanAnswers ?? 0) > 0,
    waiting: (origin) => origins.known(origin)?.size ?? 0,
    busy: (origin) => origins.known(origin)?.busy ?? 0,
    busiest: () => origins.busiestHost(),
  }
  return limiter
}

/** One that waits as a promise. */
class PendingPermit implements Waiter, Stoppable {
  next: Waiter | null = null
  gone = false
  stopPlace = -1
  readonly #resolve: (permit: Permit | null) => void
  readonly #stop: Stop | null

  constructor(resolve: (permit: Permit | null) => void, stop: Stop | null) {
    this.#resolve = resolve
    this.#stop = stop
    stop?.running.add(this)
  }

  granted(permit: Permit): void {
    this.#stop?.running.delete(this)
    this.#resolve(permit)
  }

  abort(): void {
    this.gone = true
    this.#resolve(null)
  }
}
