import { describe, expect, test } from 'vitest'
import {
  type CheckAllOptions,
  checkAll,
  createClient,
  fetchStatus,
  type Summary,
  type TargetInput,
  type Verdict,
} from '../../src/index.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { type Handler, type HttpServerOptions, type Routes, startHttpServer } from '../support/http-server.js'

const serve = async (behaviour: Handler | Routes, options?: HttpServerOptions) =>
  closeAfterTest(await startHttpServer(behaviour, options))

/** A run to its end. */
async function run(targets: Iterable<TargetInput> | AsyncIterable<TargetInput>, options?: CheckAllOptions) {
  const checking = checkAll(targets, options)
  const verdicts: Verdict[] = []
  for await (const verdict of checking) verdicts.push(verdict)
  return { verdicts, summary: checking.summary }
}

const sumOf = ({ lines: { total, ...rest } }: Summary) => [
  total,
  Object.values(rest).reduce((sum, count) => sum + count, 0),
]

describe('verdicts', () => {
  test('come in completion order, one a target, and their index tells whose they are', async () => {
    const server = await serve((request, response) => {
      setTimeout(() => response.end(), Number(request.url?.slice(1)))
    })
    const { verdicts, summary } = await run([`${server.url}/200`, `${server.url}/1`, `${server.url}/100`])
    expect(verdicts.map(({ index }) => index)).toEqual([1, 2, 0])
    expect(summary).toMatchObject({ verdicts: 3, ok: 3, failed: 0, exitCode: 0, unfinished: null })
    expect(summary.lines).toMatchObject({ total: 3, checked: 3, notAsked: 0 })
  })

  test('judge by what is accepted, of the run or of the target', async () => {
    const server = await serve({ '/ok': 200, '/gone': 404, '/moved': { status: 302, headers: { Location: '/ok' } } })
    const { verdicts, summary } = await run(
      [
        `${server.url}/ok`,
        `${server.url}/gone`,
        { url: `${server.url}/gone`, accept: '404' },
        { url: `${server.url}/moved`, follow: false, accept: '3xx' },
        `${server.url}/moved`,
      ],
      { accept: '200' },
    )
    const byIndex = [...verdicts].sort((a, b) => a.index - b.index)
    expect(byIndex.map(({ outcome, status }) => `${outcome} ${status}`)).toEqual([
      'ok 200',
      'failed 404',
      'ok 404',
      'ok 302',
      'ok 200',
    ])
    expect(summary.exitCode).toBe(1)
  })

  test('of what cannot be asked come as well', async () => {
    const server = await serve({ '*': 200 })
    const { verdicts, summary } = await run(['ftp://a.example/', server.url, ''])
    expect(verdicts.map(({ kind }) => kind).sort()).toEqual(['ok', 'url.invalid', 'url.invalid'])
    expect(summary.lines).toMatchObject({ total: 3, checked: 1, invalid: 2 })
  })

  test('of repeats are skipped where the user wants each URL once', async () => {
    const server = await serve({ '*': 200 })
    const list = [`${server.url}/a`, `${server.url}/b`, `${server.url}/a`]
    const { verdicts, summary } = await run(list, { dedupe: true })
    expect(verdicts.find(({ index }) => index === 2)).toMatchObject({ outcome: 'skipped', duplicateOf: 0 })
    expect(summary.lines).toMatchObject({ total: 3, checked: 2, duplicate: 1 })
    expect(server.requests()).toBe(2)
  })

  test('are none for what is excluded, but it is counted', async () => {
    const server = await serve({ '*': 200 })
    const list = ['/a', '/b', '/c'].map((path) => server.url + path)
    const { verdicts, summary } = await run(list, { include: [/[ab]$/], exclude: [/b$/] })
    expect(verdicts.map(({ url }) => url)).toEqual([`${server.url}/a`])
    expect(summary.lines).toMatchObject({ total: 3, checked: 1, excluded: 2 })
  })

  test('of an empty list are none', async () => {
    const { verdicts, summary } = await run([])
    expect([verdicts, summary.lines.total, summary.exitCode]).toEqual([[], 0, 0])
  })
})

