// The rows of earlier runs as the run that they might have been: counted, compared with a baseline, summed up.

import type { Baseline } from '../earlier/baseline.js'
import { joinedLines } from '../earlier/joined-lines.js'
import type { JoinedReports } from '../earlier/joined-reports.js'
import { type ExitCode, exitCodeOf } from '../judge/exit-code.js'
import { createTally } from '../judge/tally.js'
import type { Options } from '../settings/options.js'
import type { LineAccount, ReportedSummary, Summary, Unfinished } from '../words/summary.js'
import type { Change, Verdict } from '../words/verdict.js'

export interface JoinedRunOptions {
  readonly joined: JoinedReports
  /** Null: rows keep what they say of the baseline of their own run. */
  readonly baseline: Baseline | null
  readonly notices: readonly string[]
  readonly options: Pick<Options, 'strict' | 'maxFailures' | 'failOn'>
}

/** How the showing of it ended. */
export interface ShownEnd {
  readonly signal: 'SIGINT' | 'SIGTERM' | null
  readonly outputFailed: string | null
  /** Why not all of it was shown; null where it was. */
  readonly stopped: Unfinished | null
}

export interface JoinedRun {
  /** Counts a row; gives it with what the baseline says of it. */
  add(verdict: Verdict): Verdict
  summary(end: ShownEnd): ReportedSummary
  exitCode(end: ShownEnd): ExitCode
}

const NO_LINES: LineAccount = {
  total: 0,
  checked: 0,
  invalid: 0,
  duplicate: 0,
  excluded: 0,
  otherShard: 0,
  notAsked: 0,
  blank: 0,
}

export function createJoinedRun({ joined, baseline, notices, options }: JoinedRunOptions): JoinedRun {
  const { summaries } = joined
  const tally = createTally()
  const changes = new Map<Change, number>()
  const time = createTimes(summaries)
  const unfinished = summaries.find((each) => each.unfinished !== null)?.unfinished ?? null

  const exitCode = ({ stopped: _, ...end }: ShownEnd): ExitCode => {
    const newFailures = options.failOn === 'new' ? (baseline?.changes().new ?? null) : null
    const { strict, maxFailures: budget } = options
    const found = exitCodeOf({ ...tally.counts(), strict, budget, newFailures, unfinished: null, ...end })
    // The signal that ended an earlier run is not one of this.
    const isOurs = end.signal !== null || found.code === 3 || unfinished === null || unfinished === 'bail'
    return isOurs ? found : { code: 4, why: `the run that is shown ended early: ${unfinished}` }
  }
  return {
    add(verdict) {
      const compared = baseline === null ? verdict : { ...verdict, change: baseline.compare(verdict) }
      tally.add(compared)
      time.add(compared)
      if (compared.change !== null) changes.set(compared.change, (changes.get(compared.change) ?? 0) + 1)
      return compared
    },
    summary(end) {
      const ended = end.stopped ?? unfinished
      const { lines, notice } = joinedLines(summaries, tally.counts())
      const told = [...notices, ...joined.notices, ...(notice === null ? [] : [notice])]
      const earlier = new Set(summaries.flatMap((each) => each.notices))
      const facts = { ...time.whole(), unfinished: ended, notices: [...told, ...earlier], lines: NO_LINES }
      const compared = baseline === null ? changesOf(changes, summaries) : ofBaseline(baseline, ended === null)
      return { ...tally.summary({ ...facts, baseline: compared, exitCode: exitCode(end).code }), lines }
    },
    exitCode,
  }
}

function ofBaseline(baseline: Baseline, isWhole: boolean): Summary['baseline'] {
  const { new: fresh, stillFailing, fixed, gone } = baseline.changes()
  return { new: fresh, stillFailing, fixed, gone: isWhole ? gone : null }
}

/** What the rows say of the baseline that their run was compared with; null where it had none. */
function changesOf(changes: ReadonlyMap<Change, number>, summaries: readonly Summary[]): Summary['baseline'] {
  const [one, ...more] = summaries
  if (changes.size === 0) return null
  const of = (change: Change) => changes.get(change) ?? 0
  const gone = more.length === 0 ? (one?.baseline?.gone ?? null) : null
  return { new: of('new-failure'), stillFailing: of('still-failing'), fixed: of('fixed'), gone }
}

/** From the first start to the last end: by the summaries, else from the first request to the last row. */
function createTimes(summaries: readonly Summary[]) {
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const reach = (fromMs: number, toMs: number) => {
    if (!Number.isFinite(fromMs) || !Number.isFinite(toMs)) return
    firstMs = Math.min(firstMs, fromMs)
    lastMs = Math.max(lastMs, toMs)
  }
  for (const { startedAt, durationMs } of summaries) reach(Date.parse(startedAt), Date.parse(startedAt) + durationMs)
  return {
    add({ checkedAt, durationMs }: Verdict) {
      if (summaries.length > 0) return
      const endedMs = Date.parse(checkedAt)
      reach(endedMs - (durationMs ?? 0), endedMs)
    },
    whole() {
      const isKnown = lastMs >= firstMs
      const startedAt = new Date(isKnown ? firstMs : 0).toISOString()
      return { startedAt, durationMs: isKnown ? Math.round(lastMs - firstMs) : 0 }
    },
  }
}
