// Retries, manners, later passes and budgets as a whole run has them: `checkAll` and the command against real servers.

import { describe, expect, test } from 'vitest'
import { createClient } from '../../src/ask/create-client.js'
import { run } from '../../src/cli.js'
import { type CheckAllOptions, checkAll } from '../../src/run/check-all.js'
import type { TargetInput } from '../../src/run/target-of.js'
import type { Summary } from '../../src/words/summary.js'
import type { Verdict } from '../../src/words/verdict.js'
import { startBlackHole } from '../support/black-hole.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { type Handler, type HttpServerOptions, type Routes, startHttpServer } from '../support/http-server.js'
import { startRawServer, step } from '../support/raw-server.js'
import { stopwatch } from '../support/stopwatch.js'
import { createTestWorld } from '../support/world.js'

const serve = async (behaviour: Handler | Routes, options?: HttpServerOptions) =>
  closeAfterTest(await startHttpServer(behaviour, options))

/** All verdicts by index, the summary, and how long it took: without the time in which we had no core, and by the clock. */
async function check(targets: Iterable<TargetInput> | AsyncIterable<TargetInput>, options: CheckAllOptions = {}) {
  const watch = stopwatch()
  const verdicts: Verdict[] = []
  const checking = checkAll(targets, options)
  for await (const verdict of checking) verdicts.push(verdict)
  const [durationMs, wallMs] = [watch.ownMs(), watch.wallMs()]
  verdicts.sort((a, b) => a.index - b.index)
  return { verdicts, summary: checking.summary, durationMs, wallMs }
}

const urls = (base: string, count: number) => Array.from({ length: count }, (_, index) => `${base}/${index}`)

/** `total` is the sum of all the others. */
function expectAccountToAddUp({ lines, verdicts }: Summary, total: number) {
  const { total: stated, ...parts } = lines
  expect(stated).toBe(total)
  expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(total)
  expect(lines.checked + lines.invalid + lines.duplicate).toBe(verdicts)
}

/** Answers each path with 503 the first time and with 200 from then on. */
function flapping(): Handler {
  const seen = new Set<string>()
  return (request, response) => {
    const path = request.url ?? ''
    response.writeHead(seen.has(path) ? 200 : 503)
    seen.add(path)
    response.end()
  }
}

/** Answers 429 above so many requests a second, as a bucket of tokens does. */
function limited(perSecond: number, retryAfter: number): Handler {
  let tokens = perSecond
  let filledMs = performance.now()
  return (_request, response) => {
    const nowMs = performance.now()
    tokens = Math.min(perSecond, tokens + ((nowMs - filledMs) / 1000) * perSecond)
    filledMs = nowMs
    if (tokens >= 1) {
      tokens--
      response.end()
    } else response.writeHead(429, { 'retry-after': `${retryAfter}` }).end()
  }
}

describe('a host that limits the rate', () => {
  test('gets all its URLs through, while another host is not slowed down', async () => {
    const polite = await serve(limited(5, 1), { host: '127.0.0.2' })
    const other = await serve({ '*': 200 }, { host: '127.0.0.3' })
    const { verdicts } = await check([...urls(polite.url, 20), ...urls(other.url, 300)])
    expect(verdicts.filter(({ ok }) => !ok)).toEqual([])
    const endOf = (host: string) =>
      Math.max(...verdicts.filter((each) => each.host === host).map(({ checkedAt }) => Date.parse(checkedAt)))
    expect(endOf(polite.host) - endOf(other.host)).toBeGreaterThan(1000)
  })

  test('and never lets any through is inconclusive, after its retries', async () => {
    const server = await serve({ '*': { status: 429, headers: { 'retry-after': '0' } } })
    const { verdicts, summary } = await check([server.url])
    expect(verdicts).toMatchObject([{ kind: 'blocked.rate-limit', outcome: 'inconclusive', attempts: 3 }])
    expect([server.requests(), summary.exitCode]).toEqual([3, 4])
  })

  test('and names too long a time is not waited for', async () => {
    const server = await serve({ '*': { status: 429, headers: { 'retry-after': '50' } } })
    const { verdicts, durationMs } = await check([server.url])
    expect(verdicts).toMatchObject([{ kind: 'blocked.rate-limit', attempts: 1 }])
    expect(durationMs).toBeLessThan(5000)
  })
})

