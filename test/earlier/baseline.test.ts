// What is new, fixed and still failing, by table; and how little of it is remembered.

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type BaselineRow, createBaseline } from '../../src/earlier/baseline.js'
import { redact } from '../../src/report/redact.js'
import type { Change, Outcome } from '../../src/words/verdict.js'
import { verdict } from '../report/support/verdicts.js'

const row = (url: string, outcome: Outcome, more: Partial<BaselineRow> = {}): BaselineRow => ({
  method: 'GET',
  url,
  input: url,
  key: null,
  outcome,
  ...more,
})
const URL = 'https://example.com/a'

it.each<[Outcome | 'unknown', Outcome, Change | null]>([
  ['ok', 'ok', 'same'],
  ['ok', 'failed', 'new-failure'],
  ['ok', 'inconclusive', 'changed'],
  ['ok', 'skipped', null],
  ['failed', 'ok', 'fixed'],
  ['failed', 'failed', 'still-failing'],
  ['failed', 'inconclusive', 'changed'],
  ['failed', 'skipped', null],
  ['inconclusive', 'ok', 'changed'],
  ['inconclusive', 'failed', 'changed'],
  ['inconclusive', 'inconclusive', 'same'],
  ['unknown', 'ok', null],
  ['unknown', 'failed', 'new-failure'],
  ['unknown', 'inconclusive', null],
  ['skipped', 'failed', 'new-failure'],
])('%s → %s: %s', (before, now, change) => {
  const baseline = createBaseline()
  if (before !== 'unknown') baseline.add(row(URL, before))
  expect(baseline.compare(row(URL, now))).toBe(change)
})

it('counts the rows that changed and the URLs that are gone', () => {
  const baseline = createBaseline()
  for (const [at, outcome] of (['ok', 'failed', 'failed', 'ok', 'ok', 'inconclusive'] as const).entries()) {
    baseline.add(row(`${URL}${at}`, outcome))
  }
  for (const [at, outcome] of (['failed', 'failed', 'ok', 'skipped'] as const).entries()) {
    baseline.compare(row(`${URL}${at}`, outcome))
    if (at === 1) baseline.compare(row(`${URL}${at}`, outcome))
  }
  expect(baseline.size).toBe(6)
  expect(baseline.changes()).toEqual({ new: 1, stillFailing: 2, fixed: 1, gone: 2 })
})

it('takes the worst of several rows of one URL, in any order', () => {
  for (const outcomes of [
    ['ok', 'failed', 'inconclusive'],
    ['failed', 'ok', 'skipped'],
  ] as const) {
    const baseline = createBaseline()
    for (const outcome of outcomes) baseline.add(row(URL, outcome))
    expect(baseline.compare(row(URL, 'failed'))).toBe('still-failing')
  }
})

it('finds a URL whose HEAD became a GET, and tells the methods apart where both are there', () => {
  const one = createBaseline()
  one.add(row(URL, 'failed', { method: 'GET' }))
  expect(one.compare(row(URL, 'failed', { method: 'HEAD' }))).toBe('still-failing')
  const both = createBaseline()
  both.add(row(URL, 'failed', { method: 'GET' }))
  both.add(row(URL, 'ok', { method: 'HEAD' }))
  expect(both.compare(row(URL, 'failed', { method: 'HEAD' }))).toBe('new-failure')
})

describe('redacted rows', () => {
  it.each(['https://u:p@example.com/', 'https://example.com/?token=1', 'https://example.com/?token=2#f'])(
    '%s',
    (url) => {
      const printed = redact(verdict({ url, outcome: 'failed' }))
      expect(printed.key).toMatch(/^[0-9a-f]{16}$/)
      const baseline = createBaseline()
      baseline.add(printed)
      expect(baseline.compare(row(url, 'failed'))).toBe('still-failing')
      expect(baseline.compare(row(`${url}3`, 'failed'))).toBe('new-failure')
      // A row of a resumed run has been printed already.
      expect(baseline.compare(printed)).toBe('still-failing')
    },
  )
})

it('still knows the rows of earlier versions: another key, and none where less was hidden', () => {
  const url = 'https://e.com/?client_secret=abc'
  const plain = createHash('sha256').update(`GET ${url}`).digest('hex').slice(0, 16)
  for (const old of [row('https://e.com/?client_secret=***', 'failed', { key: plain }), row(url, 'failed')]) {
    const baseline = createBaseline()
    baseline.add(old)
    expect(baseline.compare(row(url, 'failed'))).toBe('still-failing')
    expect(baseline.compare(row(`${url}d`, 'failed'))).toBe('new-failure')
  }
})

it('tells lines without a URL apart by their text', () => {
  const baseline = createBaseline()
  baseline.add(row('', 'failed', { input: 'htp://a' }))
  expect(baseline.compare(row('', 'failed', { input: 'htp://a' }))).toBe('still-failing')
  expect(baseline.compare(row('', 'failed', { input: 'htp://b' }))).toBe('new-failure')
})

it('takes at most 24 bytes a URL, at any size', () => {
  const baseline = createBaseline()
  for (let at = 0; at < 200_000; at++) {
    baseline.add(row(`${URL}${at}`, at % 3 === 0 ? 'failed' : 'ok'))
    if (at >= 20_000 && at % 1000 === 0) expect(baseline.bytes() / baseline.size).toBeLessThanOrEqual(24)
  }
  for (let at = 0; at < 200_000; at += 997) {
    expect(baseline.compare(row(`${URL}${at}`, 'failed'))).toBe(at % 3 === 0 ? 'still-failing' : 'new-failure')
  }
})
