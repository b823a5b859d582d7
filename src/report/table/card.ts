// One URL alone, told in full: every hop, how long each phase took, who answered, and the certificate.

import { grouped as count } from '../../words/counted.js'
import { isUnfollowed } from '../../words/is-unfollowed.js'
import type { ReportedSummary } from '../../words/summary.js'
import type { Verdict } from '../../words/verdict.js'
import { joinLines } from '../escape.js'
import { humanDuration } from './duration.js'
import { humanUrl } from './human-url.js'
import { labelled } from './labelled.js'
import { endOfWay, labelOf, otherFaultsOf } from './row.js'
import { shortTarget } from './short-target.js'
import { textWidth, wrapText } from './text-width.js'
import type { Theme } from './theme.js'

const LABEL_WIDTH = 13
/** Of the last part of a path, for a look at its end. */
const NAME_LENGTH = 100
const PHASES: readonly (readonly [keyof Verdict['timingsMs'], string])[] = [
  ['queue', 'queue'],
  ['dns', 'DNS'],
  ['connect', 'connect'],
  ['tls', 'TLS'],
  ['firstByte', 'first byte'],
]

/** The card of the only verdict of a run. */
export function card(verdict: Verdict, summary: ReportedSummary, theme: Theme): string {
  const lines = [
    ...head(verdict, theme),
    '',
    ...hops(verdict, theme),
    ...facts(verdict, theme),
    '',
    `  exit code ${summary.exitCode} after ${humanDuration(summary.durationMs)}`,
    ...summary.notices.flatMap((notice) => line('note', notice, theme)),
    ...line('next', sitemapAdvice(verdict), theme),
  ]
  return joinLines(lines)
}

/** A URL is asked and never read: of a sitemap, told by its name and its type, that may not be what was meant. */
function sitemapAdvice({ ok, contentType, finalUrl, source, input }: Verdict): string {
  const name = finalUrl.split(/[?#]/, 1)[0]!.split('/').pop()!.slice(-NAME_LENGTH)
  const isSitemap = /sitemap.*\.xml(?:\.gz)?$/i.test(name) && /xml|gzip/i.test(contentType ?? '')
  return ok && isSitemap && source === 'argv' ? `to check what it lists: sitemap=${input}` : ''
}

function head(verdict: Verdict, theme: Theme): string[] {
  const label = labelOf(verdict)
  const isStatus = verdict.reason.startsWith(label)
  const rest = theme.clean(isStatus ? verdict.reason.slice(label.length).trimStart() : verdict.reason)
  const tries = verdict.attempts > 1 ? `, after ${verdict.attempts} tries` : ''
  const width = theme.columns === null ? null : theme.columns - label.length - 6
  const [first, ...more] = wrapText(`${rest}${tries}`, width)
  const indent = ' '.repeat(3)
  return [
    `${theme.marks[verdict.outcome]}  ${theme.paint[verdict.outcome](label)}  ${first}`,
    ...more.map((line) => `${' '.repeat(label.length + 5)}${line}`),
    ...otherFaultsOf(verdict).flatMap((text) => wrapText(theme.clean(text), width).map((line) => indent + line)),
    ...(verdict.hint === null
      ? []
      : wrapText(theme.clean(verdict.hint), width).map((line) => indent + theme.dim(line))),
  ]
}

/** Each URL of the way with what it answered; the last one ends it. */
function hops(verdict: Verdict, theme: Theme): string[] {
  const way = verdict.redirects.map((hop) => ({ url: hop.url, status: `${hop.status}` }))
  // A redirect that was not followed is the answer itself; what it leads to was not asked.
  const status = isUnfollowed(verdict) ? '' : labelOf(verdict)
  return hopLines([...way, { url: endOfWay(verdict), status }], theme)
}

function hopLines(way: readonly { readonly url: string; readonly status: string }[], theme: Theme): string[] {
  const widest = Math.max(...way.map((hop) => hop.status.length))
  return way.map((hop, at) => {
    const from = way[at - 1]?.url
    const url = theme.clean(humanUrl(from === undefined ? hop.url : shortTarget(from, hop.url)))
    return `  ${at === 0 ? ' ' : theme.arrow}${' '.repeat(at === 0 ? textWidth(theme.arrow) : 1)}${hop.status.padEnd(widest)}  ${url}`
  })
}

function facts(verdict: Verdict, theme: Theme): string[] {
  const { tls } = verdict
  const http = verdict.httpVersion === null ? null : `HTTP/${verdict.httpVersion}`
  const content = [verdict.contentType, verdict.contentLength === null ? null : `${count(verdict.contentLength)} bytes`]
  const certificate = [
    tls?.protocol,
    tls?.issuer == null ? null : `issued by ${tls.issuer}`,
    tls?.validTo == null ? null : `valid until ${tls.validTo.slice(0, 10)}`,
    tls?.error,
  ]
  const lines = [
    ...line('time', time(verdict), theme),
    ...line('address', join([verdict.remoteAddress, http]), theme),
    ...line('certificate', join(certificate), theme),
    ...line('content', join(content), theme),
    ...(verdict.kind === 'timeout' ? line('stuck in', stuckIn(verdict), theme) : []),
    ...(verdict.kind === 'timeout' ? [] : line('code', verdict.code ?? '', theme)),
  ]
  return lines.length === 0 ? [] : ['', ...lines]
}

/** The phase of a timeout in words. */
function stuckIn({ code }: Verdict): string {
  return PHASES.find(([phase]) => phase === code)?.[1] ?? code ?? ''
}

function time({ durationMs, timingsMs }: Verdict): string {
  if (durationMs === null) return ''
  const phases = PHASES.filter(([phase]) => (timingsMs[phase] ?? 0) > 0)
  const parts = phases.map(([phase, word]) => `${word} ${humanDuration(timingsMs[phase]!)}`)
  return humanDuration(durationMs) + (parts.length === 0 ? '' : ` (${parts.join(', ')})`)
}

function join(parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part != null && part !== '').join(', ')
}

function line(label: string, text: string, theme: Theme): string[] {
  return text === '' ? [] : labelled({ label, parts: theme.clean(text).split(' ') }, LABEL_WIDTH, theme)
}
