// How quick the page of `-o report.html` is with 50,000 rows, in the installed Chromium: `npm run bench:page`. Each run is
// a fresh browser; what is printed are medians of five.

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { summarise } from '../../build/judge/summarise.js'
import { html } from '../../build/report/formats/html.js'
import { createRandom } from './random.mjs'

const ROWS = Number(process.argv[2] ?? 50_000)
const RUNS = Number(process.argv[3] ?? 5)
const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium'
const FRAMES = 120

const folder = mkdtempSync(join(tmpdir(), 'scrape-status-page-'))
try {
  const path = join(folder, 'report.html')
  writePage(path)
  const runs = []
  for (let run = 0; run < RUNS; run++) runs.push(await measure(`file://${path}`))
  print(path, runs)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function writePage(path) {
  const verdicts = Array.from({ length: ROWS }, (_, at) => verdictAt(at, createRandom(at + 1)))
  const about = { inputs: ['links.txt'], accept: '200-299', expectations: [] }
  const page = html.create({ columns: null, color: false, unicode: true, show: 'auto', fields: null, about })
  for (const verdict of verdicts) page.each(verdict)
  writeFileSync(path, [...page.end({ ...summarise(verdicts), notices: [] })].join(''))
}

/** A link audit: 2,000 hosts, 4 % failed, 8 % redirected, times of a log-normal sort. */
function verdictAt(at, random) {
  const words = ['shoes', 'gift-cards', 'about', 'team', 'press', 'returns', 'winter', 'store-finder', 'blog', 'jobs']
  const word = () => words[Math.floor(random() * words.length)]
  const host = `${word()}-${Math.floor(2000 * random() ** 2)}.example.com`
  const url = `https://${host}/${word()}/${word()}-${Math.floor(random() * 100_000)}`
  const share = random()
  const isFailed = share < 0.04
  const isMoved = share > 0.92
  const status = isFailed ? (share < 0.03 ? 404 : 500) : 200
  const firstByte = Math.round(40 * Math.exp(1.8 * random() + 0.6 * random()))
  const isNew = random() < 0.3
  const timingsMs = {
    queue: Math.round(random() * 900),
    dns: isNew ? 9 : null,
    connect: isNew ? 22 : null,
    tls: isNew ? 31 : null,
    firstByte,
  }
  const finalUrl = isMoved ? url.replace('https://', 'https://www.') : url
  return {
    ...{ index: at, line: at + 1, source: 'links.txt', input: url, url, host, method: 'GET', attempts: 1 },
    ...{ outcome: isFailed ? 'failed' : 'ok', ok: !isFailed, status, kind: isFailed ? 'http.error' : 'ok' },
    reason: { 200: '200 OK', 404: '404 Not Found', 500: '500 Internal Server Error' }[status],
    ...{ hint: null, code: null, failedChecks: [], finalUrl, httpVersion: '1.1', remoteAddress: '93.184.216.34' },
    redirects: isMoved ? [{ url, status: 301, location: finalUrl }] : [],
    ...{ contentType: 'text/html; charset=utf-8', contentLength: null, bodyBytes: 1256 },
    ...{ durationMs: firstByte + (isNew ? 62 : 0), timingsMs, inferred: false, secondLook: false },
    tls: { protocol: 'TLSv1.3', issuer: "Let's Encrypt R11", validTo: '2027-01-01T00:00:00.000Z', error: null },
    ...{ duplicateOf: null, change: null, extra: null, key: null, checkedAt: '2026-09-23T10:00:00.123Z' },
  }
}

async function measure(url) {
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
    await page.goto(url)
    await page.waitForSelector('html[data-ready-ms]', { state: 'attached' })
    const ready = Number(await page.locator('html').getAttribute('data-ready-ms'))
    const paint = await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    const elements = await page.evaluate('document.querySelectorAll("*").length')
    const applied = async (hash) => {
      const before = await page.locator('#rows').evaluateHandle((rows) => rows.firstChild)
      await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
      await page.waitForFunction((old) => document.querySelector('#rows').firstChild !== old, before)
      return Number(await page.locator('html').getAttribute('data-applied-ms'))
    }
    const filters = []
    for (const hash of ['outcome=failed', 'q=gift+42', 'host=shoes-0.example.com', 'q=blog', ''])
      filters.push(await applied(hash))
    const sorts = []
    for (const hash of ['sort=url', 'sort=-time', 'sort=note', 'sort=status', 'sort=-line'])
      sorts.push(await applied(hash))
    await applied('q=')
    const frames = await page.evaluate(scroll, FRAMES)
    const session = await page.context().newCDPSession(page)
    await session.send('HeapProfiler.collectGarbage')
    const { usedSize } = await session.send('Runtime.getHeapUsage')
    const most = await page.evaluate('document.querySelectorAll("*").length')
    return {
      paint,
      ready,
      filter: Math.max(...filters),
      sort: Math.max(...sorts),
      ...frames,
      elements: Math.max(elements, most),
      heap: usedSize / 1e6,
    }
  } finally {
    await browser.close()
  }
}

/** In the page: 600 px a frame, and four long jumps. */
async function scroll(count) {
  const times = []
  scrollTo({ top: 0, behavior: 'instant' })
  await new Promise(requestAnimationFrame)
  let last = performance.now()
  for (let frame = 0; frame < count; frame++) {
    const isJump = frame % 30 === 29
    scrollBy({ top: isJump ? document.documentElement.scrollHeight / 5 : 600, behavior: 'instant' })
    await new Promise(requestAnimationFrame)
    const now = performance.now()
    times.push(now - last)
    last = now
  }
  times.sort((a, b) => a - b)
  return { p50: times[Math.floor(count * 0.5)], p95: times[Math.floor(count * 0.95)] }
}

function print(path, runs) {
  const median = (name) => runs.map((run) => run[name]).sort((a, b) => a - b)[runs.length >> 1]
  const dist = (name) => statSync(fileURLToPath(new URL(`../../dist/${name}`, import.meta.url))).size
  const own = (dist('page.js') + dist('page.css')) / 1000
  const rows = [
    ['JS + CSS', '60 KB', `${own.toFixed(1)} KB`],
    ['file', '2 MB', `${(statSync(path).size / 1e6).toFixed(2)} MB`],
    ['first paint', '0.6 s', `${(median('paint') / 1000).toFixed(2)} s`],
    ['table ready', '2 s', `${(median('ready') / 1000).toFixed(2)} s`],
    ['slowest of five filters', '200 ms', `${median('filter').toFixed(0)} ms`],
    ['slowest of five sorts', '300 ms', `${median('sort').toFixed(0)} ms`],
    ['scroll, p50 a frame', '25 ms', `${median('p50').toFixed(1)} ms`],
    ['scroll, p95 a frame', '60 ms', `${median('p95').toFixed(1)} ms`],
    ['elements', '2000', `${median('elements')}`],
    ['heap', '60 MB', `${median('heap').toFixed(0)} MB`],
  ]
  console.log(`${ROWS} rows, medians of ${runs.length} fresh browsers`)
  for (const [name, limit, value] of rows) console.log(`${name.padEnd(26)}${limit.padEnd(10)}${value}`)
}
