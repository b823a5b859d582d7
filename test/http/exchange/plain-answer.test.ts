// What is read without a parser is what undici reads: both get the same bytes. Which answers are plain at all is said by
// example.

import { Duplex } from 'node:stream'
import fc from 'fast-check'
import symbols from 'undici/lib/core/symbols.js'
import { describe, expect, test } from 'vitest'
import { plainAnswer } from '../../../src/http/exchange/plain-answer.js'
import { createUndiciClient, type DispatchHandler } from '../../../src/http/exchange/undici-client.js'

interface Read {
  readonly status: number
  readonly statusText: string
  readonly headers: readonly string[]
  readonly body: string
  readonly keptMs: number
}

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

/** As undici reads an answer that comes in one piece; null: it does not take it, or waits for more. */
async function byUndici(bytes: Buffer, method: string): Promise<Read | null> {
  const socket = new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      done()
      setImmediate(() => socket.push(bytes))
    },
  })
  socket.on('error', () => {})
  const client = createUndiciClient('http://a.example', {
    connect: (_options, callback) => queueMicrotask(() => callback(null, socket as never)),
    ...{ pipelining: 1, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 4000, keepAliveMaxTimeout: 4000 },
    maxHeaderSize: 262_144,
  })
  let read: { -readonly [Key in keyof Read]: Read[Key] } | null = null
  let isComplete = false
  const handler: DispatchHandler = {
    onConnect() {},
    onResponseStarted() {},
    onHeaders(status, headers, _resume, statusText) {
      read = { status, statusText, headers: headers.map(latin1), body: '', keptMs: 0 }
      return true
    },
    onData(chunk) {
      read!.body += latin1(chunk)
      return true
    },
    onComplete() {
      isComplete = true
    },
    onError() {},
  }
  client.dispatch({ path: '/', method, headers: [], reset: false, servername: '' }, handler)
  for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve))
  const kept = (client as unknown as Record<symbol, number>)[symbols.kKeepAliveTimeoutValue]!
  const isKept = !socket.destroyed
  socket.destroy()
  return isComplete && read !== null ? { ...(read as Read), keptMs: isKept ? kept : 0 } : null
}

function byUs(bytes: Buffer, method: string): Read | null {
  const answer = plainAnswer(bytes, method)
  if (answer === null) return null
  const { status, statusText, rawHeaders, pieces, keptMs } = answer
  return { status, statusText, headers: rawHeaders.map(latin1), body: pieces.map(latin1).join(''), keptMs }
}

const oneOf = fc.constantFrom
const statusLine = fc
  .tuple(
    oneOf('HTTP/1.1 ', 'HTTP/1.1 ', 'HTTP/1.1 ', 'HTTP/1.0 ', 'http/1.1 ', 'HTTP/1.1  '),
    oneOf('200', '204', '206', '301', '304', '404', '500', '599', '100', '101', '103', '600', '999', '20'),
    oneOf(' OK', ' OK', ' Not Found', ' ', '', ' \xe9', ' a\tb', ' a ', '  a'),
  )
  .map((parts) => parts.join(''))
const name = oneOf(
  ...['Content-Length', 'content-length', 'Transfer-Encoding', 'Connection', 'Keep-Alive', 'Upgrade', 'Trailer'],
  ...['Proxy-Connection', 'X-A', 'x_a!', 'Content-Encoding', 'Location', 'X A', '', '\xe9'],
)
const value = oneOf(
  ...['0', '2', '5', '05', '+2', '2, 2', '9999999999999999', 'chunked', 'Chunked', 'gzip, chunked', 'identity'],
  ...[
    'close',
    'Close',
    'keep-alive',
    'Keep-Alive',
    'upgrade',
    'close, x',
    'timeout=5',
    'timeout=1',
    'timeout=2, max=9',
  ],
  ...['max=9', 'h2c', '', 'a b', 'a\tb', '\xe9\xff', 'a:b', 'é', 'x\x7f', 'x\x00y', 'a ', ' a', '\ta\t'],
)
const field = fc.tuple(name, oneOf(': ', ': ', ':', ':\t', ' : ', ''), value).map((parts) => parts.join(''))
const body = oneOf(
  ...[
    '',
    '',
    'hi',
    'hello',
    'hi\r\n',
    '0\r\n\r\n',
    '2\r\nhi\r\n0\r\n\r\n',
    '2\r\nhi\r\n0\r\n\r\nx',
    '2\r\nhi\r\n',
    '02\r\nhi\r\n0\r\n\r\n',
  ],
  ...[
    '2;x=1\r\nhi\r\n0\r\n\r\n',
    '2\nhi\n0\n\n',
    '2\r\nhi\r\n0\r\nA: b\r\n\r\n',
    'A\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\n\r\n',
  ],
)
const lineEnd = oneOf('\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\r\n ')
const answer = fc
  .tuple(statusLine, fc.array(field, { maxLength: 4 }), lineEnd, body)
  .map(([first, fields, end, rest]) => Buffer.from(`${[first, ...fields].join(end)}${end}\r\n${rest}`, 'latin1'))
