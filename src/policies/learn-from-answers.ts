// What the limiter learns from each hop's answer, whoever asked: a complaint (429, 503, a 403 about the rate) pauses the
// origin and halves what it gets, clean answers give it a little more. Belongs to the client, so `fetchStatus` teaches too.

import type { Limiter, Where } from '../words/limits.js'

export interface LearningOptions {
  readonly limiter: Pick<Limiter, 'slowDown' | 'pause' | 'clean' | 'hasAnswered'>
  /** Monotonic ms. */
  now(): number
  /** From 0 to 1, for the jitter. */
  random(): number
  /** Whether an address is on the public internet. */
  isPublic(address: string): boolean
}

/** A complaint of an origin. */
export interface Complaint {
  readonly status: number
  /** How long it asks to be left alone, ms; null: it named no time. */
  readonly askedMs: number | null
  /** When the request began that it answers. */
  readonly beganAtMs: number
  /** Nothing else was on the wire to the origin: it was not our load. */
  readonly isSolo: boolean
}

export interface Learning {
  clean(where: Where, remoteAddress: string | null): void
  /** Returns until when the origin is left alone now (monotonic ms); null: it is the page that is so, not the origin. */
  complained(where: Where, complaint: Complaint): number | null
}

/**
 * Without a Retry-After: 250 to 500 ms, doubling with each complaint that comes after the pause of the one before. Not where
 * the origin has answered: then it may be pages that are always 503.
 */
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 2000
/** Who asks through `fetchStatus` alone waits no longer; a run leaves the origin alone for as long as it asks. */
const LONGEST_ASKED_MS = 60_000
/** Origins that are remembered to complain. */
const MAX_ORIGINS = 50_000

interface Complaining {
  rounds: number
  untilMs: number
}

export function learnFromAnswers({ limiter, now, random, isPublic }: LearningOptions): Learning {
  /** Those without a clean answer since their last complaint. */
  const complaining = new Map<string, Complaining>()
  return {
    clean(where, remoteAddress) {
      if (complaining.size > 0) complaining.delete(where.origin)
      limiter.clean(where, remoteAddress !== null && isPublic(remoteAddress))
    },
    complained(where, { status, askedMs, beganAtMs, isSolo }) {
      const before = complaining.get(where.origin)
      // The last answer was clean, and this one names neither rate nor time.
      const isPage = status === 503 && askedMs === null && isSolo && before === undefined
      if (isPage && limiter.hasAnswered(where.origin)) return null
      // A 503 of one that answers nothing else is no sign of our load, but of an outage; to halve again for each would
      // make a list of dead pages take hours.
      if (status !== 503 || askedMs !== null || before === undefined) limiter.slowDown(where, beganAtMs, askedMs)
      const state = before ?? { rounds: 0, untilMs: Number.NEGATIVE_INFINITY }
      if (before === undefined) {
        if (complaining.size >= MAX_ORIGINS) complaining.clear()
        complaining.set(where.origin, state)
      }
      // What ran side by side is one complaint.
      if (beganAtMs >= state.untilMs) state.rounds++
      const longestMs = limiter.hasAnswered(where.origin) ? FIRST_PAUSE_MS : LONGEST_PAUSE_MS
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (state.rounds - 1), longestMs) * (0.5 + random() / 2)
      state.untilMs = Math.max(state.untilMs, now() + Math.min(askedMs ?? pauseMs, LONGEST_ASKED_MS))
      limiter.pause(where, state.untilMs)
      return state.untilMs
    },
  }
}
