// What an attempt and the breaker say to each other of one hop.

import type { Where } from '../words/limits.js'

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
      /** No clean answer of the origin came while it was on the wire; else it is the page that complains, or our load. */
      readonly isAlone: boolean
      readonly answer: Answer
    }
