// One listener a signal and a list behind it: a listener a request costs time in proportion to all of them (50 µs at
// 20,000, measured).

import type { Stop, Stoppable } from '../words/limits.js'
import { takeOut } from '../words/unordered-list.js'

const stops = new WeakMap<AbortSignal, Stop>()

/** The stop behind a signal; the same for all callers. */
export function stopOf(signal: AbortSignal): Stop {
  const known = stops.get(signal)
  if (known !== undefined) return known
  const running = new Running()
  const stop = { running, stopped: signal.aborted }
  const stopAll = () => {
    stop.stopped = true
    running.abortAll()
  }
  signal.addEventListener('abort', stopAll, { once: true })
  stops.set(signal, stop)
  return stop
}

/** A stop that either of two brings about; `release` it when what it is for has ended. */
export function eitherStop(one: Stop, other: Stop): Stop & { release(): void } {
  const running = new Running()
  const both = { running, stopped: one.stopped || other.stopped, release }
  const link = (): Stoppable => ({
    abort() {
      both.stopped = true
      running.abortAll()
    },
  })
  const links = [link(), link()] as const
  if (!both.stopped) {
    one.running.add(links[0])
    other.running.add(links[1])
  }
  function release() {
    one.running.delete(links[0])
    other.running.delete(links[1])
  }
  return both
}

/** The jobs that a stop has to end. */
class Running {
  readonly #jobs: Stoppable[] = []

  get size(): number {
    return this.#jobs.length
  }

  /** Nothing changes for one that is in. */
  add(job: Stoppable): void {
    if (job.stopPlace === undefined || job.stopPlace < 0) job.stopPlace = this.#jobs.push(job) - 1
  }

  /** Nothing changes for one that is not in. */
  delete(job: Stoppable): void {
    const { stopPlace = -1 } = job
    if (stopPlace < 0) return
    job.stopPlace = -1
    const moved = takeOut(this.#jobs, stopPlace)
    if (moved !== null) moved.stopPlace = stopPlace
  }

  /** One that is told may take others out. */
  abortAll(): void {
    for (let job = this.#jobs.pop(); job !== undefined; job = this.#jobs.pop()) {
      job.stopPlace = -1
      job.abort()
    }
  }
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
    const job: Stoppable = { abort: end, stopPlace: -1 }
    // Node's timers hold 24.8 days; a longer wait would end at once.
    const timer = setTimeout(end, Math.min(ms, 2_147_483_647))
    stop.running.add(job)
  })
}
