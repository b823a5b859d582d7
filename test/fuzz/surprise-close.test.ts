// A server that closes right after an answer without having said so (`Connection: close`): RFC 9112 §9.3.1 has the client
// ask again, and nobody should ever hear of it. Go's net/http has the same test.

import { createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { checkAll, createClient } from '../../src/index.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { listen } from '../support/listen.js'

const REQUESTS = 5000
/** Answers on one connection before it is closed. */
const ANSWERS = 3
const CONCURRENCY = 32

const fin = (socket: Socket) => void socket.end()
const rst = (socket: Socket) => void socket.resetAndDestroy()
const aMomentLater = (close: (socket: Socket) => void) => (socket: Socket) =>
  void setTimeout(() => socket.destroyed || close(socket), 1)

test.each([
  ['FIN at once', fin],
  ['FIN 1 ms later', aMomentLater(fin)],
  ['RST at once', rst],
  ['RST 1 ms later', aMomentLater(rst)],
])(`${REQUESTS} requests to a server that closes by %s after every third answer: no failure`, async (_how, close) => {
  let answers = 0
  let tooLate = 0
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    let left = ANSWERS
    socket.on('error', () => {})
    socket.on('end', () => void socket.end())
    socket.on('data', () => {
      if (left === 0) return void tooLate++
      left--
      answers++
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')
      if (left === 0) close(socket)
    })
  })
  const listening = closeAfterTest(await listen(server))
  const client = closeAfterTest(createClient({ concurrency: CONCURRENCY, perHost: CONCURRENCY, timeoutMs: 10_000 }))
  function* urls() {
    for (let index = 0; index < REQUESTS; index++) yield `http://127.0.0.1:${listening.port}/${index}`
  }
  const kinds = new Map<string, number>()
  for await (const { kind, status } of checkAll(urls(), { client })) {
    const how = `${kind} ${status}`
    kinds.set(how, (kinds.get(how) ?? 0) + 1)
  }
  console.log(`${answers} answers on ${listening.connections()} connections; ${tooLate} requests read after the close`)
  expect([...kinds]).toEqual([['ok 200', REQUESTS]])
  // Each request was answered once, and no connection was opened for nothing.
  expect(answers).toBe(REQUESTS)
  if (close === fin) expect(tooLate, 'the race that this is about').toBeGreaterThan(100)
  expect(listening.connections()).toBeLessThanOrEqual(Math.ceil(REQUESTS / ANSWERS) + CONCURRENCY)
  expect(listening.maxOpenConnections()).toBeLessThanOrEqual(2 * CONCURRENCY)
})
