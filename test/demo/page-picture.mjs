// @ts-check
// Makes docs/images/report-page.png, the picture of the page for people, from a real run over a made list:
// `npm run -s build && node test/demo/page-picture.mjs`, as root, because the hosts of the list are played on port 80.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const HOSTS = ['www', 'blog', 'jobs', 'docs', 'api'].map((name) => `${name}.shop.example`)
const WORDS = ['shoes', 'gift-cards', 'about', 'team', 'press', 'returns', 'winter-sale', 'sizes', 'careers', 'stores']

/** The same number for the same text, 0 to 99. @param {string} text */
const percent = (text) => [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7) % 100

const server = createServer(({ headers: { host = '' }, url = '' }, response) => {
  const share = percent(host + url)
  const answer = () => {
    if (share < 4) return response.writeHead(404)
    if (share < 6) return response.writeHead(500)
    if (share < 14 && !url.endsWith('-new'))
      return response.writeHead(share < 12 ? 301 : 302, { location: `${url}-new` })
    if (host.startsWith('jobs') && share < 40) return response.writeHead(403, { 'cf-mitigated': 'challenge' })
    return response.writeHead(200, { 'content-type': 'text/html' })
  }
  setTimeout(() => answer().end(), 10 + share * 4)
}).listen(80, '127.0.0.1')

const folder = mkdtempSync(join(tmpdir(), 'scrape-status-picture-'))
try {
  const lines = Array.from({ length: 480 }, (_, at) => {
    const word = (/** @type {number} */ n) => WORDS[percent(`${n}-${at}`) % WORDS.length]
    return `http://${HOSTS[percent(`${at}`) % HOSTS.length]}/${word(1)}/${word(2)}-${at}\n`
  })
  writeFileSync(join(folder, 'links.txt'), `${lines.join('')}http://shopp.invalid/\n`)
  const names = HOSTS.flatMap((host) => ['--resolve', `${host}:80:127.0.0.1`])
  const command = [join(ROOT, 'bin/scrape-status.js'), 'links.txt', '-q', '-o', 'report.html', ...names]
  await once(spawn(process.execPath, command, { cwd: folder, stdio: 'ignore' }), 'exit')
  const browser = await chromium.launch({
    executablePath: execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim(),
    args: ['--no-sandbox'],
  })
  const page = await browser.newPage({ viewport: { width: 1100, height: 1000 }, colorScheme: 'light' })
  await page.goto(`file://${join(folder, 'report.html')}`)
  await page.waitForSelector('html[data-ready-ms]', { state: 'attached' })
  await page.screenshot({ path: join(ROOT, 'docs/images/report-page.png') })
  await browser.close()
} finally {
  server.close().closeAllConnections()
  rmSync(folder, { recursive: true })
}
