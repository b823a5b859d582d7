// Long lists in every format, from a file and from a URL: memory must be flat and the first request must leave long before
// the list ends. Runs the built command (`npm run build` first) in a process of its own: `lists.mjs` for a table of 2 GB and a
// sitemap of a million URLs, `lists.mjs MEGABYTES URLS` for others. Exits 1 where a bound does not hold.

import { spawn } from 'node:child_process'
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'

const COMMAND = fileURLToPath(new URL('../../bin/scrape-status.js', import.meta.url))
const MEGABYTES = Number(process.argv[2] ?? 2048)
const URLS = Number(process.argv[3] ?? 1_000_000)
/** A run of one URL has 75 to 90 MB; what a list of any length may have beside it. */
const MOST_MB = 260
/** The first request leaves within the first part of the time; of a short run the start of the process is most of it. */
const FIRST_SHARE = 0.25
const SHORT_MS = 2000

const folder = mkdtempSync(join(tmpdir(), 'scrape-status-lists-'))
let firstAt = null
const server = createServer((request, response) => {
  if (request.url.startsWith('/lists/')) {
    createReadStream(join(folder, request.url.slice('/lists/'.length))).pipe(response)
    return
  }
  firstAt ??= performance.now()
  response.end()
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const site = `http://127.0.0.1:${server.address().port}`

/** Forty columns, most of them empty or short: 400 bytes a row, as crawlers write them. */
const row = (at) =>
  `${site}/${at},200,OK,text/html,${'a title of the page,'.repeat(8)}${',0'.repeat(28)},"${'x'.repeat(100)}"\n`
const header = `Address,${Array.from({ length: 41 }, (_, at) => `column ${at}`).join(',')}\n`

/** Writes until `isEnough`; returns how many there are. */
async function write(name, { before, each, after, isEnough }) {
  const file = createWriteStream(join(folder, name))
  file.write(before)
  let count = 0
  while (!isEnough(count, file.bytesWritten)) {
    let text = ''
    for (let end = count + 1000; count < end; count++) text += each(count)
    if (!file.write(text)) await new Promise((resolve) => file.once('drain', resolve))
  }
  file.end(after)
  await finished(file)
  return count
}

/** The peak of a process's memory so far, MB; it is gone with the process. */
function peakMb(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

async function measure(name, input, urls) {
  firstAt = null
  const startedAt = performance.now()
  // Ten URLs at the start and ten at the end are asked: what is measured is the reading.
  const flags = ['-r', 'summary', '--include', `/[0-9]$|/${String(urls - 1).slice(0, -1)}[0-9]$`, '-q']
  const child = spawn(process.execPath, [COMMAND, input, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
  let mb = 0
  const timer = setInterval(() => {
    mb = Math.max(mb, peakMb(child.pid))
  }, 50)
  let text = ''
  for await (const chunk of child.stdout) text += chunk
  clearInterval(timer)
  const ms = performance.now() - startedAt
  const { lines, exitCode, unfinished } = JSON.parse(text)
  const isWhole =
    exitCode === 0 && unfinished === null && lines.checked + lines.excluded === urls && lines.checked === 20
  const firstMs = (firstAt ?? Number.POSITIVE_INFINITY) - startedAt
  const isFlat = mb <= MOST_MB && mb > 0
  const isEarly = firstMs < Math.max(SHORT_MS, ms * FIRST_SHARE)
  const figures = `${Math.round(mb)} MB, first request after ${Math.round(firstMs)} ms of ${Math.round(ms)} ms`
  process.stdout.write(
    `${name}: ${figures}, ${Math.round((urls / ms) * 1000)} URLs a second${isWhole ? '' : `, WRONG: ${text}`}\n`,
  )
  return isWhole && isFlat && isEarly
}

let isFine = true
try {
  const rows = await write('list.csv', {
    before: header,
    each: row,
    after: '',
    isEnough: (_, bytes) => bytes >= MEGABYTES * 1e6,
  })
  const bytes = statSync(join(folder, 'list.csv')).size
  const table = `a table of ${Math.round(bytes / 1e6)} MB`
  isFine = (await measure(table, join(folder, 'list.csv'), rows)) && isFine
  isFine = (await measure(`${table} by URL`, `csv=${site}/lists/list.csv`, rows)) && isFine
  rmSync(join(folder, 'list.csv'))
  const sitemap = {
    before: '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n',
    each: (at) => `<url><loc>${site}/${at}</loc><lastmod>2026-01-01</lastmod></url>\n`,
    after: '</urlset>\n',
    isEnough: (count) => count >= URLS,
  }
  await write('list.xml', sitemap)
  isFine = (await measure(`a sitemap of ${URLS} URLs`, join(folder, 'list.xml'), URLS)) && isFine
  isFine = (await measure(`a sitemap of ${URLS} URLs by URL`, `sitemap=${site}/lists/list.xml`, URLS)) && isFine
  const values = {
    before: '[\n',
    each: (at) => `${at === 0 ? '' : ','}{"url":"${site}/${at}"}\n`,
    after: ']',
    isEnough: sitemap.isEnough,
  }
  await write('list.json', values)
  isFine = (await measure(`a JSON array of ${URLS} URLs`, join(folder, 'list.json'), URLS)) && isFine
} finally {
  server.close()
  rmSync(folder, { recursive: true })
}
process.stdout.write(isFine ? 'flat\n' : 'not flat\n')
process.exitCode = isFine ? 0 : 1
