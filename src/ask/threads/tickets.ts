// Permits that are held for requests of others, by their numbers.

import { NO_PERMIT } from '../../flow/permits.js'
import type { Limiter, Permit, Stop, Where } from '../../words/limits.js'
import type { Lesson, Ticket } from './calls.js'
import type { ClosedOrigins } from './closed-origins.js'

export interface TicketsOptions {
  readonly closed: ClosedOrigins
  /** That of the pass that is on. */
  limiter(): Limiter
  stop(): Stop
  /** Monotonic ms. */
  now(): number
}

export class Tickets {
  readonly #options: TicketsOptions
  readonly #held = new Map<number, Permit>()
  #last = 0

  constructor(options: TicketsOptions) {
    this.#options = options
  }

  /** A permit for somebody else, once there is one; what stands for the answer where the origin is to be left alone. */
  async grant(where: Where): Promise<Ticket> {
    const { closed, limiter, stop } = this.#options
    for (;;) {
      const before = closed.known(where)
      if (before !== null) return before
      const permit = await limiter().acquire(where, true, stop())
      if (permit === null) return null
      // Whoever waited is sent to look again: there is nothing to wait for.
      if (permit === NO_PERMIT) continue
      const answer = closed.known(where)
      if (answer !== null) {
        permit.release()
        return answer
      }
      this.#held.set(++this.#last, permit)
      return this.#last
    }
  }

  giveBack(ticket: number): void {
    this.#held.get(ticket)?.release()
    this.#held.delete(ticket)
  }

  /** What the answer to such a request taught. */
  learn(lesson: Lesson): void {
    const { where } = lesson
    const limiter = this.#options.limiter()
    const nowMs = this.#options.now()
    if (lesson.type === 'pause') limiter.pause(where, nowMs + lesson.forMs)
    else if (lesson.type === 'clean') limiter.clean(where, lesson.isPublic)
    else if (lesson.type === 'slow-down') limiter.slowDown(where, nowMs - lesson.agoMs, lesson.retryAfterMs)
    else this.#options.closed.note(where.origin, lesson.answer)
  }
}
