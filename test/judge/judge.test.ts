// Every rule of judging by table, in the order of the rules.

import { describe, expect, it } from 'vitest'
import { judge, verdictOfDuplicate, verdictOfProblem } from '../../src/judge/judge.js'
import { createTimeText } from '../../src/judge/time-text.js'
import { FIELDS } from '../../src/report/fields.js'
import { parseStatusSet, SUCCESSFUL } from '../../src/settings/status-set.js'
import { SETTINGS } from '../../src/settings/table.js'
import type { Target } from '../../src/settings/target.js'
import { DEFAULT_ASK, DEFAULT_EXPECT } from '../../src/settings/target.js'
import type { Kind } from '../../src/words/kinds.js'
import type { Reply } from '../../src/words/reply.js'

const NOW = Date.UTC(2026, 8, 23, 10, 0, 0, 123)

function target(accept: string | null = null, fields: Partial<Target> = {}): Target {
  return {
    index: 4,
    line: 9,
    source: 'urls.txt',
    input: 'example.com/a',
    url: 'https://example.com/a',
    host: 'example.com',
    problem: null,
    ask: DEFAULT_ASK,
    expect: {
      ...DEFAULT_EXPECT,
      accept: accept === null ? SUCCESSFUL : parseStatusSet(accept)!,
      acceptIsExplicit: accept !== null,
    },
    skip: null,
    ...fields,
  }
}

function reply(status: number, headers: Record<string, string> = {}, fields: Partial<Reply> = {}): Reply {
  return {
    status,
    kind: 'ok',
    code: null,
    detail: null,
    hint: null,
    statusText: '',
    headers: { get: (name) => headers[name] ?? null, toJSON: () => headers },
    finalUrl: 'https://example.com/a',
    redirects: [],
    httpVersion: '1.1',
    remoteAddress: '192.0.2.1',
    bodyBytes: 12,
    durationMs: 88,
    timingsMs: { queue: 0, dns: 1, connect: 2, tls: 3, firstByte: 4 },
    tls: null,
    secondLook: false,
    checkedAtMs: NOW,
    method: 'GET',
    attempts: 1,
    body: null,
    inferred: false,
    ...fields,
  }
}

const cloudflare = { 'cf-mitigated': 'challenge' }
const waf = { 'x-amzn-waf-action': 'challenge' }

describe('a proxy', () => {
  const failed = (status: number, code: string) =>
    reply(status, {}, { kind: 'proxy.failed', code, detail: 'it failed' })

  it('that failed says nothing of the page', () => {
    expect(judge(target(), failed(502, '502'))).toMatchObject({
      outcome: 'inconclusive',
      kind: 'proxy.failed',
      status: 502,
      reason: 'it failed',
    })
    expect(judge(target(), failed(0, 'ECONNREFUSED'))).toMatchObject({ outcome: 'inconclusive', status: 0 })
    expect(judge(target('200,404'), failed(502, '502')).outcome).toBe('inconclusive')
  })

  it('may have passed on the status that was named', () => {
    expect(judge(target('502'), failed(502, '502'))).toMatchObject({ outcome: 'ok', kind: 'ok', status: 502 })
    expect(judge(target('502'), failed(0, '502')).outcome).toBe('inconclusive')
  })

  it('through which the network asks for a login is this machine', () => {
    expect(judge(target(), failed(0, '511'))).toMatchObject({ kind: 'local.captive_portal', outcome: 'inconclusive' })
  })
})

