// One bad moment of an origin, met by many URLs side by side, with real servers: it may cost retries, never a verdict.

import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { checkAll } from '../../src/run/check-all.js'
import type { Verdict } from '../../src/words/verdict.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { answer, type DnsReply, failing, startDnsServer } from '../support/dns-server.js'
import { startHttpServer } from '../support/http-server.js'
import { listen } from '../support/listen.js'

/** What an origin does in its first moments. */
type Bad = 'refuses' | 'has no DNS' | 'resets' | 'says 503'

/** An origin that is bad for `forMs` from its first request on, asked for so many URLs. */
async function run(bad: Bad, { forMs, count }: { readonly forMs: number; readonly count: number }) {
  let firstAtMs = 0
  let requests = 0
  const isBad = () => {
    firstAtMs ||= performance.now()
    return performance.now() < firstAtMs + forMs
  }
  const server = createServer((request, response) => {
    requests++
    if (bad === 'resets' && isBad()) request.socket.resetAndDestroy()
    else response.writeHead(bad === 'says 503' && isBad() ? 503 : 200).end()
  })
  const { port, close } = await listen(server, {})
  let isOpen = true
  const open = async () => {
    if (isOpen) return
    isOpen = true
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  }
  if (bad === 'refuses') {
    isOpen = false
    await new Promise((resolve) => server.close(resolve))
  }
  closeAfterTest({ close: () => (isOpen ? close() : Promise.resolve()) })
  // The first question is the first request: nobody sees who knocks at a closed port.
  const good = answer('127.0.0.1')
  const reply = (): DnsReply => {
    if (firstAtMs === 0 && bad === 'refuses') setTimeout(open, forMs)
    const isDown = isBad()
    return bad === 'has no DNS' && isDown ? failing('SERVFAIL') : good
  }
  const dns = closeAfterTest(
    await startDnsServer({
      'a.test': {
        get A() {
          return reply()
        },
      },
    }),
  )
  const urls = Array.from({ length: count }, (_, index) => `http://a.test:${port}/${index}`)
  const verdicts: Verdict[] = []
  for await (const verdict of checkAll(urls, { dnsServers: [dns.address] })) verdicts.push(verdict)
  return { verdicts, requests: () => requests }
}

const BADS: readonly Bad[] = ['refuses', 'has no DNS', 'resets', 'says 503']

describe.each([1, 19, 20, 200])('%i URLs of an origin', (count) => {
  test.each(BADS)('that %s for 150, 350 or 700 ms are all fine', async (bad) => {
    const runs = await Promise.all([150, 350, 700].map((forMs) => run(bad, { forMs, count })))
    const lost = runs.flatMap(({ verdicts }) => verdicts.filter(({ ok }) => !ok))
    expect(lost.map(({ kind, attempts, inferred }) => [kind, attempts, inferred])).toEqual([])
    expect(runs.map(({ verdicts }) => verdicts.length)).toEqual([count, count, count])
  })
})

test.each(BADS)('5,000 URLs of an origin that %s for 700 ms are all fine', async (bad) => {
  const { verdicts } = await run(bad, { forMs: 700, count: 5000 })
  expect(verdicts.filter(({ ok }) => !ok).map(({ kind, attempts, inferred }) => [kind, attempts, inferred])).toEqual([])
  expect(verdicts).toHaveLength(5000)
})

