// A run in one line: the first thing that a page, its title, a job summary or a notice says.

import { grouped as count } from '../words/counted.js'
import type { ReportedSummary, Unfinished } from '../words/summary.js'

export interface Headline {
  /** What colour it has. */
  readonly state: 'failed' | 'inconclusive' | 'ok'
  readonly text: string
}

/** `24 of 500 URLs failed`; against a baseline `3 new failures, 21 known`. */
export function headline(summary: ReportedSummary): Headline {
  const { failed, ok, inconclusive, verdicts, unfinished, baseline } = summary
  if (failed > 0 && baseline !== null) return againstBaseline(summary, baseline)
  if (failed > 0)
    return { state: 'failed', text: verdicts === 1 ? 'The URL failed' : `${count(failed)} of ${urls(verdicts)} failed` }
  if (verdicts === 0) return { state: 'inconclusive', text: 'Nothing was checked' }
  if (ok === 0)
    return { state: 'inconclusive', text: inconclusive > 0 ? 'Nothing could be judged' : 'Nothing was asked' }
  if (unfinished !== null) return { state: 'inconclusive', text: `No failures among ${urls(verdicts)} so far` }
  if (ok < verdicts) return { state: 'ok', text: `No failures among ${urls(verdicts)}` }
  return { state: 'ok', text: verdicts === 1 ? 'The URL is fine' : `All ${urls(verdicts)} are fine` }
}

/** `1 URL`, `10,000 URLs`. */
export function urls(often: number): string {
  return `${count(often)} ${often === 1 ? 'URL' : 'URLs'}`
}

/** A yellow note where the run ended early; null where it is whole. */
export function earlyEnd({ unfinished, lines }: ReportedSummary): string | null {
  if (unfinished === null) return null
  const notAsked = lines?.notAsked ?? 0
  const left = notAsked === 1 ? '1 line was not asked' : `${count(notAsked)} lines were not asked`
  const rest = notAsked === 0 ? 'this page is about what was done until then' : `${left}; this page is about the others`
  return `${EARLY[unfinished]}: ${rest}.`
}

const EARLY: Readonly<Record<Unfinished, string>> = {
  interrupted: 'The run was interrupted',
  'time-limit': 'The time limit ended the run',
  'input-broke': 'The list could not be read to its end',
  bail: 'The run was stopped after too many failures',
  'output-failed': 'The run was stopped because its reports could not be written',
  'queue-broke': 'The run was stopped because its queue broke',
}

function againstBaseline(
  { failed }: ReportedSummary,
  { new: fresh, stillFailing }: NonNullable<ReportedSummary['baseline']>,
): Headline {
  const others = failed - fresh - stillFailing
  const parts = [
    fresh === 0 ? 'No new failures' : `${count(fresh)} new ${fresh === 1 ? 'failure' : 'failures'}`,
    ...(stillFailing > 0 ? [`${count(stillFailing)} known`] : []),
    ...(others > 0 ? [`${count(others)} not judged before`] : []),
  ]
  return { state: fresh + others > 0 ? 'failed' : 'inconclusive', text: parts.join(', ') }
}