describe('a list without an end', () => {
  const endless = (url: string, seen: { pulled: number; closed: boolean }) =>
    (async function* () {
      try {
        for (;;) yield `${url}/${seen.pulled++}`
      } finally {
        seen.closed = true
      }
    })()

  test('is streamed, and read only so far ahead', async () => {
    const server = await serve({ '*': { delayMs: 5 } })
    const seen = { pulled: 0, closed: false }
    let got = 0
    for await (const { ok } of checkAll(endless(server.url, seen))) {
      expect(ok).toBe(true)
      if (++got === 200) break
    }
    expect(seen.closed).toBe(true)
    expect(seen.pulled).toBeLessThan(40_000)
  })

  test.each([1, 10, 500])('is read %i ahead where it is told so, invalid lines too', async (window) => {
    const server = await serve({ '*': { delayMs: 1 } })
    let got = 0
    let most = 0
    let pulled = 0
    const lines = (function* () {
      for (;;) yield pulled++ % 3 === 0 ? 'nonsense:' : `${server.url}/${pulled}`
    })()
    for await (const _ of checkAll(lines, { window })) {
      most = Math.max(most, pulled - got)
      if (++got === 200) break
    }
    // Those that are to be asked, those that need not be, and a batch of rows in the hands of the loop.
    expect(most).toBeGreaterThanOrEqual(Math.min(window, 20))
    expect(most).toBeLessThanOrEqual(3 * window + window / 8 + 1)
  })

  test('is left by break: what is in flight is aborted, as the server sees it', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/0') response.end()
    })
    const checking = checkAll(endless(server.url, { pulled: 0, closed: false }), { concurrency: 8, perHost: 8 })
    for await (const _ of checking) {
      await expect.poll(() => server.openConnections()).toBe(8)
      break
    }
    await expect.poll(() => server.openConnections()).toBe(0)
    const requests = server.requests()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(server.requests()).toBe(requests)
    expect(sumOf(checking.summary)[0]).toBe(sumOf(checking.summary)[1])
    expect(checking.summary.lines.notAsked).toBeGreaterThan(0)
  })

  test('lets the first request leave before it is read further', async () => {
    const server = await serve({ '*': 200 })
    const slow = (async function* () {
      yield `${server.url}/first`
      await expect.poll(() => server.requests()).toBe(1)
      yield `${server.url}/second`
    })()
    expect((await run(slow)).verdicts).toHaveLength(2)
  })

  test('that breaks gives what was read first, then its error', async () => {
    const server = await serve({ '*': { delayMs: 30 } })
    const breaks = (async function* () {
      yield `${server.url}/1`
      yield `${server.url}/2`
      throw new Error('the disk is gone')
    })()
    const checking = checkAll(breaks)
    const got: Verdict[] = []
    const reading = async () => {
      for await (const verdict of checking) got.push(verdict)
    }
    await expect(reading()).rejects.toThrow('the disk is gone')
    expect(got).toHaveLength(2)
  })
})

