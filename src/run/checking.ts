// A run as the library's users hold it: an iterator that can be gone through once, and a summary that is true at any
// time. It begins nothing before the first verdict is asked for, and whatever ends it, it leaves nothing behind.

import type { Summary } from '../words/summary.js'
import type { Verdict } from '../words/verdict.js'
import type { Run } from './pipeline.js'

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

/** `close` is called once, when the run is over. */
export function createChecking(run: Run, close: () => Promise<void>): Checking {
  let isLooped = false
  let isBegun = false
  let isOver = false
  let taken = 0
  const rows = verdicts()

  async function* verdicts(): AsyncGenerator<Verdict, undefined> {
    try {
      for await (const batch of run.batches) {
        for (const verdict of batch) {
          taken++
          yield verdict
        }
      }
    } catch (error) {
      run.stop('input-broke')
      throw error
    } finally {
      isOver = true
      await close()
    }
  }

  const end = async (): Promise<void> => {
    const isWhole = run.progress.inputEnded && taken === run.progress.known
    // Before the generator is told: it listens only once what it waits for is there.
    if (!isOver && !isWhole) run.stop('interrupted')
    await rows.return(undefined)
    // One that never began has no `finally`.
    if (isBegun || isOver) return
    isOver = true
    await close()
  }

  const checking: Checking = {
    next() {
      isBegun = true
      return rows.next()
    },
    async return() {
      await end()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      if (isLooped) throw new TypeError('checkAll: a run can be looped over once; call checkAll again for another')
      if (isOver) throw new TypeError('checkAll: this run is over')
      isLooped = true
      return checking
    },
    [Symbol.asyncDispose]: end,
    get ended() {
      return isOver
    },
    get summary() {
      return run.summary({ signal: null, outputFailed: null, isLeft: !isOver })
    },
  }
  return checking
}
