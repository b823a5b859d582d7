// The asker of a run: the one of this thread, or several in threads of their own.

import { availableParallelism } from 'node:os'
import type { Asker } from '../../settings/seams.js'
import type { Threads } from '../../settings/values.js'
import { type AskerOptions, createAsker } from '../asker.js'
import type { Engine } from '../engine.js'
import { createSplitAsker } from './split-asker.js'
import { openThreadSlot } from './thread-slot.js'

/** `threads`: how many ask, this one included; `auto`: as many as help. */
export function createThreads(engine: Engine, asker: AskerOptions, threads: Threads): Asker {
  const { settings, ask, limits, mostIdle } = engine
  const isAuto = threads === 'auto'
  // A pace of its own is what bounds a run with one: more threads would only wait.
  const wanted = isAuto ? (limits.rate ? 1 : availableParallelism()) : threads
  const most = Math.min(wanted, limits.concurrency)
  if (most === 1) return createAsker(engine, asker)
  const { now: _, ...plain } = settings
  const { retryTimeouts, maxWaitMs } = asker
  return createSplitAsker({
    engine,
    asker,
    most,
    isAuto,
    open: (id, { middle, board, portion, died }) => {
      const own = { ...plain, concurrency: portion.concurrency, rate: portion.rate }
      const serve = { settings: own, ask, idle: Math.ceil(mostIdle / most), portion, retryTimeouts, maxWaitMs }
      return openThreadSlot({ id, serve, middle, board, died })
    },
  })
}
