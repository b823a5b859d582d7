// A limiter for the hosts that are ours. A redirect may lead to a host of another asker: then the permit is taken there, and
// there is learned what the answer says, so that the host's limits hold whoever asks it.

import { NO_PERMIT } from '../../flow/permits.js'
import type { Limiter, Permit, Stop, Stoppable, Where } from '../../words/limits.js'
import type { Lesson, Ticket } from './calls.js'
import type { ClosedOrigins } from './closed-origins.js'

/** Whose hosts are whose. */
export interface Owners {
  /** Whether it is known to be ours. */
  isOurs(host: string): boolean
  /** Whether it is known to be somebody else's. */
  isTheirs(host: string): boolean
  /** Asks for a permit; null: the host is ours, now. */
  enter(where: Where): Promise<Foreign | null>
  learn(lesson: Lesson): void
}

/** A permit of another asker. */
export interface Foreign {
  readonly ticket: Ticket
  giveBack(): void
}

export interface OwnHostsOptions {
  readonly owners: Owners
  readonly closed: ClosedOrigins
  /** Monotonic ms. */
  now(): number
}

export function ownHostsLimiter(own: Limiter, { owners, closed, now }: OwnHostsOptions): Limiter {
  /** How many wait for origins that are not ours. */
  const waiting = new Map<string, number>()
  const count = (origin: string, change: number) => {
    const left = (waiting.get(origin) ?? 0) + change
    if (left > 0) waiting.set(origin, left)
    else waiting.delete(origin)
  }
  const granted = (where: Where, entered: Foreign, isGone: boolean): Permit | null => {
    const { ticket } = entered
    if (typeof ticket === 'number') {
      if (!isGone) return new ForeignPermit(where, { entered, owners, closed })
      entered.giveBack()
      return null
    }
    if (ticket === null) return null
    // Who is told so looks once more what is known of the origin.
    closed.note(where.origin, ticket)
    return NO_PERMIT
  }
  const foreign = (where: Where, front: boolean, stop: Stop | null): Promise<Permit | null> =>
    new Promise((resolve) => {
      let isGone = false
      const job: Stoppable = {
        abort() {
          isGone = true
          resolve(null)
        },
      }
      stop?.running.add(job)
      count(where.origin, 1)
      void owners.enter(where).then((entered) => {
        stop?.running.delete(job)
        count(where.origin, -1)
        resolve(entered === null ? own.acquire(where, front, stop) : granted(where, entered, isGone))
      })
    })
  return {
    ...own,
    acquire(where, front, stop) {
      if (stop?.stopped) return Promise.resolve(null)
      return owners.isOurs(where.host) ? own.acquire(where, front, stop) : foreign(where, front, stop)
    },
    pause(where, untilMs) {
      if (owners.isTheirs(where.host)) owners.learn({ type: 'pause', where, forMs: untilMs - now() })
      else own.pause(where, untilMs)
    },
    slowDown(where, startedAtMs, retryAfterMs) {
      if (owners.isTheirs(where.host)) {
        owners.learn({ type: 'slow-down', where, agoMs: now() - startedAtMs, retryAfterMs })
      } else own.slowDown(where, startedAtMs, retryAfterMs)
    },
    clean(where, isPublic) {
      if (owners.isTheirs(where.host)) owners.learn({ type: 'clean', where, isPublic })
      else own.clean(where, isPublic)
    },
    waiting: (origin) => own.waiting(origin) + (waiting.get(origin) ?? 0),
  }
}

interface ForeignParts {
  readonly entered: Foreign
  readonly owners: Owners
  readonly closed: ClosedOrigins
}

class ForeignPermit implements Permit {
  /** What others have of the origin is not known here: no answer is alone, and none is the first one. */
  readonly active = 2
  readonly cleanAnswers = Number.NaN
  readonly #where: Where
  readonly #parts: ForeignParts

  constructor(where: Where, parts: ForeignParts) {
    this.#where = where
    this.#parts = parts
  }

  release(): void {
    const { entered, owners, closed } = this.#parts
    const answer = closed.known(this.#where)
    if (answer !== null) owners.learn({ type: 'closed', where: this.#where, answer })
    entered.giveBack()
  }
}
