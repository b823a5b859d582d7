// What we write is what undici would, byte for byte.

import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { requestText } from '../../../src/http/exchange/request-text.js'
import { createUndiciClient, type DispatchOptions } from '../../../src/http/exchange/undici-client.js'
import { splitUrl } from '../../../src/http/wire/split-url.js'

/** What undici writes; null: it refuses. */
async function byUndici(href: string, options: DispatchOptions): Promise<string | null> {
  let written = ''
  const socket = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString('latin1')
      done()
    },
  })
  const client = createUndiciClient(href, {
    connect: (_options, callback) => queueMicrotask(() => callback(null, socket as never)),
    ...{ pipelining: 1, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 4000, keepAliveMaxTimeout: 4000 },
    maxHeaderSize: 262_144,
  })
  const ignore = () => true
  const handler = { onConnect() {}, onResponseStarted() {}, onHeaders: ignore, onData: ignore, onComplete() {} }
  client.dispatch(options, { ...handler, onError() {} })
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
  socket.on('error', () => {}).destroy()
  return written === '' ? null : written
}

const AGENT = ['User-Agent', 'scrape-status/1 (+https://a.example)', 'Accept', '*/*']

test.each<[what: string, url: string, more: Partial<DispatchOptions>]>([
  ['a name', 'http://a.example/', {}],
  ['a port', 'http://a.example:8080/x?y=z', {}],
  ['TLS', 'https://a.example/x', {}],
  ['IPv6', 'http://[2001:db8::1]:8080/', {}],
  ['HEAD', 'http://127.0.0.1/%C3%A9', { method: 'HEAD' }],
  ['headers of the user', 'http://a.example/', { headers: [...AGENT, 'X-Own', 'a\tb \xe9', 'Cookie', 'a=b; c=d'] }],
  ['none', 'http://a.example/', { headers: [] }],
  ['the whole URL, for a proxy', 'http://a.example/', { path: 'http://a.example/x' }],
])('%s', async (_what, url, more) => {
  const { origin, path } = splitUrl(url, false)
  const options = { path, method: 'GET', headers: AGENT, reset: false, servername: origin.hostname, ...more }
  const text = requestText(options, origin)
  expect(text).not.toBeNull()
  expect(text).toBe(await byUndici(origin.href, options))
})

test.each([
  [['Host', 'b.example']],
  [['connection', 'close']],
  [['Content-Type', 'text/plain']],
  [['Transfer-Encoding', 'chunked']],
  [['X-Own', 'a\r\nb: c']],
  [['X Own', 'a']],
  [['X-Own', '\u0100']],
])('%j is for undici to look at', (headers) => {
  const { origin, path } = splitUrl('http://a.example/', false)
  expect(requestText({ path, method: 'GET', headers, reset: false, servername: '' }, origin)).toBeNull()
})
