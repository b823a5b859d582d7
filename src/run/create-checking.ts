// A run as the library's users hold it: an iterator that can be gone through once, and a summary that is true at any
// time. It begins nothing before the first verdict is asked for, and whatever ends it, it leaves nothing behind.

import type { Verdict } from '../words/verdict.js'
import type { Checking } from './checking.js'
import type { Run } from './pipeline.js'

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
