// One listener a signal and a set behind it: a listener a request costs time in proportion to all of them (50 µs at
// 20,000, measured).

import type { Stop } from '../types.js'

const stops = new WeakMap<AbortSignal, Stop>()

/** The stop behind a signal; the same for all callers. */
export function stopOf(signal: AbortSignal): Stop {
  const known = stops.get(signal)
  if (known !== undefined) return known
  const running: Stop['running'] = new Set()
  const stop = { running, stopped: signal.aborted }
  const stopAll = () => {
    stop.stopped = true
    for (const job of running) job.abort()
  }
  signal.addEventListener('abort', stopAll, { once: true })
  stops.set(signal, stop)
  return stop
}

/** Resolves after so many ms, or when the run is stopped. Not a listener on its signal: hundreds may wait at once. */
export function pause(ms: number, stop: Stop): Promise<void> {
  if (stop.stopped) return Promise.resolve()
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      stop.running.delete(job)
      resolve()
    }
    const job = { abort: end }
    // Node's timers hold 24.8 days; a longer wait would end at once.
    const timer = setTimeout(end, Math.min(ms, 2_147_483_647))
    stop.running.add(job)
  })
}
