// Time for tests: it stands still until the test moves it. Has the shape of `World`'s `now`, and a `wait`.

// Taken before a test can fake it.
const realSetImmediate = setImmediate

export interface FakeClock {
  /** Monotonic ms. */
  now(): number
  /** Resolves once `advance` has come that far; rejects with the signal's reason when that aborts first. */
  wait(ms: number, signal?: AbortSignal): Promise<void>
  /** Moves time on, stopping at every wait that falls due, in order, until what it set off has settled. */
  advance(ms: number): Promise<void>
  /** When those who wait are due, in ms from now, soonest first. */
  pending(): readonly number[]
}

interface Waiting {
  readonly dueMs: number
  readonly wake: () => void
}

/** A clock that shows `startMs`. */
export function createFakeClock(startMs = 0): FakeClock {
  let nowMs = startMs
  let waiting: Waiting[] = []

  const add = (added: Waiting) => {
    const later = waiting.findIndex((other) => other.dueMs > added.dueMs)
    waiting.splice(later === -1 ? waiting.length : later, 0, added)
  }

  return {
    now: () => nowMs,
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const onAbort = () => {
          waiting = waiting.filter((other) => other !== mine)
          reject(signal?.reason)
        }
        const mine: Waiting = {
          dueMs: nowMs + Math.max(0, ms),
          wake() {
            signal?.removeEventListener('abort', onAbort)
            resolve()
          },
        }
        signal?.addEventListener('abort', onAbort, { once: true })
        add(mine)
      }),
    async advance(ms) {
      const untilMs = nowMs + ms
      await settled()
      for (let next = waiting[0]; next !== undefined && next.dueMs <= untilMs; next = waiting[0]) {
        waiting.shift()
        nowMs = next.dueMs
        next.wake()
        await settled()
      }
      nowMs = untilMs
    },
    pending: () => waiting.map((each) => each.dueMs - nowMs),
  }
}

/** Lets every promise that can settle do so, however long the chain. */
function settled(): Promise<void> {
  return new Promise((resolve) => realSetImmediate(resolve))
}
