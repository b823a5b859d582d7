// Every expectation by table: what holds, what does not, and in which words.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHintCounter } from '../../src/judge/hints.js'
import { judge, verdictOfSkip } from '../../src/judge/judge.js'
import { createTally } from '../../src/judge/tally.js'
import { parseStatusSet } from '../../src/settings/status-set.js'
import type { Expect, Target } from '../../src/settings/target.js'
import { DEFAULT_ASK, DEFAULT_EXPECT } from '../../src/settings/target.js'
import { applyOverride } from '../../src/targets/settings.js'
import { compilePattern } from '../../src/words/pattern.js'
import type { Reply } from '../../src/words/reply.js'
import { verdictSchema } from '../report/support/schemas.js'

const NOW = Date.UTC(2026, 8, 23, 10, 0, 0)
const URL_ASKED = 'https://a.example/old#top'

const target = (expected: Partial<Expect>): Target => ({
  index: 0,
  line: 1,
  source: 'urls.txt',
  input: URL_ASKED,
  url: URL_ASKED,
  host: 'a.example',
  problem: null,
  ask: DEFAULT_ASK,
  expect: { ...DEFAULT_EXPECT, ...expected },
  skip: null,
})

const accepting = (text: string) => ({ accept: parseStatusSet(text)!, acceptIsExplicit: true })

function reply(fields: Partial<Reply> = {}, headers: Record<string, string> = {}): Reply {
  return {
    status: 200,
    kind: 'ok',
    code: null,
    detail: null,
    hint: null,
    statusText: '',
    headers: { get: (name) => headers[name] ?? null, toJSON: () => headers },
    finalUrl: URL_ASKED,
    redirects: [],
    httpVersion: '1.1',
    remoteAddress: '192.0.2.1',
    bodyBytes: 12,
    body: null,
    durationMs: 88,
    timingsMs: { queue: 0, dns: 1, connect: 2, tls: 3, firstByte: 4 },
    tls: null,
    secondLook: false,
    checkedAtMs: NOW,
    method: 'GET',
    attempts: 1,
    inferred: false,
    ...fields,
  }
}

const validTo = (days: number) => ({
  tls: {
    protocol: 'TLSv1.3',
    issuer: null,
    validTo: new Date(NOW + days * 86_400_000).toISOString(),
    error: null,
  },
})
const hop = (status: number, location: string | null) => ({ url: URL_ASKED, status, location })
const moved = { ...accepting('301'), location: 'https://b.example/new' }

describe('holds', () => {
  it.each<[why: string, expected: Partial<Expect>, answer: Reply]>([
    ['the very location', moved, reply({ status: 301 }, { location: 'https://b.example/new' })],
    ['a location written otherwise', moved, reply({ status: 301 }, { location: 'HTTPS://B.example:443/x/../new#f' })],
    ['a relative location', { ...accepting('301'), location: '/new' }, reply({ status: 301 }, { location: './new' })],
    [
      'the location of the first hop where redirects are followed',
      { location: '/new' },
      reply({ redirects: [hop(301, '/new'), hop(302, '/other')] }),
    ],
    ['the final URL', { finalUrl: 'https://b.example' }, reply({ finalUrl: 'https://b.example/#top' })],
    [
      'the final URL without userinfo',
      { finalUrl: 'https://b.example/' },
      reply({ finalUrl: 'https://me:pw@b.example/' }),
    ],
    ['the text', { contains: 'Welcome' }, reply({ body: 'found' })],
    [
      'a header',
      { expectHeaders: [{ name: 'content-type', pattern: compilePattern('^text/html') }] },
      reply({}, { 'content-type': 'text/html; charset=utf-8' }),
    ],
    ['a latency at its limit', { maxLatencyMs: 88 }, reply()],
    ['a certificate at its limit', { certDays: 30 }, reply(validTo(30))],
    ['a certificate where there is no TLS', { certDays: 30 }, reply()],
  ])('%s', (_, expected, answer) => {
    expect(judge(target(expected), answer)).toMatchObject({ outcome: 'ok', kind: 'ok', failedChecks: [] })
  })
})

