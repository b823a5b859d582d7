// The page as text: what is in the file, and what is not. How it looks and behaves is in test/report/page, in a browser.

import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { headline } from '../../../src/report/headline.js'
import { html, jsonForScript, link } from '../../../src/report/page/html.js'
import { type Block, packRows, type Row, unpackRows } from '../../../src/report/page/page-row.js'
import { createRowStore, type KeptRows, SLOWEST_MAX } from '../../../src/report/page/row-store.js'
import { toPageRow } from '../../../src/report/page/to-page-row.js'
import type { Summary } from '../../../src/words/summary.js'
import type { Verdict } from '../../../src/words/verdict.js'
import { pageOf } from '../page/support/made-page.js'
import { anyVerdict } from '../support/arbitrary-verdict.js'
import { summaryOf, VERDICTS, verdict } from '../support/verdicts.js'

/** The rows that are in the file. */
const rowsIn = (page: string): Row[] =>
  [...page.matchAll(/<script type="text\/plain" data-rows>([^<]*)<\/script>/g)].flatMap(([, base64]) => unpack(base64!))
const unpack = (base64: string): Row[] =>
  unpackRows(JSON.parse(gunzipSync(Buffer.from(base64, 'base64')).toString()) as Block)
const keptRows = ({ blocks }: KeptRows): Row[] => blocks.flatMap(({ bytes }) => unpack(bytes.toString('base64')))

/** Without what is the same in every page. */
const ownPart = (page: string): string =>
  page
    .replace(/<style>[^<]*<\/style>/, '<style>…</style>')
    .replace(/<script>[\s\S]*<\/script>/, '<script>…</script>')
    .replace(/data-rows>[^<]*</g, 'data-rows>…<')
    .replace(/'sha256-[^']*'/g, "'sha256-…'")
    .replace(/scrape-status \d+\.\d+\.\d+/g, 'scrape-status VERSION')

it('prints the sample verdicts', () => {
  const { startedAt, durationMs } = summaryOf()
  expect(ownPart(pageOf(VERDICTS, { startedAt, durationMs }))).toMatchSnapshot()
})

it('holds every row, as it came', () => {
  expect(rowsIn(pageOf(VERDICTS))).toEqual([
    ...VERDICTS.filter(({ outcome }) => outcome === 'failed').map(toPageRow),
    ...VERDICTS.filter(({ outcome }) => outcome === 'inconclusive').map(toPageRow),
    ...VERDICTS.filter(({ outcome }) => outcome === 'ok' || outcome === 'skipped').map(toPageRow),
  ])
})

it('any rows are the same when they are read again', () => {
  fc.assert(
    fc.property(fc.array(anyVerdict, { maxLength: 5 }), (verdicts) => {
      const rows = verdicts.map(toPageRow)
      const block = JSON.parse(JSON.stringify(packRows(rows))) as Block
      expect(unpackRows(block)).toEqual(JSON.parse(JSON.stringify(rows)))
    }),
    { numRuns: 200 },
  )
})

it('any verdict is text: no markup, no script, no handler of its own', () => {
  const own = (page: string) => ownPart(page).replace(/ data-(?:count|list)="[\w -]*"/g, '')
  const elements = (page: string) => new Set([...own(page).matchAll(/<\/?([a-z!][\w-]*)/g)].map(([, name]) => name!))
  const allowed = elements(pageOf(VERDICTS))
  fc.assert(
    fc.property(fc.array(anyVerdict, { minLength: 1, maxLength: 4 }), fc.string(), (verdicts, name) => {
      const page = pageOf(verdicts, { notices: [name] }, { inputs: [name], accept: '200-299', expectations: [name] })
      expect([...elements(page)].filter((element) => !allowed.has(element))).toEqual([])
      expect(page.match(/<script>/g)).toHaveLength(1)
      expect(own(page)).not.toMatch(/<[^>]* on\w+=/)
    }),
    { numRuns: 100 },
  )
})

