// Time that holds on a busy machine: how long something took, less the time in which the process was ready to run and
// had no core. An upper bound in a test is held against this; a lower one against the wall clock.

import { readFileSync } from 'node:fs'

export interface Stopwatch {
  /** By the wall clock, for lower bounds. */
  wallMs(): number
  /** Without the time in which this process had to wait for a core, for upper bounds. */
  ownMs(): number
}

/** Starts now. */
export function stopwatch(): Stopwatch {
  const startedMs = performance.now()
  const waitedBeforeMs = waitedForCoreMs()
  const wallMs = () => performance.now() - startedMs
  return { wallMs, ownMs: () => wallMs() - (waitedForCoreMs() - waitedBeforeMs) }
}

/**
 * How long a process's main thread has been ready to run without a core since it began (Linux, `sched_info.run_delay`);
 * 0 where nobody counts it, and for one that has ended.
 */
export function waitedForCoreMs(pid: number | 'self' = 'self'): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6 || 0
  } catch {
    return 0
  }
}
