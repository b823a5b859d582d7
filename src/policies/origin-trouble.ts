// What is wrong with one origin, and who waits for news of it. `breaker.ts` says what it is for.

import type { Limiter, Stop, Stoppable, Where } from '../words/limits.js'
import { Moments, stepOf } from './moments.js'
import type { Found, Visit } from './visit.js'

/** Moments in a row: the first, and three rounds of retries; of an origin that has answered before, seven. */
const GIVE_UP = 4
const GIVE_UP_LATER = 8
/** When retries, which have this much back-off at most, have brought no news, ms. */
const NO_NEWS_MS = [500, 1000] as const
/** So many that were not asked yet go where the retries bring no news. */
const ROUND = 10
/** A few pages may be 503 whatever the origin does; so many different ones, and none in between that is well, are none. */
const COMPLAINERS = 20
/** For who comes later so many of them have to complain anew: one of them may be such a page. */
const ANEW = 10
/** Between two looks at an origin that was given up, ms: doubling while there is other work. */
const LOOK_MS = 1000
const LONGEST_LOOK_MS = 30_000

const WAIT = Symbol('wait')

interface Parked<Answer> extends Stoppable {
  readonly visit: Visit
  settle(answer: Answer | null): void
}

/** One origin that brought nothing last time. */
export class OriginTrouble<Answer> {
  readonly where: Where
  readonly #options: BreakerOptions
  readonly #forget: (trouble: OriginTrouble<Answer>) => void
  /** No connection, by the budget for which that speaks; nearly always one entry. */
  readonly #nothing = new Map<number, Moments<Answer>>()
  #complaints: Moments<Answer> | null = null
  /** URLs that complained when they were asked for the first time, since the last clean answer. */
  #complainers = 0
  /** When the last of them began, oldest first. */
  #complainedAtMs: readonly number[] = []
  /** When some were sent to look, after it was given up for complaints: older ones say nothing any more. */
  #lookedAtMs = 0
  /** The origin is left alone until then, as it asked. */
  #quietUntilMs = 0
  /** The same, where that is longer than a URL may wait. */
  #closedUntilMs = 0
  #parked: Parked<Answer>[] = []
  /** Those that went on behalf of those who wait. */
  readonly #probes = new Set<Visit>()
  #isWaiting = false

  constructor(where: Where, options: BreakerOptions, forget: (trouble: OriginTrouble<Answer>) => void) {
    this.where = where
    this.#options = options
    this.#forget = forget
  }

  isIdle(): boolean {
    return this.#parked.length === 0 && this.#probes.size === 0
  }

  isAwaited(): boolean {
    return this.#parked.length > 0 || this.#options.limiter.waiting(this.where.origin) > 0
  }

  closed(): Answer | null {
    return this.#closedUntilMs > this.#options.now() ? this.#complaints!.answer : null
  }

  enter(visit: Visit): Answer | null | Promise<Answer | null> {
    // Dismissed on its way: somebody else has to go for those who wait.
    this.#probes.delete(visit)
    const decision = this.#decide(visit)
    return decision === WAIT ? this.#park(visit) : decision
  }

  #decide(visit: Visit): Answer | null | typeof WAIT {
    const closed = this.closed()
    if (closed !== null) return closed
    const complaints = this.#complaints
    if (this.#complainsOf(visit)) return complaints!.answer
    const nothing = this.#nothingFor(visit.budgetMs)
    if (nothing !== null && this.#isEnough(nothing) && visit.sinceMs <= nothing.beganAtMs) return nothing.answer
    if (visit.isAgain) return null
    return nothing !== null || this.#onlyComplains() ? WAIT : null
  }

  /** A URL that complained itself before needs fewer of the others: what it heard is its verdict. */
  #complainsOf({ sinceMs, isAgain }: Visit): boolean {
    if (!this.#onlyComplains()) return false
    if (isAgain) return sinceMs <= this.#complaints!.beganAtMs
    const [firstMs = 0] = this.#complainedAtMs
    return firstMs >= sinceMs && firstMs >= this.#lookedAtMs
  }

  #onlyComplains(): boolean {
    return this.#complaints !== null && this.#isEnough(this.#complaints) && this.#complainers >= COMPLAINERS
  }

