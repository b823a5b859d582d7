// The verdicts that every reporter is shown: each mark, each sort of trouble, and a way to make one more.

import type { ReportedSummary, Summary } from '../../../src/words/summary.js'
import type { Verdict } from '../../../src/words/verdict.js'

/** A verdict that is fine, with some of its fields replaced. */
export function verdict(fields: Partial<Verdict> = {}): Verdict {
  const url = fields.url ?? 'https://www.example.com/'
  const made: Verdict = {
    index: 0,
    line: 2,
    source: 'urls.txt',
    input: url,
    url,
    host: url === '' ? '' : new URL(url).hostname,
    outcome: 'ok',
    ok: true,
    status: 200,
    kind: 'ok',
    reason: '200 OK',
    hint: null,
    code: null,
    failedChecks: [],
    method: 'GET',
    attempts: 1,
    finalUrl: url,
    redirects: [],
    httpVersion: '1.1',
    remoteAddress: '93.184.216.34',
    contentType: 'text/html; charset=utf-8',
    contentLength: 1256,
    bodyBytes: 1256,
    durationMs: 142,
    timingsMs: { queue: 0, dns: 12, connect: 20, tls: 41, firstByte: 69 },
    tls: { protocol: 'TLSv1.3', issuer: "Let's Encrypt R11", validTo: '2026-12-01T00:00:00.000Z', error: null },
    inferred: false,
    secondLook: false,
    duplicateOf: null,
    change: null,
    extra: null,
    key: null,
    checkedAt: '2026-09-23T10:00:00.123Z',
  }
  return { ...made, ...fields, ok: (fields.outcome ?? 'ok') === 'ok' }
}

const noAnswer = {
  outcome: 'failed',
  status: 0,
  httpVersion: null,
  remoteAddress: null,
  contentType: null,
  contentLength: null,
  bodyBytes: 0,
  tls: null,
} as const

const statusFailed = (actual: string) => [{ check: 'status', expected: '200-299', actual }]