describe('a flapping server, where each URL fails once,', () => {
  const command = async (...flags: string[]) => {
    const server = await serve(flapping())
    const world = createTestWorld({ stdin: urls(server.url, 50).join('\n') })
    const code = await run(['-r', 'ndjson', '-q', ...flags], world)
    const rows = world
      .stdoutText()
      .trimEnd()
      .split('\n')
      .map((row) => JSON.parse(row) as Verdict)
    expect(new Set(rows.map(({ index }) => index)).size).toBe(50)
    expect(rows).toHaveLength(50)
    return { code, rows, server }
  }

  test('is all green with a recheck', async () => {
    const { code, rows } = await command('--recheck', '100ms', '--retries', '0')
    expect(rows.every(({ ok, attempts }) => ok && attempts === 2)).toBe(true)
    expect(code).toBe(0)
  })

  test('is asked again gently: eight at once, on fresh connections', async () => {
    const seen = new Set<string>()
    const times: number[] = []
    const handler: Handler = (request, response) => {
      const isAgain = seen.has(request.url ?? '')
      seen.add(request.url ?? '')
      if (isAgain) times.push(++open)
      setTimeout(() => {
        if (isAgain) open--
        response.writeHead(isAgain ? 200 : 503).end()
      }, 20)
    }
    let open = 0
    const server = await serve(handler)
    const { verdicts } = await check(urls(server.url, 40), { recheckMs: 50, retries: 0 })
    expect(verdicts.every(({ ok }) => ok)).toBe(true)
    expect(Math.max(...times)).toBe(8)
  })

  test('is all red with no retries and no recheck', async () => {
    const { code, rows } = await command('--retries', '0')
    expect(
      rows.every(({ status, outcome, attempts }) => status === 503 && outcome === 'failed' && attempts === 1),
    ).toBe(true)
    expect(code).toBe(1)
  })

  test('is all green with one retry', async () => {
    const { code, rows } = await command('--retries', '1')
    expect(rows.every(({ ok, attempts }) => ok && attempts === 2)).toBe(true)
    expect(code).toBe(0)
  })

  test('is retried as its line says', async () => {
    const server = await serve(flapping())
    const world = createTestWorld({ stdin: `${server.url}/a retries=0\n${server.url}/b retries=1\n` })
    await run(['-r', 'ndjson', '-q', '--fields', 'input,status,attempts'], world)
    const rows = world.stdoutText().trimEnd().split('\n')
    expect(rows.map((row) => JSON.parse(row))).toEqual([
      { input: `${server.url}/a`, status: 503, attempts: 1 },
      { input: `${server.url}/b`, status: 200, attempts: 2 },
    ])
  })
})

test('a retry goes to the front of its host’s line, before what was not asked yet', async () => {
  const order: string[] = []
  const seen = new Set<string>()
  const server = await serve((request, response) => {
    const path = request.url ?? ''
    order.push(path)
    response.writeHead(path === '/0' && !seen.has(path) ? 500 : 200)
    seen.add(path)
    setTimeout(() => response.end(), 30)
  })
  const { verdicts } = await check(urls(server.url, 60), { perHost: 1 })
  expect(verdicts.every(({ ok }) => ok)).toBe(true)
  // The wait is 500 ms at most, in which some twenty others go.
  expect(order.lastIndexOf('/0')).toBeGreaterThan(0)
  expect(order.lastIndexOf('/0')).toBeLessThan(30)
})

