// The page in a real browser, of a real run: it says what the NDJSON of that run says, whichever way one looks.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { parse } from 'csv-parse/sync'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Verdict } from '../../../src/words/verdict.js'
import { startChromium, tableReady, type WatchedPage, watchedPage } from './support/chromium.js'
import { mixedList, PLANTED, type RealRun, startTestSite, type TestSite } from './support/real-run.js'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

let browser: Browser
let site: TestSite
let made: RealRun
let opened: WatchedPage[] = []

beforeAll(async () => {
  ;[browser, site] = await Promise.all([startChromium(), startTestSite()])
  made = await site.check(mixedList(site.server))
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

/** The page of the run, with its table. */
async function open(hash = '', options: Parameters<typeof watchedPage>[1] = {}): Promise<Page> {
  const watched = await watchedPage(browser, options)
  opened.push(watched)
  await watched.page.goto(made.url + hash)
  await tableReady(watched.page)
  return watched.page
}

const count = (test: (row: Verdict) => boolean) => made.rows.filter(test).length
/** The number that begins the line above the table; `All 98 rows` too. */
const countShown = async (page: Page) =>
  Number(/[\d,]+/.exec((await page.locator('#count').textContent()) ?? '')![0].replaceAll(',', ''))
const rowsOf = (page: Page) => page.locator('#rows .row')
/** The links or lines of the rows on the screen, from the top. */
const linesShown = (page: Page) => page.locator('#rows .row .line').allTextContents()
const openGroups = async (page: Page) => {
  const closed = page.locator('details:not([open]) summary')
  while ((await closed.count()) > 0) await closed.first().click()
}
const isRedirected = (row: Verdict) => row.ok && row.redirects.length > 0

test('the headline, the title and the counts are those of the rows', async () => {
  const page = await open()
  const failed = count((row) => row.outcome === 'failed')
  expect(failed).toBeGreaterThan(20)
  const headline = `${failed} of ${made.rows.length} URLs failed`
  expect(await page.locator('h1').textContent()).toContain(headline)
  expect(await page.title()).toBe(`✗ ${headline} – ${made.folder}/links.txt`)
  for (const outcome of ['failed', 'inconclusive', 'ok', 'skipped'] as const) {
    const tile = page.locator(`[data-count=${outcome}] b`)
    expect(await tile.textContent(), outcome).toBe(`${count((row) => row.outcome === outcome)}`)
  }
  expect(await page.locator('#lines').textContent()).toMatch(/^\d+ lines = .* \+ 2 blank or comment$/)
  expect(await countShown(page)).toBe(made.rows.length)
})

test('an address shows the rows that it names, opened anew or in the same window', async () => {
  const cases: readonly (readonly [string, (row: Verdict) => boolean])[] = [
    ['outcome=failed', (row) => row.outcome === 'failed'],
    ['outcome=inconclusive', (row) => row.outcome === 'inconclusive'],
    ['outcome=skipped', (row) => row.outcome === 'skipped'],
    ['outcome=redirected', isRedirected],
    ['status=404', (row) => row.status === 404],
    ['status=TCP', (row) => row.kind === 'tcp.refused'],
    ['kind=url.invalid', (row) => row.kind === 'url.invalid'],
    ['host=127.0.0.2', (row) => row.host === '127.0.0.2'],
    ['outcome=failed&status=404&host=127.0.0.3', (row) => row.status === 404 && row.host === '127.0.0.3'],
    ['q=gift%3D2+PAGE', (row) => row.url.includes('gift=2') && row.url.includes('page')],
    ['q=%3Cscript%3E', (row) => row.input.includes('<script>')],
    ['q=nothing+at+all', () => false],
    ['unknown=1', () => true],
  ]
  const page = await open('#outcome=failed&status=500')
  expect(await countShown(page)).toBe(count((row) => row.status === 500))
  for (const [hash, matches] of cases) {
    const before = await page.locator('#rows').evaluateHandle((rows) => rows.firstChild)
    await page.goto(`${made.url}#${hash}`)
    await page.waitForFunction((old) => document.querySelector('#rows')!.firstChild !== old, before)
    const wanted = made.rows.filter(matches)
    expect(await countShown(page), hash).toBe(wanted.length)
    expect(await page.locator('#grid').getAttribute('aria-rowcount'), hash).toBe(`${wanted.length + 1}`)
    const lines = new Set(wanted.map((row) => `${row.line}`))
    const onScreen = await linesShown(page)
    expect(onScreen.length > 0, hash).toBe(wanted.length > 0)
    expect(
      onScreen.filter((line) => !lines.has(line)),
      hash,
    ).toEqual([])
  }
  expect(await page.locator('#q').inputValue()).toBe('')
})

test('every link in the page shows as many rows as it says', async () => {
  const page = await open()
  await openGroups(page)
  const links = await page.locator('.tiles a, .groups a[href^="#"], .card p a').all()
  expect(links.length).toBeGreaterThan(5)
  for (const link of links) {
    const text = (await link.textContent())!
    await link.click()
    await expect.poll(() => countShown(page), { message: text }).toBe(Number(/\d+/.exec(text)![0]))
  }
  const host = page.locator('td a').first()
  await host.click()
  const name = (await host.textContent())!
  await expect.poll(() => countShown(page)).toBe(count((row) => row.host === name))
  expect(await page.locator('#host').inputValue()).toBe(name)
})

test('the controls filter, say so in the address, and can be taken back', async () => {
  const page = await open()
  await page.selectOption('#outcome', 'failed')
  expect(await countShown(page)).toBe(count((row) => row.outcome === 'failed'))
  await page.selectOption('#host', '127.0.0.1')
  const both = (row: Verdict) => row.outcome === 'failed' && row.host === '127.0.0.1'
  expect(await countShown(page)).toBe(count(both))
  expect(new URL(page.url()).hash).toBe('#outcome=failed&host=127.0.0.1')
  await page.fill('#q', 'onmouseover')
  await expect.poll(() => countShown(page)).toBe(1)
  await page.click('#clear')
  expect(await countShown(page)).toBe(made.rows.length)
  expect(new URL(page.url()).hash).toBe('')
  expect(await page.locator('#clear').isVisible()).toBe(false)
  expect(await page.locator('#q').evaluate((input) => input === document.activeElement)).toBe(true)
})

test('rows come failures first, and sorted by any column from either end', async () => {
  const page = await open('#outcome=failed')
  const failed = made.rows.filter((row) => row.outcome === 'failed')
  expect(await linesShown(page)).toEqual(failed.map((row) => `${row.line}`))
  const sorted = async (column: string) => {
    await page.click(`[data-sort=${column}] button`)
    return linesShown(page)
  }
  const byLine = failed.map((row) => `${row.line}`)
  expect(await sorted('line')).toEqual(byLine)
  expect(await page.locator('[data-sort=line]').getAttribute('aria-sort')).toBe('ascending')
  expect(await sorted('line')).toEqual(byLine.toReversed())
  expect(await page.locator('[data-sort=line]').getAttribute('aria-sort')).toBe('descending')
  const stable = (compare: (a: Verdict, b: Verdict) => number) =>
    failed.toSorted((a, b) => compare(a, b) || a.index - b.index).map((row) => `${row.line}`)
  const ms = (row: Verdict) => (row.durationMs === null ? -1 : Math.round(row.durationMs))
  expect(await sorted('time')).toEqual(stable((a, b) => ms(b) - ms(a)))
  expect(new URL(page.url()).hash).toBe('#outcome=failed&sort=-time')
  const key = (row: Verdict) => row.url || row.input
  expect(await sorted('url')).toEqual(stable((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)))
  const note = (row: Verdict) => row.reason
  expect(await sorted('note')).toEqual(stable((a, b) => (note(a) < note(b) ? -1 : note(a) > note(b) ? 1 : 0)))
  await page.reload()
  await tableReady(page)
  expect(await page.locator('[data-sort=note]').getAttribute('aria-sort')).toBe('ascending')
})

test('the download is the rows that are shown, as CSV that no spreadsheet calculates', async () => {
  const page = await open('#outcome=failed', { acceptDownloads: true })
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#csv')])
  expect(download.suggestedFilename()).toBe('links.csv')
  const text = await readFile(await download.path(), 'utf8')
  expect(text.startsWith('\ufeffline,input,outcome,status,reason,finalUrl,')).toBe(true)
  const read = parse(text, { bom: true, columns: true, record_delimiter: '\r\n' }) as Record<string, string>[]
  const wanted = made.rows.filter((row) => row.outcome === 'failed')
  expect(read.map(({ line, input, status, reason, kind }) => [line, input, status, reason, kind])).toEqual(
    wanted.map(({ line, input, status, reason, kind }) => [`${line}`, input, `${status}`, reason, kind]),
  )
})

test.each([
  ['by the clipboard', false],
  ['where the browser does not trust the page with it', true],
])('the URLs that are shown are copied %s', async (_, isForbidden) => {
  const page = await open('#outcome=redirected', { permissions: ['clipboard-read', 'clipboard-write'] })
  const wanted = made.rows.filter(isRedirected).map((row) => row.url)
  await page.evaluate((forbid) => {
    const read = navigator.clipboard.readText.bind(navigator.clipboard)
    Object.assign(window, { readClipboard: read })
    if (forbid) Object.defineProperty(navigator, 'clipboard', { value: undefined })
  }, isForbidden)
  await page.click('#copy')
  await expect.poll(() => page.locator('#said').textContent()).toBe(`${wanted.length} URLs copied`)
  const copied = await page.evaluate(() => (window as unknown as { readClipboard(): Promise<string> }).readClipboard())
  expect(copied.split('\n')).toEqual(wanted)
})

test('everything can be done with the keyboard alone', async () => {
  const page = await open()
  const focused = () =>
    page.evaluate(
      () => document.activeElement?.closest<HTMLElement>('.row')?.dataset.index ?? document.activeElement?.id,
    )
  await page.keyboard.press('/')
  expect(await focused()).toBe('q')
  // A slash is a slash in there.
  await page.keyboard.type('/ok')
  const wanted = count((row) => `${row.url} ${row.finalUrl}`.includes('/ok'))
  await expect.poll(() => countShown(page)).toBe(wanted)
  for (let presses = 0; (await focused()) !== '0'; presses++) {
    expect(presses, 'presses of Tab to the first row').toBeLessThan(20)
    await page.keyboard.press('Tab')
  }
  const button = (at: number) => page.locator(`#rows .row[data-index="${at}"] .url button`)
  await page.keyboard.press('Enter')
  expect(await button(0).getAttribute('aria-expanded')).toBe('true')
  expect(await page.locator('#rows .row.open .more').innerText()).toContain('Result')
  expect(await focused()).toBe('0')
  await page.keyboard.press('ArrowDown')
  expect(await focused()).toBe('1')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Escape')
  expect(await button(0).getAttribute('aria-expanded')).toBe('false')
  await page.keyboard.press('End')
  expect(await focused()).toBe(`${wanted - 1}`)
  expect(await button(wanted - 1).isVisible()).toBe(true)
  await page.keyboard.press('Home')
  expect(await focused()).toBe('0')
  const box = (await button(0).boundingBox())!
  expect(box.y).toBeGreaterThan(0)
  expect(box.y).toBeLessThan(900)
})

test('a row that has the focus keeps it when it is scrolled away', async () => {
  const page = await open()
  await rowsOf(page).first().locator('.url button').focus()
  await page.evaluate(() => scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' }))
  await expect.poll(() => page.locator(`#rows .row[data-index="${made.rows.length - 1}"]`).count()).toBe(1)
  expect(await page.evaluate(() => document.activeElement?.closest<HTMLElement>('.row')?.dataset.index)).toBe('0')
})

test('an open row shows the way, the time and the facts, and no address of a private network', async () => {
  const page = await open('#outcome=redirected')
  await rowsOf(page).first().locator('.url button').click()
  const row = made.rows.find(isRedirected)!
  const more = page.locator('#rows .row.open .more')
  const text = await more.innerText()
  expect(text).toContain('1 redirect')
  expect(await more.locator('a').allTextContents()).toEqual([row.url, row.finalUrl])
  expect(await more.locator('li .tag').allTextContents()).toEqual([`${row.redirects[0]!.status}`, '200'])
  expect(text).toContain(`links.txt:${row.line}`)
  expect(text).toContain('text/html; charset=utf-8')
  expect(await more.locator('.waterfall svg').count()).toBeGreaterThan(0)
  expect(row.remoteAddress).toBe(row.host)
  expect(text).not.toMatch(/Address\s+127\./)
})

test.each([
  [360, 'light'],
  [360, 'dark'],
  [1400, 'light'],
  [1400, 'dark'],
] as const)('axe finds nothing at %i px in the %s scheme, with a row open', async (width, colorScheme) => {
  // Only axe itself needs to be let in; that the page works under its policy is what all other tests see.
  const page = await open('', { viewport: { width, height: 900 }, colorScheme, bypassCSP: true })
  await rowsOf(page).first().locator('.url button').click()
  await page.addScriptTag({ path: AXE })
  const result = await page.evaluate(() => {
    return (window as unknown as { axe: { run(): Promise<{ passes: unknown[]; violations: AxeFinding[] }> } }).axe.run()
  })
  expect(result.passes.length).toBeGreaterThan(20)
  expect(result.violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html} ${nodes[0]!.failureSummary}`)).toEqual([])
})

interface AxeFinding {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

test.each([360, 320])('nothing scrolls sideways at %i px, whatever is open', async (width) => {
  const page = await open('', { viewport: { width, height: 800 } })
  await openGroups(page)
  for (const at of [0, 1, 5, 6]) await page.locator(`#rows .row[data-index="${at}"] .url button`).click()
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(await wide()).toBe(0)
  await page.evaluate(() => scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' }))
  expect(await wide()).toBe(0)
})

test('what was planted in the list is text, on the page and in an open row', async () => {
  const page = await open('#outcome=failed')
  const shown = await page.locator('#rows .row .url').allTextContents()
  for (const path of PLANTED) {
    expect(shown.filter((url) => url.endsWith(path))).toHaveLength(1)
    await page.locator('#rows .row .url button', { hasText: path }).click()
  }
  // No link of the web, so it was not asked.
  await page.selectOption('#outcome', 'skipped')
  await page.locator('#rows .row .url button', { hasText: 'javascript:' }).click()
  const strange = await page.evaluate(() => {
    const all = [...document.querySelectorAll('*')]
    const handlers = all.flatMap((each) => [...each.attributes].filter(({ name }) => name.startsWith('on')))
    const links = [...document.querySelectorAll('a')]
      .map((each) => each.href)
      .filter((href) => !/^(?:https?:|file:)/.test(href))
    return [
      ...handlers.map(({ name }) => name),
      ...links,
      ...all
        .filter((each) => /^(?:IMG|B|IFRAME)$/.test(each.tagName) && each.closest('.tiles') === null)
        .map((each) => each.outerHTML),
    ]
  })
  expect(strange).toEqual([])
  expect(made.html.match(/<script>/g)).toHaveLength(1)
  expect(made.html).not.toMatch(/ on\w+=/)
})

test('on paper all groups are open and what is fine is left out', async () => {
  const page = await open()
  await page.evaluate(() => {
    addEventListener('beforeprint', () => {
      const of = (selector: string) => document.querySelectorAll(selector).length
      const found = {
        closed: of('details:not([open])'),
        rows: of('#rows .row'),
        left: document.querySelector('.not-printed')?.textContent,
      }
      document.body.dataset.printed = JSON.stringify(found)
    })
  })
  const closed = await page.locator('details:not([open])').count()
  expect(closed).toBeGreaterThan(0)
  const pdf = await page.pdf({ format: 'A4' })
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
  const fine = count((row) => row.outcome === 'ok')
  expect(JSON.parse((await page.evaluate(() => document.body.dataset.printed))!)).toEqual({
    closed: 0,
    rows: made.rows.length - fine,
    left: `${fine} more rows are not printed; filter the table to print others`,
  })
  expect(await page.locator('details:not([open])').count()).toBe(closed)
  expect(await countShown(page)).toBe(made.rows.length)
})

test('without a script everything but the table is there, and the page says what is missing', async () => {
  const watched = await watchedPage(browser, { javaScriptEnabled: false })
  opened.push(watched)
  const { page } = watched
  await page.goto(made.url)
  expect(await page.locator('h1').isVisible()).toBe(true)
  for (const list of ['failed', 'inconclusive', 'answers']) {
    expect(await page.locator(`[data-list=${list}] h2`).isVisible(), list).toBe(true)
  }
  expect(await page.locator('#needs-script').isVisible()).toBe(true)
  expect(await page.locator('#table').isVisible()).toBe(false)
  expect(await page.locator('[data-needs-script]').first().isVisible()).toBe(false)
  // A group opens by itself.
  const group = page.locator('details').nth(1)
  expect(await group.locator('li').first().isVisible()).toBe(false)
  await group.locator('summary').click()
  expect(await group.locator('li').first().isVisible()).toBe(true)
})
