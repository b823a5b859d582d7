// A permit goes back when all promises that its answer set off have settled, and so what it says has been learned. At
// once, the next request would be out before a 429 pauses its host or the last of twenty failures shows that it is down.
// `nextTick` from within a promise comes after all of them and before any other I/O; `setImmediate` would do as well, but
// takes a third of the throughput (measured).

import type { Permit } from '../types.js'

/** Not imported: for an ES module Node asks `node:process` for all that it has, and stdin would be opened by that. */
const { nextTick } = globalThis.process

/** Gives permits back at the end of the moment, in order. */
export function createLatePermits(): (permit: Permit) => void {
  let due: Permit[] = []
  const giveBack = () => {
    const permits = due
    due = []
    for (const permit of permits) permit.release()
  }
  return (permit) => {
    if (due.push(permit) === 1) nextTick(giveBack)
  }
}
