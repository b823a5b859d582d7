// Failures that are asked again after everything else: once and gently (`recheck`), or every 2 s until all is fine or
// the time is over (`wait`). Their rows are held back until then, within bounds.

import type { Target } from '../settings/target.js'
import type { Verdict } from '../words/verdict.js'

export interface LaterPassOptions {
  /** Ask failures that may pass once more, this long after the first pass; null: off. */
  readonly recheckMs: number | null
  /** Ask all failures again until this time is over; null: off. */
  readonly waitMs: number | null
  /** Whether a verdict may be another one later. */
  mayPass(verdict: Verdict): boolean
  /** Asks once more, gently, on fresh connections; null where a URL may not be asked now. */
  again(targets: readonly Target[]): AsyncIterable<{ readonly target: Target; readonly verdict: Verdict | null }>
  /** Monotonic ms. */
  now(): number
  wait(ms: number): Promise<void>
  readonly stop: { readonly stopped: boolean }
  notify(text: string): void
}

export interface LaterPasses {
  /** Keeps a verdict back when it is to be asked again; false: it is final. */
  hold(target: Target, verdict: Verdict, done: number): boolean
  /** Rows that were held and are final now because there were too many of them. */
  overflow(): readonly Verdict[]
  /** All rows that are held, as they are: for a run that ends before its later passes. */
  rest(): readonly Verdict[]
  /** The later passes; yields every verdict that was held, once. */
  run(): AsyncIterable<readonly Verdict[]>
}

/** Beyond 1,000 and 5 % of all it is no flicker but an outage; beyond 100,000 it is memory. */
const FEW = 1000
const SHARE = 0.05
const MOST = 100_000
/** Between two looks under `wait`. */
const EVERY_MS = 2000

type Held = Map<number, { readonly target: Target; verdict: Verdict }>

export function createLaterPasses(options: LaterPassOptions): LaterPasses {
  const { recheckMs, waitMs, mayPass, again, now, wait, stop, notify } = options
  const startedAt = now()
  let held: Held = new Map()
  let isOff = recheckMs === null && waitMs === null

  const isTooMany = (done: number) => held.size > MOST || (waitMs === null && held.size > Math.max(FEW, done * SHARE))

  async function* onePass(): AsyncGenerator<readonly Verdict[]> {
    const targets = Array.from(held.values(), ({ target }) => target)
    for await (const { target, verdict } of again(targets)) {
      const before = held.get(target.index)!
      // What was not asked is no news.
      const isNews = verdict !== null && !verdict.inferred
      const merged = isNews ? { ...verdict, attempts: before.verdict.attempts + verdict.attempts } : before.verdict
      if (waitMs !== null && !merged.ok) before.verdict = merged
      else {
        held.delete(target.index)
        yield [merged]
      }
    }
  }
  const rest = (): readonly Verdict[] => Array.from(held.values(), ({ verdict }) => verdict)

  return {
    hold(target, verdict, done) {
      if (isOff || verdict.ok) return false
      if (waitMs === null && !mayPass(verdict)) return false
      held.set(target.index, { target, verdict })
      if (!isTooMany(done)) return true
      isOff = true
      notify(`${held.size} failures are too many to ask again; their rows are final`)
      return true
    },
    overflow() {
      if (!isOff || held.size === 0) return []
      const rows = rest()
      held = new Map()
      return rows
    },
    rest() {
      const rows = rest()
      held = new Map()
      return rows
    },
    async *run() {
      if (waitMs === null) {
        if (held.size > 0) {
          await wait(recheckMs ?? 0)
          if (!stop.stopped) yield* onePass()
        }
      } else {
        while (held.size > 0 && !stop.stopped && now() - startedAt + EVERY_MS <= waitMs) {
          await wait(EVERY_MS)
          if (!stop.stopped) yield* onePass()
        }
      }
      yield rest()
    },
  }
}
