// The page in a real browser, in the states that a run can end in, and where others show it: Jenkins, an old run beside it,
// more rows than a browser holds.

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Verdict } from '../../../src/words/verdict.js'
import { closeAfterTest } from '../../support/close-after-test.js'
import { listen } from '../../support/listen.js'
import { VERDICTS, verdict } from '../support/verdicts.js'
import { startChromium, tableReady, type WatchedPage, watchedPage } from './support/chromium.js'
import { pageFile, pageOf } from './support/made-page.js'
import { mixedList, startTestSite, type TestSite } from './support/real-run.js'

/** As Jenkins sends it with what builds keep (hudson.model.DirectoryBrowserSupport.CSP). */
const JENKINS = "sandbox; default-src 'none'; img-src 'self'; style-src 'self';"

let browser: Browser
let site: TestSite
let opened: WatchedPage[] = []

beforeAll(async () => {
  ;[browser, site] = await Promise.all([startChromium(), startTestSite()])
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
})
afterEach(async () => {
  const misdeeds = opened.flatMap((one) => one.misdeeds)
  await Promise.all(opened.map((one) => one.close()))
  opened = []
  expect(misdeeds).toEqual([])
})

async function open(url: string, options: Parameters<typeof watchedPage>[1] = {}): Promise<Page> {
  const watched = await watchedPage(browser, options)
  opened.push(watched)
  await watched.page.goto(url)
  return watched.page
}

const openMade = async (...made: Parameters<typeof pageOf>) => {
  const page = await open(await pageFile(pageOf(...made)))
  if (made[0].length > 0) await tableReady(page)
  return page
}
const textOf = async (page: Page, selector: string) => (await page.locator(selector).first().textContent()) ?? ''
const countText = (page: Page) => textOf(page, '#count')

test('where Jenkins forbids scripts and styles, all above the table is there to read', async () => {
  const made = await site.check(mixedList(site.server))
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.setHeader('content-security-policy', JENKINS)
    response.end(made.html)
  })
  const { port } = closeAfterTest(await listen(server))
  const page = await browser.newPage({ viewport: { width: 900, height: 900 } })
  closeAfterTest({ close: () => page.close() })
  await page.goto(`http://127.0.0.1:${port}/report.html`)
  const failed = made.rows.filter((row) => row.outcome === 'failed').length
  expect(await textOf(page, 'h1')).toContain(`${failed} of ${made.rows.length} URLs failed`)
  expect(await page.locator('.meta').first().innerText()).toMatch(/ · took .* · fine means 200–299$/)
  // The styles are not there, and so is no script.
  expect(await page.evaluate('getComputedStyle(document.body).margin')).toBe('8px')
  expect(await page.locator('#needs-script').isVisible()).toBe(true)
  expect(await page.locator('#table').isVisible()).toBe(false)
  for (const list of ['failed', 'inconclusive', 'answers']) {
    expect(await page.locator(`[data-list=${list}]`).isVisible(), list).toBe(true)
  }
  const sample = page.locator('[data-list=failed] details[open] li a').first()
  expect(await sample.isVisible()).toBe(true)
  await page.locator('[data-list=failed] details').nth(1).locator('summary').click()
  expect(await page.locator('[data-list=failed] details').nth(1).locator('li').first().isVisible()).toBe(true)
  // What is drawn has its size and its colours by itself.
  const parts = page.locator('svg.share rect')
  expect(await parts.count()).toBe(4)
  for (const part of await parts.all()) expect((await part.boundingBox())!.width).toBeGreaterThan(1)
  const colours = await parts.evaluateAll((rects) => rects.map((rect) => getComputedStyle(rect).fill))
  expect(new Set(colours).size).toBe(4)
  const bar = page.locator('[data-list=answers] svg rect').first()
  expect((await bar.boundingBox())!.width).toBeGreaterThan(100)
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
})

