// Verdicts counted as they pass, in flat memory: the totals of every report come from here.
// Keeps no verdict.

import type { LineAccount, Summary, Unfinished } from '../words/summary.js'
import type { Verdict } from '../words/verdict.js'
import { exitCodeOf } from './exit-code.js'
import { createHintCounter, type HintFacts } from './hints.js'
import { createHistogram } from './histogram.js'

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

/** Counts verdicts. */
export interface Tally {
  add(verdict: Verdict): void
  counts(): Counts
  /** Sentences about the run as a whole for `notices`: what could be asked better. */
  hints(facts: HintFacts): readonly string[]
  summary(run: RunFacts): Summary
}

/** An empty tally; `add` is cheap enough for every verdict of a long run. */
export function createTally(): Tally {
  const outcomes = { ok: 0, failed: 0, inconclusive: 0, skipped: 0 }
  const statuses = new Uint32Array(1000)
  const kinds = new Map<string, number>()
  const times = createHistogram()
  const hints = createHintCounter()
  let verdicts = 0
  let noAnswer = 0

  const counts = (): Counts => ({ verdicts, ...outcomes, kinds: Object.fromEntries([...kinds].sort(byName)) })

  return {
    add(verdict) {
      verdicts++
      hints.add(verdict)
      outcomes[verdict.outcome]++
      kinds.set(verdict.kind, (kinds.get(verdict.kind) ?? 0) + 1)
      if (verdict.status > 0) {
        statuses[verdict.status]!++
        if (verdict.durationMs !== null) times.add(verdict.durationMs)
      } else if (verdict.attempts > 0) noAnswer++
    },
    counts,
    hints: hints.sentences,
    summary(run) {
      const now = counts()
      return {
        verdicts,
        ok: now.ok,
        failed: now.failed,
        inconclusive: now.inconclusive,
        skipped: now.skipped,
        lines: run.lines,
        statuses: statusCounts(statuses),
        noAnswer,
        kinds: now.kinds,
        timeMs:
          times.count === 0
            ? null
            : {
                p50: times.percentile(0.5),
                p90: times.percentile(0.9),
                p99: times.percentile(0.99),
                max: times.max,
              },
        durationMs: run.durationMs,
        startedAt: run.startedAt,
        unfinished: run.unfinished,
        baseline: run.baseline ?? null,
        notices: run.notices,
        exitCode: run.exitCode,
      }
    },
  }
}

/**
 * The summary of verdicts that are at hand, as for a saved NDJSON file: every verdict counts as one line, the run
 * reaches from the first request to the last verdict, and the exit code follows from the verdicts alone.
 */
export function summarise(verdicts: Iterable<Verdict>): Summary {
  const tally = createTally()
  let invalid = 0
  let duplicate = 0
  let excluded = 0
  let notAsked = 0
  let firstMs = Number.POSITIVE_INFINITY
  let lastMs = Number.NEGATIVE_INFINITY
  for (const verdict of verdicts) {
    tally.add(verdict)
    if (verdict.kind === 'url.invalid' || verdict.kind === 'line.invalid') invalid++
    else if (verdict.kind === 'duplicate') duplicate++
    else if (verdict.kind === 'skipped') excluded++
    else if (verdict.attempts === 0 && !verdict.inferred) notAsked++
    const endedMs = Date.parse(verdict.checkedAt)
    firstMs = Math.min(firstMs, endedMs - (verdict.durationMs ?? 0))
    lastMs = Math.max(lastMs, endedMs)
  }
  const counts = tally.counts()
  const total = counts.verdicts
  const checked = total - invalid - duplicate - excluded - notAsked
  const lines = { total, checked, invalid, duplicate, excluded, otherShard: 0, notAsked, blank: 0 }
  return tally.summary({
    lines,
    durationMs: total === 0 ? 0 : Math.round(lastMs - firstMs),
    startedAt: new Date(total === 0 ? 0 : firstMs).toISOString(),
    unfinished: null,
    notices: [],
    exitCode: exitCodeOf({ ...counts, unfinished: null }).code,
  })
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