describe('the account', () => {
  test('holds every target, whenever the loop is left', async () => {
    const server = await serve({ '*': { delayMs: 1 } })
    for (const leaveAfter of [1, 7, 40]) {
      let pulled = 0
      const list = (function* () {
        while (pulled < 3000) yield pulled++ % 10 === 3 ? 'nonsense:' : `${server.url}/${pulled}`
      })()
      const checking = checkAll(list)
      let got = 0
      for await (const _ of checking) if (++got === leaveAfter) break
      const [total, sum] = sumOf(checking.summary)
      expect(total).toBe(sum)
      // A batch of the list may be cut where it was left.
      expect(total).toBeLessThanOrEqual(pulled)
      expect(total).toBeGreaterThan(pulled - 1001)
    }
  })

  test('holds what was not asked after an abort, and those have no verdict', async () => {
    const server = await serve((request, response) => {
      if (Number(request.url?.slice(1)) < 3) response.end()
    })
    const controller = new AbortController()
    const checking = checkAll(
      Array.from({ length: 100 }, (_, index) => `${server.url}/${index}`),
      { signal: controller.signal, perHost: 5 },
    )
    const got: Verdict[] = []
    for await (const verdict of checking) {
      got.push(verdict)
      if (got.length === 3) controller.abort()
    }
    expect(got.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(checking.summary).toMatchObject({
      verdicts: 3,
      unfinished: 'interrupted',
      exitCode: 130,
      lines: { total: 100, checked: 3, notAsked: 97 },
    })
    await expect.poll(() => server.openConnections()).toBe(0)
  })

  test('is all not asked where the signal was aborted before', async () => {
    const { verdicts, summary } = await run(['http://127.0.0.1:9/'], { signal: AbortSignal.abort() })
    expect(verdicts).toEqual([])
    expect(summary.unfinished).toBe('interrupted')
  })
})

describe('a client of the user', () => {
  test('stays open, and its limits hold', async () => {
    const server = await serve({ '*': { delayMs: 5 } })
    const client = closeAfterTest(createClient({ perHost: 3 }))
    const list = Array.from({ length: 30 }, (_, index) => `${server.url}/${index}`)
    await Promise.all([run(list, { client }), run(list, { client })])
    expect(server.maxInFlight()).toBe(3)
    expect((await fetchStatus(client, server.url))[0]).toBe(200)
  })

  test('may be used inside the loop, however slow the loop', async () => {
    const server = await serve({ '*': 200 })
    const client = closeAfterTest(createClient({ concurrency: 4, perHost: 4, timeoutMs: 3000 }))
    const list = Array.from({ length: 4000 }, (_, index) => `${server.url}/${index}`)
    let got = 0
    for await (const _ of checkAll(list, { client })) {
      // Behind all the others in the line of this host.
      if (got++ === 0) expect((await fetchStatus(client, `${server.url}/mine`))[0]).toBe(200)
    }
    expect(got).toBe(4000)
  })

  test('is given the options that ask, not those that make a client', async () => {
    const server = await serve({ '*': 200 })
    const client = closeAfterTest(createClient({ headers: { 'X-A': '1' } }))
    await run([server.url], { client, headers: { 'X-B': '2' }, method: 'HEAD' })
    expect(server.seen()[0]).toMatchObject({ method: 'HEAD', headers: { 'x-a': '1', 'x-b': '2' } })
  })

  test('of the run’s own is closed at its end', async () => {
    const server = await serve({ '*': 200 })
    await run([server.url, `${server.url}/2`])
    await expect.poll(() => server.openConnections()).toBe(0)
  })
})

test('an accept that is no set of statuses is the programmer’s fault, and said at once', () => {
  expect(() => checkAll([], { accept: 'fine' })).toThrow('accept')
})

test('connections of a host are used again while it has more work', async () => {
  const server = await serve({ '*': 200 })
  await run(
    Array.from({ length: 200 }, (_, index) => `${server.url}/${index}`),
    { perHost: 4 },
  )
  expect(server.connections()).toBeLessThanOrEqual(8)
})

test('a client that is closed is refused', async () => {
  const client = createClient()
  await client.close()
  expect(() => checkAll(['http://name.invalid/'], { client })).toThrow(new TypeError('client: this one is closed'))
})

test('a run whose client is closed meanwhile is not whole', async () => {
  const server = await serve({ '*': () => {} })
  const client = createClient()
  const running = run([server.url], { client })
  await expect.poll(() => server.requests()).toBe(1)
  await client.close()
  const { verdicts, summary } = await running
  expect(verdicts).toEqual([])
  expect(summary).toMatchObject({ unfinished: 'interrupted', exitCode: 130, lines: { notAsked: 1 } })
})

test('a run that was left holds nobody up who uses the same client', async () => {
  const server = await serve({ '*': 200 })
  const client = closeAfterTest(createClient({ rate: 10 }))
  const urls = Array.from({ length: 200 }, (_, at) => `${server.url}/${at}`)
  for await (const _ of checkAll(urls, { client })) break
  expect((await fetchStatus(client, `${server.url}/next`, { timeoutMs: 5000 }))[2].timingsMs.queue).toBeLessThan(2000)
})

test('a run that is stopped lets go of the list', async () => {
  const abort = new AbortController()
  let isLetGo = false
  const list: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<IteratorResult<string>>(() => {}),
      async return() {
        isLetGo = true
        return { done: true, value: undefined }
      },
    }),
  }
  queueMicrotask(() => setImmediate(() => abort.abort()))
  await run(list, { signal: abort.signal })
  expect(isLetGo).toBe(true)
})
