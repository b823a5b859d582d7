// Whose time it is that a body takes: the server's until it is whole, and ours from then on.

import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Decoders } from '../../../src/http/exchange/decoders.js'
import { startRawServer, step } from '../../support/raw-server.js'
import { createExchangeRig } from '../support/exchange-rig.js'

const BUDGET_MS = 200
const page = gzipSync('Welcome').toString('latin1')
const length = `Content-Length: ${page.length}\r\nContent-Encoding: gzip\r\n`

/** Decoders whose turn comes only when the whole budget has gone by. */
const late: Decoders = {
  decode({ take }) {
    const turn = once(AbortSignal.timeout(2 * BUDGET_MS), 'abort')
    const done = turn.then(() => (take(Buffer.from('Welcome')) ? 'whole' : 'enough'))
    return { done, cancel: () => {} }
  },
}
const search = { text: 'Welcome', isWanted: () => true }

test.each([
  ['by the parser', `HTTP/1.1 200 OK\r\n${length}\r\n${page}`],
  ['by the second look', `HTTP/1.1 200 OK\r\nOdd name: x\r\n${length}\r\n${page}`],
])('a whole body that waits for a decoder is in time: read %s', async (_by, bytes) => {
  const server = await startRawServer([step.readHead, step.write(bytes)])
  const result = await createExchangeRig(undefined, late).ask(server.url, { budgetMs: BUDGET_MS, search })
  expect(result).toMatchObject({ status: 200, failure: null, body: 'found' })
  expect(result.elapsedMs).toBeLessThanOrEqual(BUDGET_MS)
})

test('a body that is not whole in time is late, but what came of it counts', async () => {
  const script = [step.readHead, step.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n${page}`)]
  const server = await startRawServer(script)
  const rig = createExchangeRig()
  const found = await rig.ask(server.url, { budgetMs: BUDGET_MS, search })
  expect(found).toMatchObject({ status: 200, failure: null, body: 'found' })
  const absent = await rig.ask(server.url, { budgetMs: BUDGET_MS, search: { ...search, text: 'Goodbye' } })
  expect(absent).toMatchObject({ status: 0, failure: { kind: 'timeout', code: 'body' } })
})
