// The counts of a run in words, for reports that have one line for them.

import { grouped as count } from '../words/counted.js'
import type { ReportedSummary } from '../words/summary.js'

/** `2 ok · 7 failed · 1 inconclusive`, without what is 0. */
export function counted(summary: ReportedSummary, dot = '·'): string {
  return (['ok', 'failed', 'inconclusive', 'skipped'] as const)
    .filter((outcome) => summary[outcome] > 0)
    .map((outcome) => `${count(summary[outcome])} ${outcome}`)
    .join(` ${dot} `)
}
