// What the main thread and one that asks say to each other.

import type { HopResult } from '../../http/exchange/hop-request.js'
import type { How } from '../../settings/seams.js'
import type { Share, Where } from '../../words/limits.js'
import type { Suspicion } from '../facts.js'

/** What the limiter of a host's owner learns from an answer that somebody else got. Times are spans: clocks differ. */
export type Lesson =
  | { readonly type: 'pause'; readonly where: Where; readonly forMs: number }
  | { readonly type: 'slow-down'; readonly where: Where; readonly agoMs: number; readonly retryAfterMs: number | null }
  | { readonly type: 'clean'; readonly where: Where; readonly isPublic: boolean }
  /** It asked to be left alone for too long. */
  | { readonly type: 'closed'; readonly where: Where; readonly answer: HopResult }

/** The number of a permit that is held for somebody else; what is known of an origin that is not to be asked; null: the run stopped first. */
export type Ticket = number | HopResult | null

/** What is known of the machine as a whole. */
export interface KnownFacts {
  readonly refuted: readonly Suspicion[]
  readonly sees: boolean
  readonly aheadMs: number | null
}

/** What an asker may use of what the whole list may. */
export interface Portion extends Share {
  /** How many share the DNS questions that a machine may ask at once. */
  readonly among: number
}

/** What the main thread says. */
export interface ToThread {
  begin(how: How, known: KnownFacts): void
  /** Packed targets. */
  targets(text: string): void
  /** There are no more. */
  end(): void
  stop(): void
  /** So many rows were taken. */
  taken(rows: number): void
  pressed(is: boolean): void
  /** Resolves once no more than that is on the wire. */
  resize(portion: Portion): Promise<void>
  /** Takes a permit for a request that somebody else makes. */
  grant(where: Where): Promise<Ticket>
  giveBack(ticket: number): void
  learn(lesson: Lesson): void
  /** This machine has run into a limit. */
  shrink(): void
  facts(known: KnownFacts): void
}

/** What a thread says. */
export interface ToMain {
  /** Packed rows, and whether there are permits for which it has no work. */
  rows(text: string, lacksWork: boolean): void
  /** The pass is over. */
  over(gaveUp: boolean): void
  /** The same of permits, where no row comes with it. */
  lacksWork(): void
  state(state: ThreadState): void
  /** May this host be asked? Null: it is yours from now on; else the permit of whose it is. */
  enter(where: Where): Promise<{ readonly owner: number; readonly ticket: Ticket } | null>
  leave(owner: number, host: string, ticket: number): void
  learn(lesson: Lesson): void
  agree(suspicion: Suspicion, about: string, host: string): Promise<boolean>
  refute(suspicion: Suspicion): void
  sees(): void
  ahead(ms: number): void
  notify(text: string): void
  waits(host: string, ms: number): void
  shrunk(): void
}

export interface ThreadState {
  /** Requests on the wire. */
  readonly inUse: number
  /** The host with most waiting or running requests. */
  readonly busiest: string | null
}
