// An origin that brings nothing is not asked a thousand times. Evidence is counted by moments: what ran side by side is one
// witness, and the next one is only who begins after the back-off. After four in a row (the first, and three rounds of
// retries) without anything in between, the others that already wait get the same verdict, marked as inferred; who comes
// later waits until one of them has been asked anew. While it is in trouble only retries go at their own time, and a few
// that were not asked yet.

import type { Limiter, Stop, Stoppable, Where } from '../types.js'

export interface BreakerOptions {
  readonly limiter: Pick<Limiter, 'dismiss' | 'pause' | 'waiting'>
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

/** One hop on its way to an origin. */
export interface Visit {
  readonly where: Where
  /** How long it may try to connect, ms: a time-out speaks only for those with no more time. */
  readonly budgetMs: number
  /** Evidence that began at this time or later speaks for it (monotonic ms). */
  readonly sinceMs: number
  /** It was asked before, and has a back-off of its own behind it. */
  readonly isAgain: boolean
}

/** What came of a visit. `nothing`: no connection. `connected`: one, whatever came of it. `clean`: an answer without complaint. */
export type Found<Answer> =
  | { readonly type: 'clean' | 'connected' | 'unknown' }
  | {
      readonly type: 'nothing'
      readonly beganAtMs: number
      /** For visits with a larger budget it says nothing; Infinity: for all. */
      readonly speaksForMs: number
      readonly answer: Answer
    }
  | {
      readonly type: 'complaint'
      readonly beganAtMs: number
      readonly askedMs: number | null
      /** Until when the origin is left alone. */
      readonly untilMs: number
      readonly answer: Answer
    }

export interface Breaker<Answer> {
  /** False while every origin is well: then nobody need enter. */
  readonly isNeeded: boolean
  /** null: ask. An answer: do not, this is what is known. A promise: the same, later. */
  enter(visit: Visit): Answer | null | Promise<Answer | null>
  /** Whether others of an origin in trouble wait for news of it. */
  isAwaited(where: Where): boolean
  /** What is known of an origin that asked to be left alone for too long; null: it may be asked, or waited for. */
  known(where: Where): Answer | null
  /** What a visit brought; each that was let in and went on has to say it. */
  learn(visit: Visit, found: Found<Answer>): void
}

/** Moments in a row: the first, and three rounds of retries. */
const GIVE_UP = 4
/** The fixed part of the back-off before the second, third and later moment, ms; what comes sooner is no new witness. */
const GAPS_MS = [250, 500] as const
/** When retries, which have this much back-off at most, have brought no news, ms. */
const NO_NEWS_MS = [500, 1000] as const
/** So many that were not asked yet go where the retries bring no news. */
const ROUND = 10
/** Between two looks at an origin that was given up, ms: doubling while there is other work. */
const LOOK_MS = 1000
const LONGEST_LOOK_MS = 30_000
/** Origins in trouble that are remembered: about 0.5 KB each. */
const MAX_ORIGINS = 10_000

/** `before`: what an earlier pass of the run knows of an origin that asked to be left alone for too long. */
export function createBreaker<Answer>(
  options: BreakerOptions,
  before: ((where: Where) => Answer | null) | null = null,
): Breaker<Answer> {
  const origins = new Map<string, Trouble<Answer>>()
  const forget = (trouble: Trouble<Answer>) => {
    if (origins.get(trouble.where.origin) === trouble) origins.delete(trouble.where.origin)
  }
  const troubleOf = (where: Where): Trouble<Answer> => {
    let trouble = origins.get(where.origin)
    if (trouble === undefined) {
      if (origins.size >= MAX_ORIGINS) forgetOne(origins)
      trouble = new Trouble(where, options, forget)
      origins.set(where.origin, trouble)
    }
    return trouble
  }
  return {
    get isNeeded() {
      return origins.size > 0 || before !== null
    },
    enter: (visit) => before?.(visit.where) ?? origins.get(visit.where.origin)?.enter(visit) ?? null,
    isAwaited: (where) => origins.get(where.origin)?.isAwaited() === true,
    known: (where) => before?.(where) ?? origins.get(where.origin)?.closed() ?? null,
    learn(visit, found) {
      const isTrouble = found.type === 'nothing' || found.type === 'complaint'
      const trouble = isTrouble ? troubleOf(visit.where) : origins.get(visit.where.origin)
      trouble?.learn(visit, found)
    },
  }
}

/** The oldest one for which nobody waits. */
function forgetOne<Answer>(origins: Map<string, Trouble<Answer>>): void {
  for (const [origin, trouble] of origins) {
    if (!trouble.isIdle()) continue
    origins.delete(origin)
    return
  }
}

/** Failures of one sort in a row. */
class Moments<Answer> {
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