describe('does not hold', () => {
  it.each<[kind: string, expected: Partial<Expect>, answer: Reply, reason: string, should: string, is: string]>([
    [
      'check.location',
      moved,
      reply({ status: 301 }, { location: 'https://c.example/' }),
      'redirects to https://c.example/, expected https://b.example/new',
      'https://b.example/new',
      'https://c.example/',
    ],
    [
      'check.location',
      moved,
      reply({ status: 301 }),
      'no redirect, expected https://b.example/new',
      'https://b.example/new',
      'no redirect',
    ],
    [
      'check.location',
      moved,
      reply({ status: 301 }, { location: 'http://[' }),
      'redirects to http://[, expected https://b.example/new',
      'https://b.example/new',
      'http://[',
    ],
    [
      'check.location',
      { location: '/new' },
      reply({ redirects: [hop(302, '/other'), hop(302, '/new')] }),
      'redirects to https://a.example/other, expected https://a.example/new',
      'https://a.example/new',
      'https://a.example/other',
    ],
    [
      'check.final-url',
      { finalUrl: '/new' },
      reply(),
      'ends at https://a.example/old, expected https://a.example/new',
      'https://a.example/new',
      'https://a.example/old',
    ],
    [
      'check.contains',
      { contains: 'Welcome' },
      reply({ body: 'absent' }),
      'the body does not contain "Welcome"',
      'Welcome',
      'not in the body',
    ],
    [
      'check.contains',
      { contains: 'Welcome' },
      reply({ body: 'beyond' }),
      'the first 1 MiB of the body does not contain "Welcome"',
      'Welcome',
      'not in the first 1 MiB of the body',
    ],
    [
      'check.contains',
      { contains: 'Welcome' },
      reply({ body: 'absent', method: 'HEAD' }),
      'no body for "Welcome": asked with HEAD',
      'Welcome',
      'no body',
    ],
    [
      'check.expect-header',
      { expectHeaders: [{ name: 'content-type', pattern: compilePattern('^text/html') }] },
      reply({}, { 'content-type': 'text/\x1b[31mplain' }),
      'content-type is "text/\ufffd[31mplain", expected ^text/html',
      'content-type: ^text/html',
      'content-type: text/\ufffd[31mplain',
    ],
    [
      'check.expect-header',
      { expectHeaders: [{ name: 'x-a', pattern: compilePattern('b') }] },
      reply(),
      'no x-a header, expected one like b',
      'x-a: b',
      'no such header',
    ],
    [
      'check.max-latency',
      { maxLatencyMs: 500 },
      reply({ durationMs: 1200 }),
      '1.2 s, slower than 500 ms',
      '500 ms',
      '1.2 s',
    ],
    [
      'check.max-latency',
      { maxLatencyMs: 500 },
      reply({ durationMs: 500.2 }),
      '501 ms, slower than 500 ms',
      '500 ms',
      '501 ms',
    ],
    [
      'check.max-latency',
      { maxLatencyMs: 1200 },
      reply({ durationMs: 1201 }),
      '1.3 s, slower than 1.2 s',
      '1.2 s',
      '1.3 s',
    ],
    [
      'check.max-latency',
      { maxLatencyMs: 1250 },
      reply({ durationMs: 1251 }),
      '1.3 s, slower than 1.25 s',
      '1.25 s',
      '1.3 s',
    ],
    [
      'check.cert-days',
      { certDays: 30 },
      reply(validTo(5.5)),
      'certificate valid for 5 more days, expected 30',
      'valid for 30 days',
      'valid until 2026-09-28',
    ],
    [
      'check.cert-days',
      { certDays: 2 },
      reply(validTo(1.99)),
      'certificate valid for 1 more day, expected 2',
      'valid for 2 days',
      'valid until 2026-09-25',
    ],
    [
      'check.cert-days',
      { certDays: 0 },
      reply(validTo(-3.5)),
      'certificate expired 3 days ago, expected 0 more',
      'valid for 0 days',
      'valid until 2026-09-19',
    ],
  ])('%s of %o', (kind, expected, answer, reason, should, is) => {
    const verdict = judge(target(expected), answer)
    expect(verdict).toMatchObject({ outcome: 'failed', kind, reason })
    expect(verdict.failedChecks).toEqual([{ check: kind.slice('check.'.length), expected: should, actual: is }])
    expect(verdictSchema.faults(verdict)).toBe('')
  })

  it('is the place alone where the page is there and does not redirect: nobody has spoken of a status', () => {
    const alone = applyOverride({ ask: DEFAULT_ASK, expect: DEFAULT_EXPECT, skip: null }, { location: '/new' }).expect
    const stays = judge(target(alone), reply({ status: 200 }))
    expect(stays).toMatchObject({ outcome: 'failed', kind: 'check.location', hint: null })
    expect(stays.reason).toBe('no redirect, expected https://a.example/new')
    expect(stays.failedChecks.map(({ check }) => check)).toEqual(['location'])
    expect(judge(target(alone), reply({ status: 404 }))).toMatchObject({ kind: 'http.error', reason: '404 Not Found' })
  })

  it('a redirect that was not followed says where it leads and how that is fine', () => {
    const verdict = judge(target({}), reply({ status: 301, redirects: [hop(301, '/new')] }))
    expect(verdict).toMatchObject({ kind: 'http.error', reason: '301 Moved Permanently' })
    expect(verdict.hint).toBe('It redirects to /new; where that is fine: accept=3xx')
  })

  it('is said of all that do not hold, the status first, and the kind is the first', () => {
    const all: Partial<Expect> = {
      location: '/a',
      finalUrl: '/b',
      contains: 'c',
      expectHeaders: [
        { name: 'd', pattern: compilePattern('d') },
        { name: 'e', pattern: compilePattern('e') },
      ],
      maxLatencyMs: 1,
      certDays: 365,
    }
    const answer = reply({ status: 404, body: 'absent', ...validTo(1) })
    const names = [
      'status',
      'location',
      'final-url',
      'contains',
      'expect-header',
      'expect-header',
      'max-latency',
      'cert-days',
    ]
    const verdict = judge(target(all), answer)
    expect(verdict.failedChecks.map(({ check }) => check)).toEqual(names)
    expect(verdict).toMatchObject({ kind: 'http.error', reason: '404 Not Found' })
    const accepted = judge(target({ ...all, ...accepting('404') }), answer)
    expect(accepted.failedChecks.map(({ check }) => check)).toEqual(names.slice(1))
    expect(accepted.kind).toBe('check.location')
  })

  it('is not said of an answer that never came, or of a refused checker', () => {
    const expected = target({ contains: 'a', certDays: 9 })
    expect(judge(expected, reply({ status: 0, kind: 'tcp.reset' }))).toMatchObject({
      kind: 'tcp.reset',
      failedChecks: [],
    })
    expect(judge(expected, reply({ status: 429, body: 'absent' }))).toMatchObject({
      outcome: 'inconclusive',
      failedChecks: [],
    })
  })

  it('is judged behind a status that was named, marker or not', () => {
    const expected = target({ ...accepting('403'), contains: 'a' })
    const challenge = { 'cf-mitigated': 'challenge' }
    expect(judge(expected, reply({ status: 403, body: 'absent' }, challenge))).toMatchObject({ kind: 'check.contains' })
    expect(judge(expected, reply({ status: 403, body: 'found' }, challenge))).toMatchObject({ kind: 'ok' })
  })

  it('a latency that failed is never said to be at or below its limit', () => {
    const ms = (text: string) => Number.parseFloat(text) * (text.endsWith(' ms') ? 1 : 1000)
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.double({ min: 0, max: 200_000, noNaN: true }),
        (maxLatencyMs, durationMs) => {
          const { failedChecks } = judge(target({ maxLatencyMs }), reply({ durationMs }))
          expect(failedChecks.length).toBe(durationMs > maxLatencyMs ? 1 : 0)
          for (const { expected, actual } of failedChecks) expect(ms(actual)).toBeGreaterThan(ms(expected))
        },
      ),
    )
  })
})