describe('a refused HEAD', () => {
  test('is asked once with GET, which is named in the verdict', async () => {
    const server = await serve((request, response) => {
      response.writeHead(request.method === 'HEAD' ? 405 : 200).end()
    })
    const { verdicts } = await check([server.url], { method: 'HEAD' })
    expect(verdicts).toMatchObject([{ status: 200, method: 'GET', attempts: 1 }])
    expect(server.seen().map(({ method }) => method)).toEqual(['HEAD', 'GET'])
  })

  test.each<[accept: string, status: number]>([
    ['200', 204],
    ['200', 301],
    ['200-299', 304],
    ['200-299', 401],
    ['200-299', 500],
  ])('with any status that is not accepted (%s, %i)', async (accept, status) => {
    const server = await serve((request, response) => {
      response.writeHead(request.method === 'HEAD' ? status : 200, { location: '/' }).end()
    })
    const { verdicts } = await check([server.url], { method: 'HEAD', accept, follow: false })
    expect(verdicts).toMatchObject([{ status: 200, ok: true, method: 'GET', attempts: 1 }])
    expect(server.seen().map(({ method }) => method)).toEqual(['HEAD', 'GET'])
  })

  test('by a reset too', async () => {
    const server = closeAfterTest(
      await startRawServer((connection) =>
        connection === 0
          ? [step.readHead, step.rst]
          : [step.readHead, step.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')],
      ),
    )
    const { verdicts } = await check([server.url], { method: 'HEAD', retries: 0 })
    expect(verdicts).toMatchObject([{ status: 200, method: 'GET' }])
    expect(server.heads().map((head) => head.split(' ')[0])).toEqual(['HEAD', 'GET'])
  })
})

describe.runIf(process.platform === 'linux')('a black-holed host', () => {
  test('costs the live one nothing and the run four timeouts: the rest is inferred', async () => {
    const hole = closeAfterTest(await startBlackHole('127.0.0.66'))
    const live = await serve({ '*': 200 })
    const dead = urls(hole.url, 500)
    const mixed = urls(live.url, 100).flatMap((url, index) => [...dead.slice(index * 5, index * 5 + 5), url])
    const { verdicts } = await check(mixed, { timeoutMs: 1000 })
    const [alive, lost] = [true, false].map((ok) => verdicts.filter((each) => each.ok === ok)) as [Verdict[], Verdict[]]
    expect([alive.length, lost.length]).toEqual([100, 500])
    const endOf = (rows: readonly Verdict[]) => Math.max(...rows.map(({ checkedAt }) => Date.parse(checkedAt)))
    expect(endOf(lost) - endOf(alive)).toBeGreaterThan(1000)
    expect(lost.every(({ kind, code }) => kind === 'timeout' && code === 'connect')).toBe(true)
    // Twenty at once, then three rounds of ten.
    expect(lost.filter(({ inferred, attempts }) => !inferred && attempts === 1).length).toBeLessThanOrEqual(50)
    expect(lost.filter(({ inferred, attempts }) => inferred && attempts === 0).length).toBeGreaterThanOrEqual(450)
  })
})

describe('waiting for a deploy', () => {
  test('ends when all is fine', async () => {
    let isUp = false
    const server = await serve((_request, response) => {
      response.writeHead(isUp ? 200 : 404).end()
    })
    setTimeout(() => {
      isUp = true
    }, 500)
    const { verdicts, summary, durationMs } = await check(urls(server.url, 3), { waitMs: 20_000 })
    expect(verdicts.map(({ status, attempts }) => [status, attempts])).toEqual(Array(3).fill([200, 2]))
    expect(summary.exitCode).toBe(0)
    expect(durationMs).toBeLessThan(6000)
  })

  test('reaches a host of many URLs that was down at first', async () => {
    const first = await serve({ '*': 200 })
    const { port } = first
    await first.close()
    setTimeout(() => startHttpServer({ '*': 200 }, { port }).then((server) => servers.push(server)), 1000)
    const servers: { close(): Promise<void> }[] = []
    closeAfterTest({ close: async () => void (await Promise.all(servers.map((each) => each.close()))) })
    const { verdicts } = await check(urls(first.url, 60), { waitMs: 20_000, retries: 0 })
    expect(verdicts.filter(({ ok }) => !ok)).toEqual([])
    expect(verdicts.some(({ attempts }) => attempts === 1)).toBe(true)
  })
})

describe('a budget', () => {
  test('of failures stops the run and counts what was not asked', async () => {
    const server = await serve({ '*': 404 })
    const { verdicts, summary } = await check(urls(server.url, 1000), { bail: 3, perHost: 2 })
    expect(verdicts.length).toBeGreaterThanOrEqual(3)
    expect(verdicts.length).toBeLessThan(50)
    expect(summary).toMatchObject({ unfinished: 'bail', exitCode: 1 })
    expect(summary.lines.notAsked).toBe(1000 - verdicts.length)
    expectAccountToAddUp(summary, 1000)
  })

  test('of failures that is not used up changes nothing', async () => {
    const server = await serve({ '*': 404 })
    const { summary } = await check(urls(server.url, 3), { bail: 4 })
    expect(summary).toMatchObject({ unfinished: null, failed: 3, exitCode: 1 })
  })

  test('of time stops the run and counts what was not asked', async () => {
    const server = await serve({ '*': { delayMs: 50 } })
    const { verdicts, summary, durationMs } = await check(['no url', ...urls(server.url, 1000)], {
      timeLimitMs: 2000,
      perHost: 2,
    })
    expect(verdicts.filter(({ ok }) => ok).length).toBeGreaterThan(2)
    expect(verdicts.every(({ ok, kind }) => ok || kind === 'url.invalid')).toBe(true)
    expect(summary).toMatchObject({ unfinished: 'time-limit', exitCode: 4 })
    expect(durationMs).toBeLessThan(4000)
    expectAccountToAddUp(summary, 1001)
  })

  test('of time that is not used up leaves a whole run', async () => {
    const server = await serve({ '*': 200 })
    const { summary, durationMs } = await check(urls(server.url, 3), { timeLimitMs: 60_000 })
    expect(summary).toMatchObject({ unfinished: null, ok: 3, exitCode: 0 })
    expect(durationMs).toBeLessThan(5000)
  })

  test.each([
    ['a host is paused', 60, { retries: 0, maxWaitMs: 90_000 }],
    ['URLs wait for their retries', 60, { maxWaitMs: 90_000 }],
    // All at once in the first pass, eight at once in the second.
    ['a recheck waits for a paused host', 15, { recheckMs: 10, retries: 0, maxWaitMs: 90_000 }],
  ])('ends at once while %s', async (_name, count, options) => {
    const isAgain = new Set<string>()
    const server = await serve((request, response) => {
      const asksToWait = !('recheckMs' in options) || isAgain.has(request.url ?? '')
      isAgain.add(request.url ?? '')
      response.writeHead(503, asksToWait ? { 'retry-after': '60' } : {}).end()
    })
    const { summary, durationMs } = await check(urls(server.url, count), { timeLimitMs: 2000, ...options })
    expect(summary.unfinished).toBe('time-limit')
    expect(durationMs).toBeLessThan(4000)
    expectAccountToAddUp(summary, count)
  })

  test('that ends in a recheck leaves every row once', async () => {
    const server = await serve({ '*': 503 })
    const { verdicts, summary } = await check(urls(server.url, 30), {
      timeLimitMs: 1500,
      recheckMs: 60_000,
      retries: 0,
    })
    expect(verdicts.map(({ index, status }) => [index, status])).toEqual(urls('', 30).map((_, index) => [index, 503]))
    expect(summary).toMatchObject({ unfinished: 'time-limit', failed: 30 })
    expectAccountToAddUp(summary, 30)
  })
})

test('the command says what it waits for', async () => {
  const server = await serve(limited(1, 6))
  const world = createTestWorld({ stdin: urls(server.url, 3).join('\n') })
  await run(['-q', '--time-limit', '1s'], world)
  expect(world.stderrText()).toContain('waiting 6 s: 127.0.0.1 asked for it')
})

test('a rate is kept by a whole run', async () => {
  const server = await serve({ '*': 200 })
  const { wallMs } = await check(urls(server.url, 30), { rate: 20 })
  // Two at once, then one each 50 ms.
  expect(wallMs).toBeGreaterThan(1350)
})

test('a client that is closed keeps nobody waiting for a paused host', async () => {
  const server = await serve({ '*': { status: 503, headers: { 'retry-after': '60' } } })
  const client = createClient({ perHost: 1 })
  const { durationMs } = await check(urls(server.url, 5), { client, retries: 0, timeLimitMs: 500 })
  await client.close()
  const watch = stopwatch()
  await new Promise((resolve) => setTimeout(resolve, 10))
  expect(watch.ownMs()).toBeLessThan(1000)
  expect(durationMs).toBeLessThan(2000)
})
