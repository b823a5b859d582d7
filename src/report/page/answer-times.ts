// How long answers took, over all and by host, in bounded memory.

import type { Verdict } from '../../words/verdict.js'

/** Upper ends of the bars in ms, about doubling as people tell times apart; the last bar has none. */
const EDGES_MS = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] as const
/** Hosts that are timed: those that come first. */
const HOSTS_MAX = 10_000
/** Times kept of a host; when there are more, every second one, evenly over the run. */
const TIMES_MAX = 128

/** One bar. */
export interface TimeBar {
  readonly fromMs: number
  /** Infinity for the last one. */
  readonly toMs: number
  readonly count: number
}

export interface HostTimes {
  readonly host: string
  /** Answers. */
  readonly count: number
  readonly p50Ms: number
  readonly p90Ms: number
}

export interface AnswerTimes {
  add(verdict: Verdict): void
  /** From the first bar that has something to the last. */
  bars(): readonly TimeBar[]
  /** The slowest hosts by their slowest tenth. */
  slowestHosts(most: number): readonly HostTimes[]
}

interface Times {
  count: number
  /** One of so many is kept. */
  step: number
  kept: number[]
}

export function createAnswerTimes(): AnswerTimes {
  const counts = Array<number>(EDGES_MS.length + 1).fill(0)
  const hosts = new Map<string, Times>()
  return {
    add({ status, durationMs, host }) {
      if (status === 0 || durationMs === null) return
      const at = EDGES_MS.findIndex((edge) => durationMs < edge)
      counts[at === -1 ? EDGES_MS.length : at]!++
      const known = hosts.get(host)
      if (known !== undefined) addTime(known, durationMs)
      // A name of its own: as it came it would keep a piece of the list alive.
      else if (hosts.size < HOSTS_MAX)
        hosts.set(Buffer.from(host).toString(), { count: 1, step: 1, kept: [durationMs] })
    },
    bars() {
      const bars = counts.map((count, at) => ({
        fromMs: EDGES_MS[at - 1] ?? 0,
        toMs: EDGES_MS[at] ?? Number.POSITIVE_INFINITY,
        count,
      }))
      const hasSome = ({ count }: TimeBar) => count > 0
      return bars.slice(Math.max(0, bars.findIndex(hasSome)), bars.findLastIndex(hasSome) + 1)
    },
    slowestHosts(most) {
      const timed = [...hosts].map(([host, { count, kept }]) => {
        const sorted = kept.toSorted((a, b) => a - b)
        return { host, count, p50Ms: quantile(sorted, 0.5), p90Ms: quantile(sorted, 0.9) }
      })
      return timed.sort((a, b) => b.p90Ms - a.p90Ms).slice(0, most)
    },
  }
}

function addTime(times: Times, ms: number): void {
  if (times.count++ % times.step !== 0) return
  times.kept.push(ms)
  if (times.kept.length < TIMES_MAX) return
  times.kept = times.kept.filter((_, at) => at % 2 === 0)
  times.step *= 2
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]!
}
