// A verdict as the page shows it: the words of the table, and behind them what a click opens.

import { shorten } from '../../words/hide-secrets.js'
import { isPublicAddress } from '../../words/is-public-address.js'
import { isUnfollowed } from '../../words/is-unfollowed.js'
import type { Verdict } from '../../words/verdict.js'
import { endOfWay, labelOf } from '../table/row.js'
import type { Row } from './page-row.js'

/** Columns of the list that we do not know; more is for a spreadsheet. */
const EXTRAS_SHOWN = 12
const EXTRA_MAX = 200
/** Longer URLs are cut here; a page of such URLs only would be gigabytes. RFC 9110 §4.1 wants 8,000 octets understood. */
const URL_MAX = 8192

/** What a timeout's code, the phase, means. */
const STUCK_IN: Readonly<Record<string, string>> = {
  dns: 'DNS',
  connect: 'connect',
  tls: 'TLS',
  firstByte: 'waiting for the first byte',
  body: 'reading the body',
}

/** The row of a verdict whose secrets were taken out already. */
export function toPageRow(verdict: Verdict): Row {
  const { timingsMs: t, durationMs, redirects } = verdict
  const phases = [t.queue, t.dns, t.connect, t.tls, t.firstByte].map((ms) => (ms === null ? null : Math.round(ms)))
  const isCut = verdict.url.length > URL_MAX
  return {
    index: verdict.index,
    line: verdict.line,
    source: verdict.source,
    url: shorten(verdict.url, URL_MAX),
    written: shorten(verdict.input, URL_MAX),
    host: verdict.host,
    outcome: verdict.outcome,
    change: verdict.change,
    status: verdict.status,
    label: labelOf(verdict),
    kind: verdict.kind,
    reason: verdict.reason,
    hint: verdict.hint ?? '',
    attempts: verdict.attempts,
    durationMs: durationMs === null ? null : Math.round(durationMs),
    phasesMs: phases.some((ms) => ms !== null && ms > 0) ? phases : null,
    finalUrl: shorten(verdict.finalUrl === '' ? verdict.url : verdict.finalUrl, URL_MAX),
    hops: redirects.map(({ status, url }) => [status, url]),
    isRedirected: redirects.length > 0 && !isUnfollowed(verdict),
    isWhole: verdict.key === null && !isCut,
    contentLength: verdict.contentLength,
    facts: factsOf(verdict),
  }
}

function factsOf(verdict: Verdict): Row['facts'] {
  const { contentType, tls, remoteAddress, code, kind, extra } = verdict
  const facts: (readonly [string, string])[] = []
  const add = (name: string, text: string | null) => void (text !== null && text !== '' && facts.push([name, text]))
  if (verdict.method !== 'GET') add('Method', verdict.method)
  if (isUnfollowed(verdict)) add('Points to', endOfWay(verdict))
  for (const { check, expected, actual } of verdict.failedChecks.slice(1)) {
    add('Also', `${check}: ${actual}, expected ${expected}`)
  }
  add('Content', contentType)
  if (tls !== null) add('Certificate', certificate(tls))
  if (tls !== null) add('TLS', [tls.protocol, tls.error].filter(Boolean).join(', '))
  if (remoteAddress !== null && isPublicAddress(remoteAddress)) add('Address', remoteAddress)
  if (kind === 'timeout') add('Stuck in', STUCK_IN[code ?? ''] ?? code)
  else add('Code', code)
  if (verdict.inferred) add('Asked', 'no: its host was down, which other URLs had shown')
  if (verdict.secondLook) add('Read', 'by a more forgiving reader: the answer is not quite HTTP')
  for (const [name, value] of Object.entries(extra ?? {}).slice(0, EXTRAS_SHOWN)) {
    add(shorten(name, EXTRA_MAX), shorten(typeof value === 'string' ? value : JSON.stringify(value), EXTRA_MAX))
  }
  return facts
}

function certificate({ issuer, validTo }: NonNullable<Verdict['tls']>): string | null {
  return validTo === null ? issuer : `${issuer ?? 'unknown issuer'}, until ${validTo.slice(0, 10)}`
}