describe('an answer', () => {
  const rows: [
    why: string,
    accept: string | null,
    status: number,
    headers: object,
    outcome: string,
    kind: string,
    reason: string,
  ][] = [
    ['a 2xx is fine', null, 204, {}, 'ok', 'ok', '204 No Content'],
    ['a 404 is not', null, 404, {}, 'failed', 'http.error', '404 Not Found'],
    ['a bare 403 fails', null, 403, {}, 'failed', 'http.error', '403 Forbidden'],
    [
      'a 301 that was not followed is not in the default',
      null,
      301,
      {},
      'failed',
      'http.error',
      '301 Moved Permanently',
    ],
    ['a named status is fine', '404', 404, {}, 'ok', 'ok', '404 Not Found'],
    ['a status outside the named ones fails', '404', 200, {}, 'failed', 'http.error', '200 OK, expected 404'],
    [
      'a Cloudflare challenge says nothing of the page',
      null,
      403,
      cloudflare,
      'inconclusive',
      'blocked.cloudflare',
      '403 with a Cloudflare challenge',
    ],
    [
      'a challenge counts before the default accept',
      null,
      202,
      waf,
      'inconclusive',
      'blocked.aws-waf',
      '202 with an AWS WAF challenge',
    ],
    [
      '999 refuses checkers',
      null,
      999,
      {},
      'inconclusive',
      'blocked.status-999',
      '999, the code with which servers refuse checkers',
    ],
    ['429 is about the rate', null, 429, {}, 'inconclusive', 'blocked.rate-limit', '429 Too Many Requests'],
    ...[
      { 'retry-after': '60' },
      { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' },
      { 'x-ratelimit-remaining': '0' },
      { 'x-ratelimit-remaining': '0.0' },
      { 'ratelimit-remaining': '0' },
      { 'x-rate-limit-remaining': '0' },
      { 'x-ratelimit-remaining-minute': '0', 'x-ratelimit-remaining-hour': '90' },
      { ratelimit: 'limit=100, remaining=0, reset=50' },
      { ratelimit: '"default";r=0;t=50' },
    ].map(
      (headers) =>
        [
          `a 403 that says it is about the rate: ${JSON.stringify(headers)}`,
          null,
          403,
          headers,
          'inconclusive',
          'blocked.rate-limit',
          '403 because of a rate limit',
        ] as (typeof rows)[number],
    ),
    ...[
      { 'retry-after': 'never' },
      { 'x-ratelimit-remaining': '4999' },
      { 'x-ratelimit-remaining': '' },
      { ratelimit: '"default";r=10;t=0' },
      { ratelimit: 'limit=100, remaining=05' },
    ].map(
      (headers) =>
        [
          `a 403 with requests left is about the page: ${JSON.stringify(headers)}`,
          null,
          403,
          headers,
          'failed',
          'http.error',
          '403 Forbidden',
        ] as (typeof rows)[number],
    ),
    ['403 for the rate and named is fine', '+403', 403, { 'retry-after': '60' }, 'ok', 'ok', '403 Forbidden'],
    ['the last request allowed is fine', null, 200, { 'x-ratelimit-remaining': '0' }, 'ok', 'ok', '200 OK'],
    [
      '511 is the network that wants a login',
      null,
      511,
      {},
      'inconclusive',
      'local.captive_portal',
      '511, the code with which a network asks for a login',
    ],
    [
      '511 is no page, whatever else is accepted',
      '200,404',
      511,
      {},
      'inconclusive',
      'local.captive_portal',
      '511, the code with which a network asks for a login',
    ],
    ['511 named is fine', '511', 511, {}, 'ok', 'ok', '511 Network Authentication Required'],
    ['a named status beats a marker', '+403', 403, cloudflare, 'ok', 'ok', '403 Forbidden'],
    ['429 named is fine', '200,429', 429, {}, 'ok', 'ok', '429 Too Many Requests'],
    [
      'a marker beats statuses that do not name it',
      '200',
      403,
      cloudflare,
      'inconclusive',
      'blocked.cloudflare',
      '403 with a Cloudflare challenge',
    ],
    [
      'another value of the Cloudflare header is no marker',
      null,
      403,
      { 'cf-mitigated': 'no' },
      'failed',
      'http.error',
      '403 Forbidden',
    ],
  ]
  it.each(rows)('%s (accept %s, status %i)', (_, accept, status, headers, outcome, kind, reason) => {
    const verdict = judge(target(accept), reply(status, headers as Record<string, string>))
    expect(verdict).toMatchObject({ outcome, kind, reason, ok: outcome === 'ok', status })
  })

  it('names the check that failed', () => {
    expect(judge(target(), reply(404)).failedChecks).toEqual([{ check: 'status', expected: '200-299', actual: '404' }])
    expect(judge(target('200,301'), reply(404)).failedChecks[0]?.expected).toBe('200,301')
    expect(judge(target(), reply(200)).failedChecks).toEqual([])
  })

  it("uses the server's phrase only where the standard has none, and cleans it", () => {
    const reason = (status: number, statusText: string) => judge(target(), reply(status, {}, { statusText })).reason
    expect(reason(404, 'Gone fishing')).toBe('404 Not Found')
    expect(reason(530, 'Site frozen')).toBe('530 Site frozen')
    expect(reason(530, '')).toBe('530')
    expect(reason(530, ' a\x1b[31m\r\n::error::b\u202e\ud800 ')).toBe(
      '530 a\ufffd[31m\ufffd\ufffd::error::b\ufffd\ufffd',
    )
    expect(reason(530, 'x'.repeat(70_000))).toHaveLength('530 '.length + 60)
  })

  it('takes a content length only when it is a plain number', () => {
    const length = (text: string) => judge(target(), reply(200, { 'content-length': text })).contentLength
    expect(['0', '1256', '9007199254740991'].map(length)).toEqual([0, 1256, 9007199254740991])
    expect(['', '5, 5', '-1', '+5', '1e3', '0x10', ' 5', '9007199254740993', '9'.repeat(20)].map(length)).toEqual(
      Array(9).fill(null),
    )
  })

  it('makes a content type well-formed and else leaves it', () => {
    expect(judge(target(), reply(200, { 'content-type': 'text/é; a=\ud800' })).contentType).toBe('text/é; a=\ufffd')
    expect(judge(target(), reply(200)).contentType).toBeNull()
  })

  it('is judged by its status when a bad certificate is allowed, and says so', () => {
    const tls = { protocol: 'TLSv1.3', issuer: null, validTo: null, error: 'CERT_HAS_EXPIRED' }
    expect(judge(target(), reply(200, {}, { tls }))).toMatchObject({ ok: true, hint: 'certificate: CERT_HAS_EXPIRED' })
    expect(judge(target(), reply(404, {}, { tls }))).toMatchObject({ ok: false, hint: 'certificate: CERT_HAS_EXPIRED' })
    expect(judge(target(), reply(429, {}, { tls })).hint).toBe(
      'Ask more slowly: --per-host 1; certificate: CERT_HAS_EXPIRED',
    )
  })
})

describe('no answer', () => {
  const rows: [kind: Kind, outcome: string, reason: string][] = [
    ['tcp.refused', 'failed', 'connection refused'],
    ['dns.name_not_resolved', 'failed', 'no such host'],
    ['timeout', 'failed', 'no answer in time'],
    ['aborted', 'inconclusive', 'stopped before it was done'],
    ['internal', 'failed', 'an error in this program'],
    ['local.EMFILE', 'inconclusive', 'this machine ran into a limit'],
  ]
  it.each(rows)('%s is %s: %s', (kind, outcome, reason) => {
    expect(judge(target('100-999'), reply(0, {}, { kind }))).toMatchObject({
      kind,
      outcome,
      reason,
      ok: false,
      status: 0,
    })
  })

  it('keeps the last 3xx of a redirect that could not be followed, and fails though it is accepted', () => {
    const verdict = judge(target('302'), reply(302, {}, { kind: 'http.response.redirect_loop' }))
    expect(verdict).toMatchObject({ outcome: 'failed', status: 302, reason: 'redirect loop' })
  })

  it('says what is known more exactly than the kind', () => {
    const known = {
      kind: 'timeout',
      detail: 'connected, but no answer in 10 s',
      hint: 'If it is only slow: -t 30s',
    } as const
    expect(judge(target(), reply(0, {}, known))).toMatchObject({ reason: known.detail, hint: known.hint })
    expect(judge(target(), reply(0, {}, { kind: 'tcp.refused' })).hint).toBe('Nothing listens on that port')
  })
})

describe('what was never asked', () => {
  it('a bad line fails with its key and column', () => {
    const problem = {
      kind: 'line.invalid',
      reason: 'expected a duration',
      hint: 'write 10s',
      key: 'timeout',
      column: 23,
    } as const
    const verdict = verdictOfProblem(target(null, { url: null, host: '', problem }), NOW)
    expect(verdict).toMatchObject({
      outcome: 'failed',
      kind: 'line.invalid',
      reason: 'timeout: expected a duration (column 23)',
      hint: 'write 10s',
      url: '',
      attempts: 0,
      status: 0,
      checkedAt: '2026-09-23T10:00:00.123Z',
    })
  })

  it('a repeat is skipped and points to the first', () => {
    expect(verdictOfDuplicate(target(), 1, NOW)).toMatchObject({
      outcome: 'skipped',
      ok: false,
      kind: 'duplicate',
      duplicateOf: 1,
      attempts: 0,
      url: 'https://example.com/a',
    })
  })
})

it.each([
  ['one moment after the other, to and fro', [0, 1, 0, 1, 0]],
  ['the same one again and again', [5, 5, 5]],
  ['from before 1970 to beyond it, zero too', [-1, -0, 0, 1, -1]],
])('checkedAt is the time of its own answer: %s', (_case, moments) => {
  const expected = moments.map((ms) => new Date(ms).toISOString())
  const timeText = createTimeText()
  for (const made of [timeText, undefined]) {
    const checkedAt = (ms: number) => judge(target(), reply(200, {}, { checkedAtMs: ms }), made).checkedAt
    expect(moments.map(checkedAt)).toEqual(expected)
  }
  expect(moments.map((ms) => verdictOfDuplicate(target(), 0, ms).checkedAt)).toEqual(expected)
})

it('every verdict has all fields in the declared order', () => {
  const problem = { kind: 'url.invalid', reason: 'no', hint: null, key: null, column: null } as const
  const all = [
    judge(target(), reply(200)),
    judge(target(), reply(0, {}, { kind: 'timeout' })),
    verdictOfProblem(target(null, { url: null, host: '', problem }), NOW),
    verdictOfDuplicate(target(), 0, NOW),
  ]
  for (const verdict of all) expect(Object.keys(verdict)).toEqual(FIELDS)
})

describe('what is named in inconclusive', () => {
  const named = (text: string, more: Partial<Target['expect']> = {}) =>
    target(null, { expect: { ...DEFAULT_EXPECT, inconclusive: SETTINGS.inconclusive.type.read(text), ...more } })
  const lost = (kind: Kind) => reply(0, {}, { kind, detail: 'it hung' })
  const slow = { maxLatencyMs: 50 }

  it.each<[string, string, Reply, Partial<Target['expect']>, string, Kind, string | null]>([
    ['a status', '403', reply(403), {}, 'inconclusive', 'http.error', 'Named in inconclusive=403'],
    ['a class of statuses', '404,5xx', reply(503), {}, 'inconclusive', 'http.error', 'Named in inconclusive=5xx'],
    ['every status', 'http.error', reply(404), {}, 'inconclusive', 'http.error', 'Named in inconclusive=http.error'],
    ['another status', '403', reply(404), {}, 'failed', 'http.error', null],
    ['a kind', 'timeout', lost('timeout'), {}, 'inconclusive', 'timeout', 'Named in inconclusive=timeout'],
    [
      'kinds by their start',
      'tcp.*',
      lost('tcp.reset'),
      {},
      'inconclusive',
      'tcp.reset',
      'Named in inconclusive=tcp.*',
    ],
    ['another kind', 'tcp.*', lost('timeout'), {}, 'failed', 'timeout', null],
    [
      'a kind with a hint of its own',
      'tcp.refused',
      lost('tcp.refused'),
      {},
      'inconclusive',
      'tcp.refused',
      'Named in inconclusive=tcp.refused; Nothing listens on that port',
    ],
    [
      'an expectation',
      'check.max-latency',
      reply(200),
      slow,
      'inconclusive',
      'check.max-latency',
      'Named in inconclusive=check.max-latency',
    ],
    [
      'all expectations',
      'check.*',
      reply(200),
      slow,
      'inconclusive',
      'check.max-latency',
      'Named in inconclusive=check.*',
    ],
    ['the status of an answer whose expectation fails', '200', reply(200), slow, 'failed', 'check.max-latency', null],
    [
      'an expectation beside another one',
      'check.contains',
      reply(200, {}, { body: 'absent' }),
      { contains: 'a', ...slow },
      'failed',
      'check.max-latency',
      null,
    ],
    [
      'a status with an expectation that fails too',
      '503',
      reply(503),
      slow,
      'inconclusive',
      'http.error',
      'Named in inconclusive=503',
    ],
    [
      'the last status of a loop',
      '302',
      { ...lost('http.response.redirect_loop'), status: 302 },
      {},
      'failed',
      'http.response.redirect_loop',
      null,
    ],
    ['a status that is accepted', '200', reply(200), {}, 'ok', 'ok', null],
    [
      'an expectation that could not be checked',
      'timeout',
      reply(200),
      { contains: 'a' },
      'inconclusive',
      'check.contains',
      null,
    ],
    ['our own bug', 'tcp.*', lost('internal'), {}, 'failed', 'internal', 'Please report it'],
  ])('%s', (_, text, answer, more, outcome, kind, hint) => {
    const verdict = judge(named(text, more), answer)
    expect([verdict.outcome, verdict.ok, verdict.kind, verdict.hint]).toEqual([outcome, outcome === 'ok', kind, hint])
    const plain = judge(target(null, { expect: { ...DEFAULT_EXPECT, ...more } }), answer)
    expect(verdict.failedChecks).toEqual(plain.failedChecks)
    if (text !== 'check.contains') expect(verdict.reason).toBe(plain.reason)
  })
})
