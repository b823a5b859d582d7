// The end of a run: what the reports do not show is said on stderr, and the run becomes a number.

import type { OpenedRuns } from '../earlier/open-earlier-runs.js'
import { exitCodeOf } from '../judge/exit-code.js'
import type { Report } from '../report/report.js'
import type { Run } from '../run/pipeline.js'
import { grouped as count, counted } from '../words/counted.js'
import type { Summary } from '../words/summary.js'
import { say } from './messages.js'
import { failedOutput, textOf } from './output-fault.js'
import type { Session } from './session.js'

export interface Conclusion {
  readonly run: Run
  readonly summary: Summary
  readonly report: Report
  readonly earlier: OpenedRuns
  /** Faults of outputs that were told of when they came. */
  readonly said: ReadonlySet<Error>
  readonly session: Session
}

/** Says it, and gives the exit code. */
export function conclude({ run, summary, report, earlier, said, session }: Conclusion): number {
  const { interrupt, options, world } = session
  const signal = interrupt.name()
  // An output may fail at its very end only, after the summary was written.
  const outputFailed = failedOutput(report)
  const { code, why } = exitCodeOf({
    ...run.counts(),
    strict: options.strict,
    budget: options.maxFailures,
    newFailures: earlier.run?.newFailures() ?? null,
    unfinished: summary.unfinished,
    signal,
    outputFailed,
  })
  // The table shows them itself.
  if (!options.quiet && options.report !== 'table') for (const notice of summary.notices) say(world, notice)
  for (const fault of report.errors) if (!said.has(fault.error)) say(world, textOf(fault))
  for (const notice of earlier.notices()) say(world, notice)
  for (const name of report.unread) say(world, `${name}: nobody read what was written; the rest of it was dropped`)
  const notAsked = leftOver(summary.lines.notAsked, run.inFlight)
  if (signal !== null) say(world, `${why}; ${notAsked}`)
  else if (summary.unfinished === 'output-failed') say(world, `no output is left that keeps rows; ${notAsked}`)
  else if (why !== null && outputFailed === null) say(world, why)
  const advice = earlier.resumeAdvice(summary)
  if (advice !== null) say(world, advice)
  return code
}

/** `12 URLs in flight, 3,088 read and not asked`. */
function leftOver(notAsked: number, onTheWire: number): string {
  const inFlight = Math.min(notAsked, onTheWire)
  if (inFlight === 0) return `${counted(notAsked, 'URL')} read and not asked`
  const more = notAsked === inFlight ? '' : `, ${count(notAsked - inFlight)} read and not asked`
  return `${counted(inFlight, 'URL')} in flight${more}`
}
