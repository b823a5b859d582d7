// Where the rooms of a run meet.

import type { Permit } from '../words/limits.js'
import type { Reply } from '../words/reply.js'
import type { Summary, Unfinished } from '../words/summary.js'
import type { Verdict } from '../words/verdict.js'
import type { Target } from './target.js'

/** One target in, what was found out of it: an attempt, or one with policies around it. It never rejects. */
export type Check = (target: Target, context: CheckContext) => Promise<Reply>

/** What the flow hands to a check: a first permit already held, and how long the target waited for it. */
export interface CheckContext {
  /** The check gives it back; null: the check takes its own place in the line. */
  readonly permit: Permit | null
  readonly queuedMs: number
  /** Of a retry: what is learned of its origin from then on (monotonic ms) speaks for it. */
  readonly againSinceMs?: number
  /** What a first attempt brought, where it was made already: policies look at it in place of making one. */
  readonly firstReply?: Reply
}

/** Targets and what their reader knows of the lines. */
export interface TargetSource {
  readonly batches: AsyncIterable<readonly Target[]>
  /** Lines that hold no target. */
  blank(): number
  /** Targets of other shards so far, which are not in `batches`. */
  otherShard(): number
  readonly notices: readonly string[]
  /** A sentence when an input ended by an error. */
  broke(): string | null
  /** How much of the list was read, 0 to 1; null or absent: not known. */
  readShare?(): number | null
  /** Reads no more; works at once, also while a slow pipe is waited for. */
  close(): void
}

/** What earlier runs left: rows that are kept, and a baseline to compare with. */
export interface EarlierRuns {
  /** Verdicts of an interrupted run; they come first and count. */
  kept(): AsyncIterable<readonly Verdict[]>
  /** Whether one of them is of this target; then it is not asked. */
  has(target: Target): boolean
  /** Told of every target that gets a verdict in this run. */
  passes(target: Target): void
  /** The verdict with its `change`. */
  compare(verdict: Verdict): Verdict
  /** Null without a baseline. */
  changes(isWhole: boolean): Summary['baseline']
  /** With `--fail-on new` the failures that count, else null. */
  newFailures(): number | null
}

/** What is asked again after everything else. */
export interface LaterProgress {
  readonly failing: number
  /** One of them. */
  readonly sample: string
  /** Until the next look, or under `wait` until the last one; ms. */
  readonly leftMs: number
  readonly isUntilFine: boolean
}

/** Live figures. */
export interface Progress {
  /** Items read so far. */
  readonly known: number
  /** Whether `known` is all there is. */
  readonly inputEnded: boolean
  readonly done: number
  /** Items whose result nobody got because the run was stopped. */
  readonly notAsked: number
}

/** Where targets are asked: in this thread; later in others, or by whoever takes them from a queue. */
export interface Asker {
  /**
   * One pass: every target is asked, retried and judged. Pulls from `batches` only as fast as it can ask. `gently`: a few
   * at once, on fresh connections, none before the time that its origin asked for in an earlier pass.
   */
  ask(batches: AsyncIterable<readonly Target[]>, how: How): Asking
  /** Ends what it holds beside its client: threads, connections to others. Without effect the second time. */
  close?(): Promise<void>
}

/** How a pass is asked. */
export interface How {
  readonly gently: boolean
  /** How many share what a gentle pass may ask at once; default: one. */
  readonly among?: number
}

/** A pass that is under way. */
export interface Asking {
  /** Verdicts in the order in which they are done; one a target unless it is stopped. Throws what `batches` throws. */
  readonly results: AsyncIterable<readonly Verdict[]>
  readonly progress: Progress
  /** Begins nothing any more and ends what is on the wire; those targets have no verdict. */
  stop(): void
  /** Begins nothing any more; what is on the wire may end, and the rest has no verdict. Absent: it only knows `stop`. */
  finish?(): void
  /** Requests on the wire now; absent: not known. */
  inFlight?(): number
  /** The host with most waiting or running requests, where that is not the client's; null: none. */
  busiest?(): string | null
  /** True when it stopped by itself because it cannot ask any more: its client was closed, its queue broke. */
  readonly gaveUp: boolean
  /** What the run says of it then; default `interrupted`. */
  readonly gaveUpWhy?: Unfinished
}