/** One of each: the eight rows of the README, then what else a row can be. */
export const VERDICTS: readonly Verdict[] = [
  verdict({ index: 0, line: 2 }),
  verdict({
    index: 1,
    line: 3,
    url: 'https://www.example.com/about-us',
    finalUrl: 'https://www.example.com/company',
    redirects: [{ url: 'https://www.example.com/about-us', status: 301, location: '/company' }],
    durationMs: 310,
  }),
  verdict({
    index: 2,
    line: 9,
    url: 'https://www.example.com/team',
    outcome: 'failed',
    status: 404,
    kind: 'http.error',
    reason: '404 Not Found',
    failedChecks: statusFailed('404'),
    durationMs: 88,
  }),
  verdict({
    index: 3,
    line: 10,
    url: 'https://api.example.com/v1/orders',
    outcome: 'failed',
    status: 503,
    kind: 'http.error',
    reason: '503 Service Unavailable',
    failedChecks: statusFailed('503'),
    attempts: 3,
    durationMs: 210,
  }),
  verdict({
    ...noAnswer,
    index: 4,
    line: 11,
    url: 'https://non-existent-domain.xyz/',
    kind: 'dns.name_not_resolved',
    reason: 'no such host',
    code: 'ENOTFOUND',
    durationMs: 12,
    timingsMs: { queue: 0, dns: 12, connect: null, tls: null, firstByte: null },
  }),
  verdict({
    ...noAnswer,
    index: 5,
    line: 12,
    url: 'https://staging.example.com/login',
    kind: 'tls.cert.date_invalid',
    reason: 'the certificate expired 3 days ago (2026-09-20)',
    code: 'CERT_HAS_EXPIRED',
    durationMs: 140,
    remoteAddress: '93.184.216.40',
    timingsMs: { queue: 0, dns: 10, connect: 30, tls: 100, firstByte: null },
  }),
  verdict({
    ...noAnswer,
    index: 6,
    line: 13,
    url: 'https://httpbin.org/delay/15',
    kind: 'timeout',
    reason: 'connected, but no answer in 10 s',
    hint: 'If it is only slow: -t 30s',
    code: 'firstByte',
    durationMs: 10_003,
    timingsMs: { queue: 0, dns: 10, connect: 90, tls: 180, firstByte: null },
  }),
  verdict({
    index: 7,
    line: 15,
    url: 'https://www.example.net/jobs/4711',
    outcome: 'inconclusive',
    status: 403,
    kind: 'blocked.cloudflare',
    reason: '403 with a Cloudflare challenge',
    hint: 'Open it in a browser to be sure',
    durationMs: 95,
  }),
  verdict({
    ...noAnswer,
    index: 8,
    line: 16,
    input: 'https://exa mple.com/',
    url: '',
    finalUrl: '',
    kind: 'url.invalid',
    reason: 'a space in the URL; write %20',
    attempts: 0,
    durationMs: null,
    timingsMs: { queue: null, dns: null, connect: null, tls: null, firstByte: null },
  }),
  verdict({
    ...noAnswer,
    index: 9,
    line: 17,
    url: 'https://10.0.0.7/',
    outcome: 'inconclusive',
    kind: 'local.EMFILE',
    reason: 'this machine ran into a limit',
    hint: 'This machine, not the URL, is the problem',
    code: 'EMFILE',
    durationMs: null,
    timingsMs: { queue: 4, dns: null, connect: null, tls: null, firstByte: null },
  }),
  verdict({
    ...noAnswer,
    index: 10,
    line: 18,
    outcome: 'skipped',
    kind: 'duplicate',
    reason: 'a repeat of an earlier URL',
    attempts: 0,
    duplicateOf: 0,
    durationMs: null,
    timingsMs: { queue: null, dns: null, connect: null, tls: null, firstByte: null },
  }),
  verdict({
    index: 11,
    line: 19,
    url: 'https://loop.example.org/a?page=1',
    outcome: 'failed',
    status: 302,
    kind: 'http.response.redirect_loop',
    reason: 'redirect loop',
    finalUrl: 'https://loop.example.org/b',
    redirects: [
      { url: 'https://loop.example.org/a?page=1', status: 302, location: '/b' },
      { url: 'https://loop.example.org/b', status: 302, location: '/a?page=1' },
    ],
    durationMs: 61_000,
  }),
]

/** The summary that belongs to them, with some fields replaced. */
export function summaryOf(fields: Partial<Summary> = {}): Summary {
  return {
    verdicts: 12,
    ok: 2,
    failed: 7,
    inconclusive: 2,
    skipped: 1,
    lines: {
      total: 20,
      checked: 10,
      invalid: 1,
      duplicate: 1,
      excluded: 0,
      otherShard: 0,
      notAsked: 0,
      blank: 8,
    },
    statuses: { '200': 2, '302': 1, '403': 1, '404': 1, '503': 1 },
    noAnswer: 4,
    redirected: 1,
    redirectedForGood: 0,
    kinds: { ok: 2, 'http.error': 2, duplicate: 1 },
    timeMs: { p50: 142, p90: 310, p99: 310, max: 310 },
    durationMs: 10_100,
    startedAt: '2026-09-23T10:00:00.000Z',
    unfinished: null,
    baseline: null,
    notices: [],
    exitCode: 4,
    ...fields,
  }
}

/** All that a reporter prints for these verdicts. */
export function printed(
  reporter: import('../../../src/words/output.js').Reporter,
  verdicts: readonly Verdict[],
  summary: ReportedSummary = summaryOf(),
): string {
  const text = [reporter.begin?.() ?? '', ...verdicts.map((one) => reporter.each(one)), ...reporter.end(summary)]
  return text.join('')
}

const OUTSIDE = { strict: false, isFile: false, workspace: null }

/** Surroundings of a reporter in a pipe, with some replaced. */
export function surroundings(fields: Partial<import('../../../src/words/output.js').ReporterContext> = {}) {
  return { columns: null, color: false, unicode: true, show: 'auto', fields: null, ...OUTSIDE, ...fields } as const
}