  /** One that has answered is more likely to come back. Complaints have time in them. */
  #isEnough(moments: Moments<Answer>): boolean {
    const isLater = moments !== this.#complaints && this.#options.limiter.hasAnswered(this.where.origin)
    return moments.count >= (isLater ? GIVE_UP_LATER : GIVE_UP)
  }

  learn(visit: Visit, found: Found<Answer>): void {
    this.#probes.delete(visit)
    const { now, limiter } = this.#options
    if (found.type === 'nothing') {
      const moments = this.#nothing.get(found.speaksForMs) ?? new Moments(found.answer)
      this.#nothing.set(found.speaksForMs, moments)
      moments.add(found, now(), 0)
      if (this.#isEnough(moments)) this.#settleParked()
    } else if (found.type === 'complaint') {
      const wasGivenUp = this.#onlyComplains()
      if (!visit.isAgain && found.isAlone) {
        this.#complainers++
        this.#complainedAtMs = [...this.#complainedAtMs, found.beganAtMs].sort((a, b) => a - b).slice(-ANEW)
      }
      this.#complain(found)
      this.#nothing.clear()
      // Once: later on those in line are the ones that look.
      const isNews = this.#onlyComplains() && !wasGivenUp
      if (isNews || this.closed() !== null) limiter.dismiss(this.where.origin)
      this.#settleParked()
    } else if (found.type !== 'unknown') {
      this.#nothing.clear()
      // What was on the wire when it asked to be left alone takes nothing of that back.
      if (found.type === 'clean') this.#complainers = 0
      if (found.type === 'clean' && this.closed() === null) this.#complaints = null
      this.#settleParked()
      if (this.#complaints === null) this.#forget(this)
    }
    this.#look()
  }

  #complain(found: Extract<Found<Answer>, { type: 'complaint' }>): void {
    const { now, limiter, maxWaitMs, announce } = this.#options
    this.#complaints ??= new Moments(found.answer)
    this.#quietUntilMs = Math.max(this.#quietUntilMs, found.untilMs)
    const { askedMs } = found
    if (askedMs !== null && askedMs > maxWaitMs) this.#closedUntilMs = Math.max(this.#closedUntilMs, now() + askedMs)
    else if (askedMs !== null) {
      this.#quietUntilMs = Math.max(this.#quietUntilMs, now() + askedMs)
      limiter.pause(this.where, this.#quietUntilMs)
      if (limiter.waiting(this.where.origin) > 0) announce(this.where.host, askedMs)
    }
    if (found.isAlone) this.#complaints.add(found, now(), this.#quietUntilMs)
  }

  /** The most that is known for who has so much time. */
  #nothingFor(budgetMs: number): Moments<Answer> | null {
    let most: Moments<Answer> | null = null
    for (const [speaksForMs, moments] of this.#nothing) {
      if (speaksForMs >= budgetMs && (most === null || moments.count > most.count)) most = moments
    }
    return most
  }

  #park(visit: Visit): Promise<Answer | null> {
    const { stop } = this.#options
    return new Promise((resolve) => {
      const parked: Parked<Answer> = {
        visit,
        stopPlace: -1,
        settle(answer) {
          stop.running.delete(parked)
          resolve(answer)
        },
        abort: () => resolve(null),
      }
      stop.running.add(parked)
      this.#parked.push(parked)
      this.#look()
    })
  }

  /** Who waits and has an answer now, or may be asked. */
  #settleParked(): void {
    const parked = this.#parked
    this.#parked = []
    for (const each of parked) {
      const decision = this.#decide(each.visit)
      if (decision === WAIT) this.#parked.push(each)
      else each.settle(decision)
    }
  }

  /** Lets some of those who wait look whether it is back, when it is time. */
  #look(): void {
    if (this.#isWaiting || this.#parked.length === 0 || this.#probes.size > 0) return
    const { now, wait, stop } = this.#options
    this.#isWaiting = true
    // At once is after all that come in this moment, and in short steps: when nothing else is left to ask, it is time sooner.
    wait(Math.max(0, Math.min(this.#dueAtMs() - now(), LOOK_MS))).then(() => {
      this.#isWaiting = false
      if (this.#probes.size === 0 && (this.#dueAtMs() <= now() || stop.stopped)) this.#sendProbes()
      else this.#look()
    })
  }

  #dueAtMs(): number {
    const all = [...this.#nothing.values(), ...(this.#onlyComplains() ? [this.#complaints!] : [])]
    return Math.max(this.#quietUntilMs, ...all.map((moments) => this.#dueAfter(moments)))
  }

  #dueAfter(moments: Moments<Answer>): number {
    const { count, countedAtMs, beganAtMs } = moments
    if (!this.#isEnough(moments)) return Math.max(countedAtMs, beganAtMs + stepOf(NO_NEWS_MS, count))
    const { hasOthers } = this.#options
    return (
      countedAtMs + (hasOthers() ? Math.min(LOOK_MS * 2 ** Math.max(0, count - GIVE_UP), LONGEST_LOOK_MS) : LOOK_MS)
    )
  }

  #sendProbes(): void {
    if (this.#onlyComplains()) this.#lookedAtMs = this.#options.now()
    const isGivenUp = [...this.#nothing.values()].some((moments) => this.#isEnough(moments))
    for (const parked of this.#parked.splice(0, isGivenUp ? 1 : this.#onlyComplains() ? ANEW : ROUND)) {
      this.#probes.add(parked.visit)
      parked.settle(null)
    }
  }
}

export interface BreakerOptions {
  readonly limiter: Pick<Limiter, 'dismiss' | 'hasAnswered' | 'pause' | 'waiting'>
  /** Monotonic ms. */
  now(): number
  /** Ends early when the run is stopped. */
  wait(ms: number): Promise<void>
  readonly stop: Stop
  /** An origin that asks to be left alone for longer than a URL may wait is not waited for. */
  readonly maxWaitMs: number
  /** Whether there is more to ask than what waits here. */
  hasOthers(): boolean
  /** Told when an origin for which others wait asks to be left alone for so long. */
  announce(host: string, ms: number): void
}
