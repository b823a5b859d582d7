// An origin that brings nothing, or nothing but complaints, is not asked a thousand times. Evidence is counted by moments:
// what ran side by side is one witness, and the next one is only who begins after the back-off. It is given up after four in
// a row, the first and three rounds of retries, with nothing better in between; after eight where it has answered before and
// finds no connection now; for complaints only where enough different URLs complain. Then those that already wait get the
// same verdict, marked as inferred; who comes later waits until one of them has been asked anew. Before that only retries go
// at their own time, and a few that were not asked yet.

import type { Where } from '../words/limits.js'
import { type BreakerOptions, OriginTrouble } from './origin-trouble.js'
import type { Found, Visit } from './visit.js'

export interface Breaker<Answer> {
  /** False while nothing is wrong with it: then nobody need enter. */
  isTroubled(where: Where): boolean
  /** null: ask. An answer: do not, this is what is known. A promise: the same, later. */
  enter(visit: Visit): Answer | null | Promise<Answer | null>
  /** Whether others of an origin in trouble wait for news of it. */
  isAwaited(where: Where): boolean
  /** What is known of an origin that asked to be left alone for too long; null: it may be asked, or waited for. */
  known(where: Where): Answer | null
  /** What a visit brought; each that was let in and went on has to say it. */
  learn(visit: Visit, found: Found<Answer>): void
}

/** Origins in trouble that are remembered: about 0.5 KB each. */
const MAX_ORIGINS = 10_000

/** What others know of origins that asked to be left alone for too long. */
export interface Told<Answer> {
  /** An earlier pass of the run. */
  readonly before?: ((where: Where) => Answer | null) | null
  /** Others that ask parts of the same list, by origin. */
  readonly elsewhere?: ReadonlyMap<string, Answer>
}

export function createBreaker<Answer>(
  options: BreakerOptions,
  { before = null, elsewhere = new Map() }: Told<Answer> = {},
): Breaker<Answer> {
  const origins = new Map<string, OriginTrouble<Answer>>()
  const forget = (trouble: OriginTrouble<Answer>) => {
    if (origins.get(trouble.where.origin) === trouble) origins.delete(trouble.where.origin)
  }
  const troubleOf = (where: Where): OriginTrouble<Answer> => {
    let trouble = origins.get(where.origin)
    if (trouble === undefined) {
      if (origins.size >= MAX_ORIGINS) forgetOne(origins)
      trouble = new OriginTrouble(where, options, forget)
      origins.set(where.origin, trouble)
    }
    return trouble
  }
  const told = (where: Where): Answer | null => before?.(where) ?? elsewhere.get(where.origin) ?? null
  return {
    isTroubled: (where) =>
      before !== null ||
      (origins.size > 0 && origins.has(where.origin)) ||
      (elsewhere.size > 0 && elsewhere.has(where.origin)),
    enter: (visit) => told(visit.where) ?? origins.get(visit.where.origin)?.enter(visit) ?? null,
    isAwaited: (where) => origins.get(where.origin)?.isAwaited() === true,
    known: (where) => told(where) ?? origins.get(where.origin)?.closed() ?? null,
    learn(visit, found) {
      const isTrouble = found.type === 'nothing' || found.type === 'complaint'
      const trouble = isTrouble ? troubleOf(visit.where) : origins.get(visit.where.origin)
      trouble?.learn(visit, found)
    },
  }
}

/** The oldest one for which nobody waits. */
function forgetOne<Answer>(origins: Map<string, OriginTrouble<Answer>>): void {
  for (const [origin, trouble] of origins) {
    if (!trouble.isIdle()) continue
    origins.delete(origin)
    return
  }
}