test('against a baseline the page is about what is new, and folds what was known', async () => {
  const { server } = site
  const on = (path: string) => server.urlOf('127.0.0.1', path)
  const lines = ['/missing/a', '/missing/b', '/ok/1', '/ok/2', '/ok/3'].map(on)
  const before = await site.check(['/ok/fixed', ...['/missing/a', '/missing/b', '/gone'].map((path) => path)].map(on))
  // What failed before and is fine now: the same URL, whose row is turned round.
  const rows = before.rows.map((row) =>
    row.url.endsWith('/ok/fixed') ? { ...row, outcome: 'failed', ok: false, status: 500 } : row,
  )
  const baseline = `${before.folder}/baseline.ndjson`
  const { writeFile } = await import('node:fs/promises')
  await writeFile(baseline, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  const made = await site.check([...lines, on('/broken/new'), on('/ok/fixed')], ['--baseline', baseline])
  const page = await open(made.url)
  await tableReady(page)
  expect(await textOf(page, 'h1')).toContain('1 new failure, 2 known')
  expect(await page.title()).toContain('1 new failure, 2 known')
  const changes = made.rows.map((row) => row.change)
  expect(changes.filter((change) => change === 'new-failure')).toHaveLength(1)
  for (const [words, often] of [
    ['new', 1],
    ['known', 2],
    ['fixed', 1],
    ['no longer in the list', 1],
  ] as const) {
    expect(await textOf(page, `[data-count="${words}"] b`), words).toBe(`${often}`)
  }
  const titles = await page.locator('h2').allTextContents()
  expect(titles.map((title) => title.split('  ')[0]!.replace(/ (?:not in|failed in|by reason).*/, ''))).toEqual([
    'New failures',
    'Fixed',
    'Known failures',
    'Answers and times',
    'All rows',
  ])
  expect(await page.locator('[data-list=new] details[open]').count()).toBe(1)
  expect(await page.locator('[data-list=known] details[open]').count()).toBe(0)
  // New ones come first of all, and can be chosen.
  expect(await textOf(page, '#rows .row .note')).toContain('new')
  expect(await textOf(page, '#rows .row .url')).toContain('/broken/new')
  await page.selectOption('#change', 'still-failing')
  expect(await countText(page)).toBe('2 of 7 rows')
  expect(new URL(page.url()).hash).toBe('#change=still-failing')
  await page.locator('[data-count=new] a').click()
  await expect.poll(() => countText(page)).toBe('1 of 7 rows')
})

test.each([
  ['all fine', [verdict(), verdict({ index: 1, line: 3 })], {}, 'All 2 URLs are fine', 'ok'],
  ['one that is fine', [verdict()], {}, 'The URL is fine', 'ok'],
  ['nothing judged', [VERDICTS[7]!, VERDICTS[9]!], {}, 'Nothing could be judged', 'inconclusive'],
  ['nothing asked', [VERDICTS[10]!], {}, 'Nothing was asked', 'inconclusive'],
  ['no failures', [verdict(), VERDICTS[7]!], {}, 'No failures among 2 URLs', 'ok'],
  ['interrupted', [verdict()], { unfinished: 'interrupted' }, 'No failures among 1 URL so far', 'inconclusive'],
] as const)('%s: the page says so', async (_, verdicts, summary, headline, state) => {
  const page = await openMade(verdicts, summary)
  expect(await textOf(page, 'h1')).toContain(headline)
  expect(await page.locator(`header.${state}`).count()).toBe(1)
  expect(await countText(page)).toMatch(verdicts.length === 1 ? /^1 row$/ : /^All 2 rows/)
})

test('a run that found nothing is a page too', async () => {
  const page = await openMade([])
  expect(await textOf(page, 'h1')).toContain('Nothing was checked')
  expect(await page.locator('#table, #needs-script').count()).toBe(0)
})

test('a run that ended early says so, and how much of the list is missing', async () => {
  const lines = {
    total: 500,
    checked: 1,
    invalid: 0,
    duplicate: 0,
    excluded: 0,
    otherShard: 0,
    notAsked: 499,
    blank: 0,
  }
  const page = await openMade([VERDICTS[2]!], {
    unfinished: 'time-limit',
    lines,
    notices: ['the list is Windows-1252'],
  })
  expect(await textOf(page, '.early')).toBe(
    'The time limit ended the run: 499 lines were not asked; this page is about the others.',
  )
  expect(await textOf(page, '.notices')).toBe('The list is Windows-1252.')
})

test('of more rows than a browser holds the page has what failed and the slowest, says so, and stays quick', async () => {
  const page = await openMade(manyRows(60_000, (at) => at % 20 === 0))
  expect(await textOf(page, 'h1')).toContain('3000 of 60,000 URLs failed')
  expect(await textOf(page, '.left-out')).toContain(
    '3000 that are not fine and the 1000 slowest of the others, out of 60,000',
  )
  expect(await countText(page)).toBe("4000 rows of this run's 60,000, failures first, then as in the list")
  await page.click('[data-sort=time] button')
  expect(await textOf(page, '#rows .row .time')).toBe('1 m 00 s')
  await page.selectOption('#outcome', 'ok')
  expect(await countText(page)).toBe('1000 of the rows of this page')
  expect(await page.evaluate('document.querySelectorAll("*").length')).toBeLessThan(2000)
  await page.evaluate('scrollTo({ top: 20000, behavior: "instant" })')
  await expect.poll(() => page.locator('#rows .row[data-index="520"]').count()).toBe(1)
  expect(await page.evaluate('document.querySelectorAll("*").length')).toBeLessThan(2000)
})

/** Rows with times of their own, of which some failed. */
function manyRows(often: number, isFailed: (at: number) => boolean): Verdict[] {
  return Array.from({ length: often }, (_, at) => {
    const own = { index: at, line: at + 1, url: `https://host-${at % 500}.example/page/${at}`, durationMs: at + 1 }
    return isFailed(at) ? verdict({ ...VERDICTS[2], ...own, host: `host-${at % 500}.example` }) : verdict(own)
  })
}

test('the licence of what is in the page is in the page', () => {
  const script = readFileSync(fileURLToPath(new URL('../../../dist/page.js', import.meta.url)), 'utf8')
  expect(script).toMatch(/^\/\*! With @tanstack\/virtual-core in it[^*]*MIT License[^*]*Tanner Linsley[^*]*\*\//)
  expect(pageOf([verdict()])).toContain(script)
})
