// What `checkAll` gives. Only the type: how it works is in create-checking.ts.

import type { Summary } from '../words/summary.js'
import type { Verdict } from '../words/verdict.js'

/**
 * A run: an async iterator over its verdicts, in the order in which they are done. Nothing is asked before the first
 * `next()`. It can be looped over once; a second loop throws a `TypeError`, as one over a run that is over does. Calls of
 * `next()` may be made at the same time; each gets a verdict of its own. Leaving the loop aborts what is in flight.
 */
export interface Checking extends AsyncIterable<Verdict, undefined> {
  next(): Promise<IteratorResult<Verdict, undefined>>
  /** Ends the run; resolves when it is over. As `break` in a loop does. */
  return(): Promise<IteratorResult<Verdict, undefined>>
  [Symbol.asyncIterator](): Checking
  /** The same as `return`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
  /** Whether it is over: the list is done, the loop was left, the run was aborted, or the list threw. */
  readonly ended: boolean
  /**
   * The totals, at any time: of the whole run once it has come to its end, and before that as if it were left now, with
   * `unfinished: 'interrupted'` and its exit code. Counted is what was judged, also where the loop did not take it.
   */
  readonly summary: Summary
}
