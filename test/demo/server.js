// @ts-check
// The demo's servers on loopback: one URL for each thing that happens to URLs. Plain JavaScript without packages.
// Nothing here knows the command; `node test/demo/demo.js --serve` runs it alone, for curl.

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createTcpServer } from 'node:net'

/** @typedef {import('node:http').RequestListener} RequestListener */

/**
 * One line of the demo's list.
 * @typedef {object} DemoUrl
 * @property {string} url
 * @property {string} what what it does, in a few words
 */

/**
 * Paths of the HTTP server and what they do. What is not named here answers 404.
 * @type {Record<string, { what: string, answer: RequestListener }>}
 */
const PATHS = {
  '/fast': { what: 'answers at once', answer: reply(200) },
  '/slow': { what: 'takes a second and a half', answer: (_, response) => after(1500, response, () => response.end()) },
  '/moved': { what: 'redirects twice, then answers', answer: redirect(301, '/moved/again') },
  '/round': { what: 'redirects for ever: here to there and back', answer: redirect(302, '/round/and-round') },
  '/no-such-page': { what: 'not found', answer: reply(404) },
  '/broken': { what: 'an error of the server', answer: reply(500) },
  '/private': { what: 'forbidden', answer: reply(403) },
  '/busy': { what: 'too many requests: come back in a second', answer: reply(429, { 'retry-after': '1' }) },
  '/silent': { what: 'takes the request and never answers', answer: () => {} },
  '/reset': { what: 'cuts the connection', answer: (request) => void request.socket.resetAndDestroy() },
  '/endless': { what: 'answers 200 with a body that never ends', answer: endless },
}

/** Where the redirects above lead. @type {Record<string, RequestListener>} */
const HIDDEN = {
  '/moved/again': redirect(308, '/moved/here'),
  '/moved/here': reply(200),
  '/round/and-round': redirect(302, '/round'),
}

/**
 * Starts everything on free ports of 127.0.0.1.
 * @returns {Promise<{ urls: DemoUrl[], close(): Promise<void> }>}
 */
export async function startDemoServer() {
  const pem = readFileSync(new URL('self-signed.pem', import.meta.url))
  const http = createServer((request, response) => {
    const path = request.url ?? ''
    const answer = PATHS[path]?.answer ?? HIDDEN[path] ?? reply(404)
    answer(request, response)
  })
  const tls = createTlsServer({ cert: pem, key: pem }, reply(200))
  const ssh = createTcpServer((socket) => {
    // Unread, it would never notice that the client left.
    socket.on('error', () => {}).resume()
    socket.write('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n')
  })
  const closed = createTcpServer()

  const [httpPort, tlsPort, sshPort, closedPort] = await Promise.all([http, tls, ssh, closed].map(listen))
  closed.close()

  return {
    urls: [
      ...Object.entries(PATHS).map(([path, { what }]) => ({ url: `http://127.0.0.1:${httpPort}${path}`, what })),
      { url: `https://127.0.0.1:${tlsPort}/`, what: 'a certificate that it signed itself' },
      { url: `http://127.0.0.1:${sshPort}/`, what: 'speaks SSH, not HTTP' },
      { url: `http://127.0.0.1:${closedPort}/`, what: 'nobody listens on that port' },
      { url: 'http://no-such-host.invalid/', what: 'no host has this name' },
    ],
    async close() {
      http.closeAllConnections()
      tls.closeAllConnections()
      await Promise.all([http, tls, ssh].map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}

/** @param {import('node:net').Server} server */
async function listen(server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port
}

/**
 * @param {number} status
 * @param {Record<string, string>} [headers]
 * @returns {RequestListener}
 */
function reply(status, headers = {}) {
  return (_, response) =>
    void response.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(`${status}\n`)
}

/**
 * @param {number} status
 * @param {string} location
 */
function redirect(status, location) {
  return reply(status, { location })
}

/**
 * @param {number} ms
 * @param {import('node:http').ServerResponse} response
 * @param {() => void} then
 */
function after(ms, response, then) {
  const timer = setTimeout(then, ms)
  response.once('close', () => clearTimeout(timer))
}

/** @type {RequestListener} */
function endless(_, response) {
  const chunk = 'and so on\n'.repeat(1000)
  const write = () => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', write)
  write()
}
