// Verdicts counted as they pass, in flat memory: the totals of every report come from here. Keeps no verdict. Parts of a
// run that were counted apart (threads, shards) can be put together.

import { isUnfollowed } from '../words/is-unfollowed.js'
import type { Hop } from '../words/reply.js'
import type { LineAccount, Summary, Unfinished } from '../words/summary.js'
import type { Verdict } from '../words/verdict.js'
import { createHintCounter, type HintCounts, type HintFacts } from './hints.js'
import { createHistogram, type Histogram, type HistogramCounts } from './histogram.js'

/** What is known of the run beside its verdicts. */
export interface RunFacts {
  readonly lines: LineAccount
  /** Wall time of the run in ms. */
  readonly durationMs: number
  /** RFC 3339. */
  readonly startedAt: string
  readonly unfinished: Unfinished | null
  readonly notices: readonly string[]
  readonly exitCode: number
  /** Default null: not compared with anything. */
  readonly baseline?: Summary['baseline']
}

/** The counts at any moment; what `exitCodeOf` needs. */
export interface Counts {
  readonly verdicts: number
  readonly ok: number
  readonly failed: number
  readonly inconclusive: number
  readonly skipped: number
  readonly kinds: Readonly<Record<string, number>>
}

/** All that a tally has counted, as plain data: for a thread, a worker or a file. */
export interface TallyCounts extends Counts {
  readonly statuses: Readonly<Record<string, number>>
  readonly noAnswer: number
  readonly redirected: number
  readonly redirectedForGood: number
  readonly times: HistogramCounts
  readonly hints: HintCounts
}

/** Counts verdicts. */
export interface Tally {
  add(verdict: Verdict): void
  /** What was counted so far; it does not change any more. */
  snapshot(): TallyCounts
  /** Counts what another one has counted: the sum is that of all verdicts in one. */
  merge(part: TallyCounts): void
  counts(): Counts
  /** Sentences about the run as a whole for `notices`: what could be asked better. */
  hints(facts: HintFacts): readonly string[]
  summary(run: RunFacts): Summary
}

const OUTCOMES = ['ok', 'failed', 'inconclusive', 'skipped'] as const

/** An empty tally; `add` is cheap enough for every verdict of a long run. */
export function createTally(): Tally {
  const outcomes = { ok: 0, failed: 0, inconclusive: 0, skipped: 0 }
  const statuses = new Uint32Array(1000)
  const kinds = new Map<string, number>()
  const times = createHistogram()
  const hints = createHintCounter()
  let verdicts = 0
  let noAnswer = 0
  let redirected = 0
  let redirectedForGood = 0

  const counts = (): Counts => ({ verdicts, ...outcomes, kinds: Object.fromEntries([...kinds].sort(byName)) })

  const countKind = (kind: string, often: number): void => void kinds.set(kind, (kinds.get(kind) ?? 0) + often)

  return {
    add(verdict) {
      verdicts++
      hints.add(verdict)
      outcomes[verdict.outcome]++
      countKind(verdict.kind, 1)
      if (verdict.status > 0) {
        statuses[verdict.status]!++
        if (verdict.durationMs !== null) times.add(verdict.durationMs)
      } else if (verdict.attempts > 0) noAnswer++
      if (verdict.redirects.length > 0 && verdict.outcome === 'ok' && !isUnfollowed(verdict)) {
        redirected++
        if (verdict.redirects.every(isForGood)) redirectedForGood++
      }
    },
    snapshot: () => ({
      ...counts(),
      statuses: statusCounts(statuses),
      noAnswer,
      redirected,
      redirectedForGood,
      times: times.snapshot(),
      hints: hints.snapshot(),
    }),
    merge(part) {
      verdicts += part.verdicts
      for (const outcome of OUTCOMES) outcomes[outcome] += part[outcome]
      for (const [kind, often] of Object.entries(part.kinds)) countKind(kind, often)
      for (const [status, often] of Object.entries(part.statuses)) statuses[Number(status)]! += often
      noAnswer += part.noAnswer
      redirected += part.redirected
      redirectedForGood += part.redirectedForGood
      times.merge(part.times)
      hints.merge(part.hints)
    },
    counts,
    hints: hints.sentences,
    summary(run) {
      const answers = { noAnswer, redirected, redirectedForGood, statuses: statusCounts(statuses) }
      return summaryOf(counts(), { ...answers, timeMs: timesOf(times) }, run)
    },
  }
}

function summaryOf(
  { verdicts, ok, failed, inconclusive, skipped, kinds }: Counts,
  {
    statuses,
    timeMs,
    ...answers
  }: Pick<Summary, 'statuses' | 'noAnswer' | 'redirected' | 'redirectedForGood' | 'timeMs'>,
  run: RunFacts,
): Summary {
  const { lines, durationMs, startedAt, unfinished, baseline = null, notices, exitCode } = run
  const counted = { verdicts, ok, failed, inconclusive, skipped, lines, statuses, ...answers, kinds, timeMs }
  return { ...counted, durationMs, startedAt, unfinished, baseline, notices, exitCode }
}

/** RFC 9110 §15.4.2 and §15.4.9. */
function isForGood({ status }: Hop): boolean {
  return status === 301 || status === 308
}

function timesOf({ count, max, percentile }: Histogram): Summary['timeMs'] {
  return count === 0 ? null : { p50: percentile(0.5), p90: percentile(0.9), p99: percentile(0.99), max }
}

function statusCounts(statuses: Uint32Array): Record<string, number> {
  const found: Record<string, number> = {}
  statuses.forEach((often, status) => {
    if (often > 0) found[status] = often
  })
  return found
}

function byName([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a < b ? -1 : a > b ? 1 : 0
}