  get isEnough(): boolean {
    return this.count >= GIVE_UP
  }

  speaksFor({ sinceMs }: Visit): boolean {
    return this.isEnough && sinceMs <= this.beganAtMs
  }
}

function stepOf(steps: readonly number[], count: number): number {
  return steps[Math.min(count, steps.length) - 1]!
}

const WAIT = Symbol('wait')

interface Parked<Answer> extends Stoppable {
  readonly visit: Visit
  settle(answer: Answer | null): void
}

/** One origin that brought nothing last time. */
class Trouble<Answer> {
  readonly where: Where
  readonly #options: BreakerOptions
  readonly #forget: (trouble: Trouble<Answer>) => void
  /** No connection, by the budget for which that speaks; nearly always one entry. */
  readonly #nothing = new Map<number, Moments<Answer>>()
  #complaints: Moments<Answer> | null = null
  /** The origin is left alone until then, as it asked. */
  #quietUntilMs = 0
  /** The same, where that is longer than a URL may wait. */
  #closedUntilMs = 0
  #parked: Parked<Answer>[] = []
  /** Those that went on behalf of those who wait. */
  readonly #probes = new Set<Visit>()
  #isWaiting = false

  constructor(where: Where, options: BreakerOptions, forget: (trouble: Trouble<Answer>) => void) {
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
    if (complaints?.speaksFor(visit)) return complaints.answer
    if (visit.isAgain) return null
    const nothing = this.#nothingFor(visit.budgetMs)
    if (nothing?.speaksFor(visit)) return nothing.answer
    return nothing !== null || complaints?.isEnough ? WAIT : null
  }

  learn(visit: Visit, found: Found<Answer>): void {
    this.#probes.delete(visit)
    const { now, limiter } = this.#options
    if (found.type === 'nothing') {
      const moments = this.#nothing.get(found.speaksForMs) ?? new Moments(found.answer)
      this.#nothing.set(found.speaksForMs, moments)
      moments.add(found, now(), 0)
      if (moments.isEnough) this.#settleParked()
    } else if (found.type === 'complaint') {
      this.#complain(found)
      this.#nothing.clear()
      if (this.#complaints?.isEnough || this.closed() !== null) limiter.dismiss(this.where.origin)
      this.#settleParked()
    } else if (found.type !== 'unknown') {
      this.#nothing.clear()
      // What was on the wire when it asked to be left alone takes nothing of that back.
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
    this.#complaints.add(found, now(), this.#quietUntilMs)
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
    const all = [...this.#nothing.values(), ...(this.#complaints?.isEnough ? [this.#complaints] : [])]
    return Math.max(this.#quietUntilMs, ...all.map((moments) => this.#dueAfter(moments)))
  }

  #dueAfter({ count, isEnough, countedAtMs, beganAtMs }: Moments<Answer>): number {
    if (!isEnough) return Math.max(countedAtMs, beganAtMs + stepOf(NO_NEWS_MS, count))
    const { hasOthers } = this.#options
    return countedAtMs + (hasOthers() ? Math.min(LOOK_MS * 2 ** (count - GIVE_UP), LONGEST_LOOK_MS) : LOOK_MS)
  }

  #sendProbes(): void {
    const isGivenUp = this.#complaints?.isEnough || [...this.#nothing.values()].some(({ isEnough }) => isEnough)
    for (const parked of this.#parked.splice(0, isGivenUp ? 1 : ROUND)) {
      this.#probes.add(parked.visit)
      parked.settle(null)
    }
  }
}