test.each([
  ['<script>alert(1)</script>', '&#60;script&#62;alert(1)&#60;/script&#62;'],
  ['"onmouseover="x', '&#34;onmouseover=&#34;x'],
  ["' `&amp;", '&#39; &#96;&#38;amp;'],
  ['a\u202eb\x1b', 'a\\u{202e}b\\x1b'],
])('%j stands in the page as %j', (text, escaped) => {
  expect(html(text)).toBe(escaped)
})

test('only web addresses become links', () => {
  expect(link('javascript:alert(1)', 'x')).toBe('x')
  expect(link('data:text/html,x', '<x>')).toBe('&#60;x&#62;')
  expect(link('HTTPS://a.example/"', 'a')).toContain('href="HTTPS://a.example/&#34;" rel="noopener noreferrer"')
})

test('JSON in a script cannot end it', () => {
  const text = jsonForScript({ a: '</script><!-- \u2028 "' })
  expect(text).not.toMatch(/[<>\u2028]/)
  expect(JSON.parse(text)).toEqual({ a: '</script><!-- \u2028 "' })
})

test('the policy names this script and these styles, and nothing from anywhere else', () => {
  const page = pageOf(VERDICTS)
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  const [, script] = /<script>([\s\S]*)<\/script>/.exec(page)!
  const [, styles] = /<style>([\s\S]*)<\/style>/.exec(page)!
  expect(policy).toBe(
    `default-src 'none'; script-src ${hash(script!)}; style-src ${hash(styles!)}; img-src data:; base-uri 'none'; form-action 'none'`,
  )
  expect(page).not.toMatch(/ style=| src=|<link(?! rel="icon" href="data:,")/)
  expect(Buffer.byteLength(script! + styles!)).toBeLessThan(60_000)
})

test('secrets are not in the page, and what had one is no link', () => {
  const url = 'https://me:geheim@api.example.com/?token=geheim'
  const page = pageOf(
    [verdict({ ...VERDICTS[2]!, url, input: url, finalUrl: url, redirects: [{ url, status: 301, location: url }] })],
    {},
    { inputs: ['https://me:geheim@lists.example/a.txt'], accept: '200-299', expectations: [] },
  )
  const rows = rowsIn(page)
  expect(page + JSON.stringify(rows)).not.toContain('geheim')
  expect(rows[0]).toMatchObject({ isWhole: false, url: 'https://***@api.example.com/?token=***' })
  expect(page).not.toContain('href="https')
})

test('addresses of a private network are left out, public ones are not', () => {
  const rows = rowsIn(pageOf(['10.0.0.7', '::1', '93.184.216.34'].map((remoteAddress) => verdict({ remoteAddress }))))
  expect(rows.map((row) => row.facts.find(([name]) => name === 'Address')?.[1])).toEqual([
    undefined,
    undefined,
    '93.184.216.34',
  ])
})

test.each<[string, Partial<Verdict>[], string]>([
  ['the statuses of the run', [{}], 'fine means 200–299, 404, within 500 ms<'],
  [
    'a line accepted more',
    [{ status: 410 }],
    'fine means 200–299, 404, within 500 ms, or what is said of a line or a host<',
  ],
  [
    'a line accepted less',
    [{ ...VERDICTS[3]!, failedChecks: [{ check: 'status', expected: '200', actual: '503' }] }],
    'of a line or a host<',
  ],
])('what "fine" means: %s', (_, fields, text) => {
  const about = { inputs: ['a.txt', '-'], accept: '200-299,404', expectations: ['within 500 ms'] }
  const page = pageOf(
    fields.map((one) => verdict(one)),
    {},
    about,
  )
  expect(page.replaceAll('\u00a0', ' ')).toContain(text)
  expect(page).toContain('a.txt, stdin · ')
})

test('without a description of the run it says nothing of it', () => {
  expect(ownPart(pageOf([verdict()], {}, null))).toMatch(/<title>✓ The URL is fine<\/title>/)
})