it('a pattern with a memory of its own finds the same every time', () => {
  const expectHeaders = [{ name: 'a', pattern: compilePattern('b', 'g') }]
  const outcomes = [1, 2, 3].map(() => judge(target({ expectHeaders }), reply({}, { a: 'b' })).outcome)
  expect(outcomes).toEqual(['ok', 'ok', 'ok'])
})

describe('a skipped line', () => {
  it('has its reason, cleaned', () => {
    const verdict = verdictOfSkip({ ...target({}), skip: 'down\nuntil \x1b[31mMay' }, NOW)
    expect(verdict).toMatchObject({ outcome: 'skipped', kind: 'skipped', ok: false, attempts: 0, status: 0 })
    expect(verdict.reason).toBe('down\ufffduntil \ufffd[31mMay')
    expect(verdictSchema.faults(verdict)).toBe('')
  })
})

describe('a hint', () => {
  it.each<[why: string, expected: Partial<Expect>, answer: Reply, hint: string | null]>([
    ['a 200 that is left out', accepting('403'), reply(), 'accept=403 leaves out 200; did you mean +403?'],
    ['a 200 that is left out on purpose beside others', accepting('201,403'), reply(), null],
    ['no 200', accepting('403'), reply({ status: 500 }), null],
    ['the default', {}, reply({ status: 500 }), null],
    [
      'an accepted redirect that was followed',
      accepting('301'),
      reply({ redirects: [hop(301, '/b')] }),
      'It answered 301, which was followed; to judge that answer: add follow=no',
    ],
    [
      'another redirect that was followed',
      accepting('301,403'),
      reply({ redirects: [hop(302, '/b')] }),
      'accept=301,403 leaves out 200; did you mean +301,403?',
    ],
  ])('for %s', (_, expected, answer, hint) => {
    expect(judge(target(expected), answer).hint).toBe(hint)
  })

  it('for the whole run counts them', () => {
    const tally = createTally()
    const add = (expected: Partial<Expect>, answer: Reply) => tally.add(judge(target(expected), answer))
    for (let n = 0; n < 87; n++) add(accepting('403'), reply())
    add(accepting('500'), reply())
    for (let n = 0; n < 2; n++) add(accepting('301'), reply({ redirects: [hop(301, '/b')] }))
    for (let n = 0; n < 3; n++) add({}, reply({ kind: 'timeout', status: 0 }))
    add({}, reply({ kind: 'timeout', status: 0, attempts: 3 }))
    expect(tally.hints({ accept: '403', sparesTimeouts: true })).toEqual([
      '87 URLs answered 200, which --accept 403 leaves out; did you mean +403?',
      '1 URL answered 200, which accept=500 leaves out; did you mean +500?',
      '2 URLs answered an accepted redirect, which was followed; to judge it: add follow=no',
      '3 URLs timed out, not retried: --retry-timeouts',
    ])
    expect(tally.hints({ accept: null, sparesTimeouts: false })).toHaveLength(3)
    expect(createHintCounter().sentences({ accept: '403', sparesTimeouts: true })).toEqual([])
  })
})