/** Near to plain: what makes one so or not stands together. */
const ordinary = fc
  .tuple(
    oneOf('200 OK', '200 OK', '204 No Content', '304 Not Modified', '404 Not Found', '301 x'),
    fc.array(
      oneOf(
        ...['X-A: a b', 'Server:x', 'x: \xe9', 'Connection: close', 'connection: Keep-Alive', 'Connection: x'],
        ...['Keep-Alive: timeout=3', 'keep-alive: max=2', 'Keep-Alive: timeout=1', 'Keep-Alive: timeout=0600'],
      ),
      { maxLength: 3 },
    ),
    oneOf(
      ...[
        ['', ''],
        ['Content-Length: 0', ''],
        ['content-length:2', 'hi'],
        ['Content-Length: 2', 'hi!'],
      ],
      ...[
        ['Transfer-Encoding: chunked', '2\r\nhi\r\nA\r\n0123456789\r\n0\r\n\r\n'],
        ['Content-Length: 7', ''],
      ],
    ),
  )
  .map(([first, fields, [framing, rest]]) =>
    Buffer.from(
      `${[`HTTP/1.1 ${first}`, ...fields, ...(framing === '' ? [] : [framing])].join('\r\n')}\r\n\r\n${rest}`,
      'latin1',
    ),
  )
/** A byte elsewhere than it should be. */
const broken = fc
  .tuple(fc.oneof(answer, ordinary), fc.nat(), oneOf(...[0, 9, 10, 13, 32, 58, 65, 255]))
  .map(([bytes, at, byte]) => {
    const copy = Buffer.from(bytes)
    copy[at % copy.length] = byte
    return copy
  })
const method = oneOf('GET', 'GET', 'HEAD')

test('what is plain is what undici makes of it, the time that the connection is kept included', async () => {
  let plain = 0
  await fc.assert(
    fc.asyncProperty(fc.oneof(answer, ordinary, broken), method, async (bytes, asked) => {
      const ours = byUs(bytes, asked)
      if (ours === null) return
      plain++
      expect(ours).toEqual(await byUndici(bytes, asked))
    }),
    { numRuns: 4000 },
  )
  expect(plain).toBeGreaterThan(400)
})

describe('plain', () => {
  test.each<[what: string, text: string, asked: string, keptMs: number]>([
    ['a body of the length said', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi', 'GET', 4000],
    ['no body', 'HTTP/1.1 404 Not Found\r\nServer: a\r\ncontent-length:0\r\n\r\n', 'GET', 4000],
    ['chunks, all of them', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n', 'GET', 4000],
    ['no body by its status', 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n', 'GET', 4000],
    ['no body by the method', 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n', 'HEAD', 4000],
    ['a connection that ends', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', 'GET', 0],
    ['one that soon does', 'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=3\r\nContent-Length: 0\r\n\r\n', 'GET', 1000],
    ['at once', 'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=2\r\nContent-Length: 0\r\n\r\n', 'GET', 0],
  ])('%s', async (_what, text, asked, keptMs) => {
    const bytes = Buffer.from(text, 'latin1')
    const ours = byUs(bytes, asked)
    expect(ours).toMatchObject({ keptMs })
    expect(ours).toEqual(await byUndici(bytes, asked))
  })
})

test.each<[what: string, text: string]>([
  ['the beginning of one', 'HTTP/1.1 200 OK\r\nContent-Le'],
  ['one whose body is still to come', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi'],
  ['one with more behind it', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nhi'],
  ['one that ends with its connection', 'HTTP/1.1 200 OK\r\n\r\n'],
  ['one of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['an interim one', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n'],
  ['length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a folded line', 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n'],
  ['bare line ends', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n'],
  ['an upgrade', 'HTTP/1.1 200 OK\r\nConnection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n'],
  ['a header of 17 KB', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(17_000)}\r\nContent-Length: 0\r\n\r\n`],
  ['what is no answer', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
])('not plain is %s', (_what, text) => {
  expect(plainAnswer(Buffer.from(text, 'latin1'), 'GET')).toBeNull()
})

test('a head that is not plain costs time by its length and no more', () => {
  const texts = [`HTTP/1.1 200 ${' '.repeat(16_000)}`, `HTTP/1.1 200 OK\r\nX:${' '.repeat(16_000)}`].map((start) =>
    Buffer.from(`${start}\x00\r\n\r\n`, 'latin1'),
  )
  const lines = Buffer.from(`HTTP/1.1 200 OK\r\n${'a:b c \r\n'.repeat(2000)}\r\n`, 'latin1')
  const from = process.cpuUsage()
  for (let time = 0; time < 20; time++) for (const bytes of [...texts, lines]) plainAnswer(bytes, 'GET')
  // 60 heads of 16 KB: 20 ms here; quadratic would be seconds.
  expect(process.cpuUsage(from).user / 1000).toBeLessThan(1000)
})
