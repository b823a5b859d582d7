// @ts-check
// Makes docs/images/run.svg, the picture of the README, from what a real run leaves on a real terminal (tmux):
// `npm run -s build && node test/demo/picture.mjs`, as root, because the hosts of the list are played on the ports 80 and 443.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { screenToSvg } from './screen-to-svg.mjs'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const COLUMNS = 80
const ROWS = 60

const LIST = `# What must hold after the deploy
http://shop.example/                  contains="Add to basket"
http://shop.example/about-us
http://shop.example/team
http://shop.example/old-prices        location=http://shop.example/prices
http://api.shop.example/v1/orders
http://api.shop.example/v1/report
http://jobs.shop.example/4711
https://staging.shop.example/login
http://shopp.invalid/
`

/** @type {Record<string, [status: number, headers?: Record<string, string>]>} */
const ANSWERS = {
  'shop.example/': [200],
  'shop.example/about-us': [301, { Location: '/company' }],
  'shop.example/company': [200],
  'shop.example/old-prices': [301, { Location: '/' }],
  'api.shop.example/v1/orders': [503],
  'jobs.shop.example/4711': [403, { 'cf-mitigated': 'challenge' }],
}

const server = createServer((request, response) => {
  const page = `${request.headers.host}${request.url}`
  if (page === 'api.shop.example/v1/report') return
  const [status, headers] = ANSWERS[page] ?? [404]
  setTimeout(() => response.writeHead(status, headers).end('Add to basket'), 20 + page.length * 3)
}).listen(80, '127.0.0.1')
const pem = readFileSync(new URL('self-signed.pem', import.meta.url))
const tls = createTlsServer({ cert: pem, key: pem }, (_, response) => response.end()).listen(443, '127.0.0.1')

const folder = mkdtempSync(join(tmpdir(), 'scrape-status-picture-'))
const tmux = (/** @type {string[]} */ ...args) =>
  execFileSync('tmux', ['-L', 'picture', '-f', '/dev/null', ...args], { encoding: 'utf8' })
try {
  writeFileSync(join(folder, 'urls.txt'), LIST)
  const program = `"${process.execPath}" "${join(ROOT, 'bin/scrape-status.js')}"`
  const names = [...new Set(LIST.match(/(?<=\/\/)[\w.]+\.example/g))].flatMap((host) => [`${host}:80`, `${host}:443`])
  const resolved = names.map((name) => `--resolve ${name}:127.0.0.1`).join(' ')
  writeFileSync(join(folder, 'run.sh'), `${program} urls.txt -t 3s ${resolved}; echo "$?" > code; sleep 60\n`)
  tmux('new-session', '-d', '-x', String(COLUMNS), '-y', String(ROWS), '-c', folder, 'COLORTERM=truecolor sh run.sh')
  while (!isThere(join(folder, 'code'))) await sleep(100)
  const screen = tmux('capture-pane', '-p', '-e').trimEnd()
  writeFileSync(join(ROOT, 'docs/images/run.svg'), screenToSvg(`$ scrape-status urls.txt -t 3s\n${screen}`, COLUMNS))
} finally {
  try {
    tmux('kill-server')
  } catch {}
  server.close().closeAllConnections()
  tls.close()
  rmSync(folder, { recursive: true })
}

/** @param {string} path */
function isThere(path) {
  try {
    return readFileSync(path, 'utf8') !== ''
  } catch {
    return false
  }
}