test.each<[Partial<Summary>, string, string]>([
  [{ verdicts: 500, failed: 24, ok: 474 }, 'failed', '24 of 500 URLs failed'],
  [{ verdicts: 1, failed: 1, ok: 0 }, 'failed', 'The URL failed'],
  [{ verdicts: 474, failed: 0, ok: 474, inconclusive: 0 }, 'ok', 'All 474 URLs are fine'],
  [{ verdicts: 12_000, failed: 0, ok: 12_000 }, 'ok', 'All 12,000 URLs are fine'],
  [{ verdicts: 1, failed: 0, ok: 1 }, 'ok', 'The URL is fine'],
  [{ verdicts: 3, failed: 0, ok: 0, inconclusive: 3 }, 'inconclusive', 'Nothing could be judged'],
  [{ verdicts: 3, failed: 0, ok: 0, inconclusive: 0, skipped: 3 }, 'inconclusive', 'Nothing was asked'],
  [{ verdicts: 0, failed: 0, ok: 0, inconclusive: 0 }, 'inconclusive', 'Nothing was checked'],
  [{ verdicts: 9, failed: 0, ok: 8, inconclusive: 1 }, 'ok', 'No failures among 9 URLs'],
  [{ verdicts: 9, failed: 0, ok: 9, unfinished: 'bail' }, 'inconclusive', 'No failures among 9 URLs so far'],
  [{ failed: 24, baseline: { new: 3, stillFailing: 21, fixed: 0, gone: 0 } }, 'failed', '3 new failures, 21 known'],
  [{ failed: 1, baseline: { new: 1, stillFailing: 0, fixed: 0, gone: 0 } }, 'failed', '1 new failure'],
  [
    { failed: 21, baseline: { new: 0, stillFailing: 21, fixed: 2, gone: 0 } },
    'inconclusive',
    'No new failures, 21 known',
  ],
  [
    { failed: 3, baseline: { new: 0, stillFailing: 1, fixed: 0, gone: 0 } },
    'failed',
    'No new failures, 1 known, 2 not judged before',
  ],
  [
    { verdicts: 2, ok: 2, failed: 0, baseline: { new: 0, stillFailing: 0, fixed: 1, gone: 0 } },
    'ok',
    'All 2 URLs are fine',
  ],
])('%j is the headline "%s: %s"', (fields, state, text) => {
  expect(headline(summaryOf({ inconclusive: 0, skipped: 0, ...fields }))).toEqual({ state, text })
})

test('a store keeps all rows up to its bound, beyond it what is not fine and the slowest, new failures before all', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 1, max: 60 }), (total, every) => {
      const max = 2000
      const store = createRowStore(max)
      const made = Array.from({ length: total }, (_, index) => oneOf(index, every))
      for (const one of made) store.add(one)
      const kept = store.finish()
      const rows = keptRows(kept)
      expect([kept.rows, kept.total]).toEqual([rows.length, total])
      const failed = made.filter(({ outcome }) => outcome === 'failed')
      if (total <= max) {
        expect(kept.notFine).toBeNull()
        expect(new Set(rows.map(({ index }) => index)).size).toBe(total)
        return
      }
      expect(kept.notFine).toBe(Math.min(failed.length, max - SLOWEST_MAX))
      expect(rows.length).toBeLessThanOrEqual(max)
      const fresh = failed.filter(({ change }) => change === 'new-failure').slice(0, max - SLOWEST_MAX)
      const indexes = new Set(rows.map(({ index }) => index))
      expect(fresh.filter(({ index }) => !indexes.has(index))).toEqual([])
      const fine = made.filter(({ outcome }) => outcome === 'ok').map((one) => one.durationMs!)
      const slowest = rows.filter(({ outcome }) => outcome === 'ok').map((one) => one.durationMs!)
      expect(slowest.toSorted((a, b) => b - a)).toEqual(fine.toSorted((a, b) => b - a).slice(0, SLOWEST_MAX))
    }),
    { numRuns: 15 },
  )
})

/** Every so many have failed, every third of those anew; times of their own. */
function oneOf(index: number, every: number): Verdict {
  const own = { index, line: index + 1, durationMs: ((index * 7919) % 100_003) + 1 }
  if (index % every !== 0) return verdict(own)
  return verdict({ ...VERDICTS[2]!, ...own, change: index % 3 === 0 ? 'new-failure' : 'still-failing' })
}
