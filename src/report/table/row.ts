// A verdict in the words of the table: status or label, time, URL and a short note. Text only, no padding and no colour;
// the number 0 is never shown, because it is no status.

import { kindFacts } from '../../settings/kinds.js'
import { isUnfollowed } from '../../words/is-unfollowed.js'
import { isNamedInconclusive } from '../../words/named-hint.js'
import type { Outcome, Verdict } from '../../words/verdict.js'
import { humanDuration, plainDuration } from './duration.js'
import { humanUrl } from './human-url.js'
import { shortTarget } from './short-target.js'
import type { Theme } from './theme.js'

/** The cells of one row, escaped. */
export interface Row {
  readonly outcome: Outcome
  readonly status: string
  readonly time: string
  readonly url: string
  readonly note: string
}

/** One verdict as a row. */
export function rowOf(verdict: Verdict, theme: Theme): Row {
  return {
    outcome: verdict.outcome,
    status: labelOf(verdict),
    time: verdict.durationMs === null ? '' : humanDuration(verdict.durationMs),
    url: theme.clean(shownUrlOf(verdict)),
    note: theme.clean(noteOf(verdict, theme)),
  }
}

/** The status where it is what was judged, else the kind's word: `404`, `DNS`, `LOOP`. */
export function labelOf(verdict: Verdict): string {
  return isAnswered(verdict) ? `${verdict.status}` : kindFacts(verdict.kind).label
}

/** What is wrong, short and the same for all URLs with the same trouble: `Not Found`, `no such host`. */
export function troubleOf(verdict: Verdict): string {
  if (verdict.kind === 'http.error' || verdict.kind === 'blocked.rate-limit') return phraseOf(verdict)
  if (verdict.code === 'CERT_NOT_YET_VALID') return 'certificate not valid yet'
  if (verdict.code === 'DEPTH_ZERO_SELF_SIGNED_CERT') return 'self-signed certificate'
  // What the kind means has not been seen.
  const isUnknown = verdict.outcome === 'inconclusive' && !isNamedInconclusive(verdict)
  if (isUnknown && verdict.kind.startsWith('check.')) return 'could not be checked'
  return kindFacts(verdict.kind).meaning
}

/** The URL that was asked; of a line without one, what stands there. */
export function urlOf(verdict: Verdict): string {
  return verdict.url === '' ? verdict.input : verdict.url
}

/** The same as people write it. */
export function shownUrlOf(verdict: Verdict): string {
  return humanUrl(urlOf(verdict))
}

/** `urls.txt:12`; '' for an argument, which is not on a line. */
export function placeOf(verdict: Verdict): string {
  if (verdict.line === null) return ''
  return `${verdict.source === '-' ? 'stdin' : verdict.source}:${verdict.line}`
}

/** All that is known in one or two sentences: `503 Service Unavailable, after 3 tries. Ask more slowly`. */
export function sentenceOf(verdict: Verdict): string {
  const tries = verdict.attempts > 1 ? `, after ${verdict.attempts} tries` : ''
  return `${verdict.reason}${tries}${verdict.hint === null ? '' : `. ${verdict.hint}`}`
}

/** The expectations beside the first one that did not hold: `also max-latency: 1.3 s, expected 500 ms`. */
export function otherFaultsOf({ failedChecks }: Verdict): readonly string[] {
  return failedChecks.slice(1).map(({ check, expected, actual }) => `also ${check}: ${actual}, expected ${expected}`)
}

/** Where the way ends: after a redirect that was not or could not be followed it is where that one points to. */
export function endOfWay(verdict: Verdict): string {
  const last = verdict.redirects.at(-1)
  const isStuck = verdict.outcome === 'failed' && verdict.kind.startsWith('http.response.')
  if (last === undefined || !(isStuck || isUnfollowed(verdict))) {
    return verdict.finalUrl === '' ? urlOf(verdict) : verdict.finalUrl
  }
  try {
    return new URL(last.location ?? '', last.url).href
  } catch {
    return last.location ?? last.url
  }
}

function noteOf(verdict: Verdict, theme: Theme): string {
  if (verdict.outcome === 'ok') return noteOfSuccess(verdict, theme)
  if (verdict.kind === 'http.error' && isUnfollowed(verdict)) {
    return `${theme.arrow} ${humanUrl(shortTarget(verdict.url, endOfWay(verdict)))}`
  }
  if (verdict.kind === 'check.location' || verdict.kind === 'check.final-url') return noteOfPlace(verdict, theme)
  if (verdict.kind === 'http.error' && verdict.attempts > 1) return `after ${verdict.attempts} tries`
  if (verdict.kind === 'timeout' && verdict.durationMs !== null) {
    const what = verdict.code === 'body' ? 'no whole body' : 'no answer'
    return `${what} in ${plainDuration(verdict.durationMs)}`
  }
  if (verdict.kind === 'skipped') return verdict.reason
  if (verdict.kind === 'url.invalid' || verdict.kind === 'line.invalid' || verdict.kind === 'internal') {
    return verdict.reason
  }
  return troubleOf(verdict)
}

/** `→ /here, not /there`, `no redirect, expected /there`. */
function noteOfPlace({ url, kind, failedChecks }: Verdict, theme: Theme): string {
  const fault = failedChecks.find(({ check }) => `check.${check}` === kind)
  if (fault === undefined) return kindFacts(kind).meaning
  const expected = humanUrl(shortTarget(url, fault.expected))
  if (fault.actual === 'no redirect') return `no redirect, expected ${expected}`
  return `${theme.arrow} ${humanUrl(shortTarget(url, fault.actual))}, not ${expected}`
}

function noteOfSuccess(verdict: Verdict, theme: Theme): string {
  const notes: string[] = []
  if (verdict.redirects.length > 0)
    notes.push(`${theme.arrow} ${humanUrl(shortTarget(verdict.url, endOfWay(verdict)))}`)
  if (verdict.status < 200 || verdict.status > 299) notes.push(`${phraseOf(verdict)} (accepted)`.trimStart())
  if (verdict.tls !== null && verdict.tls.error !== null) notes.push(`certificate: ${verdict.tls.error}`)
  if (verdict.attempts > 1) notes.push(`after ${verdict.attempts} tries`)
  return notes.join(', ')
}

function phraseOf(verdict: Verdict): string {
  const number = `${verdict.status}`
  return verdict.reason.startsWith(number) ? verdict.reason.slice(number.length).trimStart() : verdict.reason
}

function isAnswered(verdict: Verdict): boolean {
  const { kind, status } = verdict
  if (status === 0) return false
  if (kind === 'blocked.private_address') return false
  return kind === 'ok' || kind === 'http.error' || kind.startsWith('check.') || kind.startsWith('blocked.')
}
