// The summary of a report that is at hand, without a run.

import type { Summary } from '../words/summary.js'
import type { Verdict } from '../words/verdict.js'
import { exitCodeOf } from './exit-code.js'
import { createTally } from './tally.js'

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