describe('a dead origin', () => {
  test('of 5,000 URLs is asked a few times, and costs a live one nothing', async () => {
    const closed = await startHttpServer({ '*': 200 })
    const { port } = closed
    await closed.close()
    let knocks = 0
    const dns = closeAfterTest(
      await startDnsServer({
        'dead.test': {
          get A() {
            knocks++
            return { ...answer('127.0.0.1'), ttl: 0 }
          },
        },
      }),
    )
    const live = closeAfterTest(await startHttpServer({ '*': 200 }, { host: '127.0.0.2' }))
    const dead = Array.from({ length: 5000 }, (_, index) => `http://dead.test:${port}/${index}`)
    const fine = Array.from({ length: 1000 }, (_, index) => `${live.url}/${index}`)
    const verdicts: Verdict[] = []
    for await (const verdict of checkAll([...dead, ...fine], { dnsServers: [dns.address] })) verdicts.push(verdict)
    const [alive, lost] = [true, false].map((ok) => verdicts.filter((each) => each.ok === ok)) as [Verdict[], Verdict[]]
    expect([alive.length, lost.length]).toEqual([1000, 5000])
    // The live ones are done before the dead one is given up.
    expect(verdicts.slice(0, 1000).every(({ ok }) => ok)).toBe(true)
    expect(lost.every(({ kind }) => kind === 'tcp.refused')).toBe(true)
    const asked = lost.reduce((sum, { attempts }) => sum + attempts, 0)
    expect(asked).toBeLessThanOrEqual(200)
    expect(lost.filter(({ attempts, inferred }) => attempts === 0 && !inferred)).toEqual([])
    expect(knocks).toBeLessThanOrEqual(200)
  })

  test('says nothing of URLs that have more time: a lookup of 400 ms is too late for 100 ms, not for 10 s', async () => {
    const slow = closeAfterTest(await startHttpServer({ '*': 200 }))
    const dns = closeAfterTest(await startDnsServer({ 'slow.test': { A: { addresses: ['127.0.0.1'], after: 400 } } }))
    const url = `http://slow.test:${new URL(slow.url).port}`
    const impatient = Array.from({ length: 20 }, (_, index) => ({ url: `${url}/i${index}`, timeoutMs: 100 }))
    const patient = Array.from({ length: 100 }, (_, index) => `${url}/p${index}`)
    const verdicts: Verdict[] = []
    const all = checkAll([...impatient, ...patient], { dnsServers: [dns.address], perHost: 20 })
    for await (const verdict of all) verdicts.push(verdict)
    expect(verdicts.filter(({ ok }) => !ok).every(({ url: asked }) => asked.includes('/i'))).toBe(true)
    expect(verdicts.filter(({ ok }) => ok).length).toBeGreaterThanOrEqual(100)
  })
})

describe('an origin that asks to wait', () => {
  const asked = (seconds: number, count: number) =>
    (async () => {
      const server = closeAfterTest(
        await startHttpServer({ '*': { status: 429, headers: { 'retry-after': `${seconds}` } } }),
      )
      const verdicts: Verdict[] = []
      const urls = Array.from({ length: count }, (_, index) => `${server.url}/${index}`)
      for await (const verdict of checkAll(urls)) verdicts.push(verdict)
      return { verdicts, requests: server.requests() }
    })()

  test('for an hour, on all of 1,000 URLs, is asked once round and not again', async () => {
    const { verdicts, requests } = await asked(3600, 1000)
    expect(verdicts).toHaveLength(1000)
    expect(new Set(verdicts.map(({ kind, outcome }) => `${kind} ${outcome}`))).toEqual(
      new Set(['blocked.rate-limit inconclusive']),
    )
    expect(requests).toBe(20)
  })

  test('on all of 45 URLs is given up after three of its waits', async () => {
    const { verdicts, requests } = await asked(1, 45)
    expect(verdicts).toHaveLength(45)
    expect(verdicts.every(({ kind }) => kind === 'blocked.rate-limit')).toBe(true)
    // Twenty, then half, a quarter and an eighth of them.
    expect(requests).toBeLessThanOrEqual(20 + 10 + 5 + 5)
  })

  test('stops no other port of its machine', async () => {
    const limited = closeAfterTest(await startHttpServer({ '*': { status: 429, headers: { 'retry-after': '20' } } }))
    const other = closeAfterTest(await startHttpServer({ '*': 200 }))
    const urls = [limited.url, ...Array.from({ length: 200 }, (_, index) => `${other.url}/${index}`)]
    const verdicts: Verdict[] = []
    // A bound for a run that waits, not for one that does not.
    for await (const verdict of checkAll(urls, { maxWaitMs: 100, timeLimitMs: 15_000 })) verdicts.push(verdict)
    expect(verdicts.filter(({ ok }) => ok)).toHaveLength(200)
  })
})
