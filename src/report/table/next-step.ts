// What helps most now, in flags that exist and were not given.

import type { ReporterContext } from '../../words/output.js'
import type { ReportedSummary } from '../../words/summary.js'

type Given = Pick<ReporterContext, 'given' | 'show'>

/** Null where there is nothing to suggest. `isLong`: rows were not shown one by one. */
export function nextStep(summary: ReportedSummary, { given, show }: Given, isLong = false): string | null {
  const { output = false, writeFailed = false, asks = true } = given ?? {}
  const { unfinished, failed, inconclusive, lines } = summary
  if (unfinished === 'time-limit' || unfinished === 'interrupted') {
    return output || !asks ? null : 'with -o report.ndjson, --resume goes on where a run ended'
  }
  if ((failed === 0 && inconclusive === 0) || (lines?.notAsked ?? 0) > 0) return null
  const steps = [
    ...(isLong && show === 'auto' && failed > 0 ? ['--show failed for each of them'] : []),
    ...(output ? [] : [isLong ? '-o report.html for all rows' : '-o report.html']),
    ...(output && asks && failed > 0 && !writeFailed ? ['--write-failed failed.txt for a list to ask them again'] : []),
  ]
  return steps.length === 0 ? null : steps.join(', ')
}
