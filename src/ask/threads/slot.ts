// One of several that ask parts of a list: the asker of this thread, or one in another.

import type { Asker } from '../../settings/seams.js'
import type { Where } from '../../words/limits.js'
import type { KnownFacts, Lesson, Portion, Ticket } from './calls.js'

export interface Slot {
  readonly asker: Asker
  /** It has died: it takes nothing any more. */
  readonly isGone: boolean
  /** Permits are free and nobody who waits may have one. */
  lacksWork(): boolean
  /** Calls back when that has become so. */
  onLackOfWork(listener: () => void): void
  /** Requests on the wire. */
  inUse(): number
  busiest(): string | null
  /** How busy its event loop was since the last time, 0 to 1. */
  load(): number
  /** Resolves once no more than that is on the wire. */
  resize(portion: Portion): Promise<void>
  /** The list is held back because of those who wait. */
  pressed(is: boolean): void
  /** Takes a permit for a request that somebody else makes. */
  grant(where: Where): Promise<Ticket>
  giveBack(ticket: number): void
  learn(lesson: Lesson): void
  /** This machine has run into a limit. */
  shrink(): void
  facts(known: KnownFacts): void
  close(): Promise<void>
}

/** What a slot may call: the middle between all of them. */
export interface Middle {
  /** A permit for `from`, who wants to ask a host; null: the host is its own from now on. */
  enter(from: number, where: Where): Promise<{ readonly owner: number; readonly ticket: Ticket } | null>
  leave(owner: number, host: string, ticket: number): void
  learn(lesson: Lesson): void
  /** A slot has run into a limit of this machine. */
  shrunk(from: number): void
  notify(text: string): void
  waits(host: string, ms: number): void
}
