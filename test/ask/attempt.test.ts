import { expect, test } from 'vitest'
import { attempt } from '../../src/ask/attempt.js'
import { createClient } from '../../src/ask/create-client.js'
import { engineOf } from '../../src/ask/engine.js'
import { fetchStatus } from '../../src/ask/fetch-status.js'
import type { HopResult } from '../../src/http/exchange/hop-request.js'
import type { Breaker } from '../../src/policies/breaker.js'
import type { Complaint } from '../../src/policies/learn-from-answers.js'
import type { Found, Visit } from '../../src/policies/visit.js'
import { DEFAULT_ASK } from '../../src/settings/target.js'
import type { Where } from '../../src/words/limits.js'
import { FIRST } from '../policies/policy-rig.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import { startRawServer, step } from '../support/raw-server.js'

const AROUND = { stop: null, givesPermits: false, keepAlive: () => false }
const SAID_502 = [step.readHead, step.write('HTTP/1.1 502 x\r\nContent-Length: 0\r\n\r\n')]

test.each([
  ['closed', [step.readHead, step.fin]],
  ['502', SAID_502],
])(
  'a hop that the proxy spoiled (%s) is told to the breaker: who waits for it would wait for ever',
  async (code, script) => {
    const proxy = closeAfterTest(await startRawServer(script))
    await using client = createClient({ proxy: `http://127.0.0.1:${proxy.port}` })
    const [entered, learned]: [Visit[], [Visit, Found<HopResult>][]] = [[], []]
    const breaker: Breaker<HopResult> = {
      isTroubled: () => true,
      enter(visit) {
        entered.push(visit)
        return null
      },
      isAwaited: () => false,
      known: () => null,
      learn: (visit, found) => void learned.push([visit, found]),
    }
    const surroundings = { ...AROUND, engine: engineOf(client), breaker }
    const reply = await attempt(surroundings, { url: 'http://nobody.example/', ask: DEFAULT_ASK }, FIRST)
    expect(reply).toMatchObject({ kind: 'proxy.failed', code })
    expect(learned).toEqual([[entered[0], { type: 'unknown' }]])
  },
)

test('every hop is learned from, whoever asked: one that only redirects, and one that complains', async () => {
  const server = closeAfterTest(
    await startHttpServer(
      (request, response) => {
        if (request.url === '/busy') response.writeHead(429, { 'retry-after': '1' }).end()
        else response.writeHead(302, { location: server.urlOf('127.0.0.9', '/busy') }).end()
      },
      { host: '0.0.0.0' },
    ),
  )
  await using client = createClient()
  const engine = engineOf(client)
  const learned: string[] = []
  const { port } = server
  const learning = {
    clean: ({ origin }: Where) => void learned.push(`clean ${origin}`),
    complained: ({ origin }: Where, { status, askedMs }: Complaint) => {
      learned.push(`${status} ${askedMs} ${origin}`)
      return 0
    },
  }
  const surroundings = { ...AROUND, engine: { ...engine, learning }, breaker: null }
  await attempt(surroundings, { url: `http://127.0.0.1:${port}/`, ask: DEFAULT_ASK }, FIRST)
  expect(learned).toEqual([`clean http://127.0.0.1:${port}`, `429 1000 http://127.0.0.9:${port}`])
})

test('what fetchStatus is told to wait for is waited for by the next fetchStatus', async () => {
  const atMs: number[] = []
  const server = closeAfterTest(
    await startHttpServer((_request, response) => {
      atMs.push(performance.now())
      response.writeHead(429, { 'retry-after': '1' }).end()
    }),
  )
  await using client = createClient()
  await fetchStatus(client, server.url)
  await fetchStatus(client, server.url)
  // A lower bound: a busy machine only makes it longer.
  expect(atMs[1]! - atMs[0]!).toBeGreaterThanOrEqual(990)
})

test('a page that is always 503 is news of its origin all the same: there was a connection', async () => {
  const server = closeAfterTest(await startHttpServer({ '/': 200, '/dead': 503 }))
  await using client = createClient()
  const learned: string[] = []
  const breaker: Breaker<HopResult> = {
    isTroubled: () => true,
    enter: () => null,
    isAwaited: () => false,
    known: () => null,
    learn: (_, { type }) => void learned.push(type),
  }
  const surroundings = { ...AROUND, engine: engineOf(client), breaker }
  for (const path of ['/', '/dead']) {
    await attempt(surroundings, { url: `${server.url}${path}`, ask: DEFAULT_ASK }, FIRST)
  }
  expect(learned).toEqual(['clean', 'connected'])
})
