// The iterator of a run: gone through once, true at any time, and nothing left behind.

import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Checking, checkAll, createClient, fetchStatus, type Verdict } from '../../src/index.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { type Handler, type Routes, startHttpServer } from '../support/http-server.js'

const serve = async (behaviour: Handler | Routes) => closeAfterTest(await startHttpServer(behaviour))
const all = async (run: Checking) => {
  const verdicts: Verdict[] = []
  for await (const verdict of run) verdicts.push(verdict)
  return verdicts
}
const LOOPED = new TypeError('checkAll: a run can be looped over once; call checkAll again for another')
const OVER = new TypeError('checkAll: this run is over')

describe('a run is looped over once', () => {
  test('a second loop throws, after the first and beside it', async () => {
    const { url } = await serve({ '*': 200 })
    const run = checkAll([`${url}/a`, `${url}/b`])
    const first = all(run)
    await expect(all(run)).rejects.toThrow(LOOPED)
    expect(await first).toHaveLength(2)
    await expect(all(run)).rejects.toThrow(LOOPED)
    expect(run.summary).toMatchObject({ ok: 2, unfinished: null, exitCode: 0 })
  })

  test('twenty loops at once: one gets everything, the others are told, none hangs', async () => {
    const { url } = await serve({ '*': 200 })
    const run = checkAll(Array.from({ length: 100 }, (_, at) => `${url}/${at}`))
    const ends = await Promise.allSettled(Array.from({ length: 20 }, () => all(run)))
    const [kept, ...told] = ends.toSorted((a, b) => a.status.localeCompare(b.status))
    expect(kept).toMatchObject({ status: 'fulfilled', value: { length: 100 } })
    expect(told.map((end) => end.status === 'rejected' && end.reason)).toEqual(Array(19).fill(LOOPED))
  })

  test('twenty calls of next at once get twenty verdicts, and those beyond the end nothing', async () => {
    const { url } = await serve({ '*': 200 })
    const run = checkAll(Array.from({ length: 18 }, (_, at) => `${url}/${at}`))
    const results = await Promise.all(Array.from({ length: 20 }, () => run.next()))
    expect(results.map(({ done }) => done)).toEqual([...Array(18).fill(false), true, true])
    expect(new Set(results.map(({ value }) => value?.index)).size).toBe(19)
    expect(await run.next()).toEqual({ done: true, value: undefined })
  })

  test('the rest may be looped over after a first next', async () => {
    const { url } = await serve({ '*': 200 })
    const run = checkAll([`${url}/a`, `${url}/b`, `${url}/c`])
    expect((await run.next()).done).toBe(false)
    expect(await all(run)).toHaveLength(2)
    expect(run.ended).toBe(true)
  })
})

describe('a summary is true at any time', () => {
  test('before the first row: nothing was judged, and the exit code is not green', async () => {
    const { url } = await serve({ '*': 200 })
    const run = checkAll([url])
    expect(run.summary).toMatchObject({ verdicts: 0, unfinished: 'interrupted', exitCode: 130, lines: { total: 0 } })
    expect(run.ended).toBe(false)
    await all(run)
    expect(run.summary).toMatchObject({ verdicts: 1, unfinished: null, exitCode: 0, lines: { total: 1 } })
    expect(run.ended).toBe(true)
  })

  test('between two rows: as if it were left now, and the lines still add up', async () => {
    const { url } = await serve(({ url: path }, response) => void (path === '/0' && response.end()))
    const run = checkAll(Array.from({ length: 10 }, (_, at) => `${url}/${at}`))
    for await (const _ of run) {
      const { summary } = run
      expect(summary).toMatchObject({ verdicts: 1, unfinished: 'interrupted', exitCode: 130 })
      expect(summary.lines).toMatchObject({ total: 10, checked: 1, notAsked: 9 })
      break
    }
    expect(run.summary).toMatchObject({ verdicts: 1, unfinished: 'interrupted', exitCode: 130 })
    expect(run.summary.lines).toMatchObject({ total: 10, checked: 1, notAsked: 9 })
    expect(run.ended).toBe(true)
  })

  test('left at its last row it is whole', async () => {
    const { url } = await serve({ '*': 200 })
    const run = checkAll([`${url}/a`, `${url}/b`])
    let rows = 0
    for await (const _ of run) if (++rows === 2) break
    expect(run.summary).toMatchObject({ ok: 2, unfinished: null, exitCode: 0 })
  })

  test.each([
    ['throws in the loop', async (run: Checking) => expect(throwing(run)).rejects.toThrow('mine')],
    ['calls return', async (run: Checking) => void (await run.return())],
    ['disposes of it', async (run: Checking) => run[Symbol.asyncDispose]()],
    [
      'lets next wait meanwhile',
      async (run: Checking) => void (await Promise.all([run.next(), run.next(), run.return()])),
    ],
  ])('one who %s has left it', async (_, leave) => {
    const { url } = await serve(({ url: path }, response) => void (path === '/0' && response.end()))
    const run = checkAll([`${url}/0`, `${url}/1`])
    await leave(run)
    expect(run.summary).toMatchObject({ unfinished: 'interrupted', exitCode: 130 })
    expect(run.ended).toBe(true)
    expect(await run.next()).toEqual({ done: true, value: undefined })
  })

  test('a list that throws is one that broke', async () => {
    const { url } = await serve({ '*': 200 })
    const broken = async function* () {
      yield `${url}/a`
      throw new Error('the list broke')
    }
    const run = checkAll(broken())
    await expect(all(run)).rejects.toThrow('the list broke')
    expect(run.summary).toMatchObject({ verdicts: 1, unfinished: 'input-broke', exitCode: 4 })
    expect(run.ended).toBe(true)
  })

  test('an aborted run is interrupted, before it and within', async () => {
    const { url, requests } = await serve({ '*': () => {} })
    const before = checkAll([url], { signal: AbortSignal.abort() })
    expect(await all(before)).toEqual([])
    expect(requests()).toBe(0)
    const abort = new AbortController()
    const within = checkAll([url], { signal: abort.signal })
    const rows = all(within)
    await expect.poll(requests).toBe(1)
    abort.abort()
    expect(await rows).toEqual([])
    for (const run of [before, within]) expect(run.summary).toMatchObject({ unfinished: 'interrupted', exitCode: 130 })
  })
})

async function throwing(run: Checking): Promise<void> {
  for await (const _ of run) throw new Error('mine')
}

describe('nothing is left behind', () => {
  test('by a run that nobody loops over: no listener, no request, and it can be disposed of', async () => {
    const { url, connections } = await serve({ '*': 200 })
    const { signal } = new AbortController()
    const client = closeAfterTest(createClient())
    const handles = process.getActiveResourcesInfo().length
    for (let time = 0; time < 100; time++) {
      void checkAll([url], { signal }).summary
      void checkAll([url], { signal, client })
    }
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(handles)
    await using unused = checkAll([url], { signal, client })
    await unused.return()
    expect(unused.ended).toBe(true)
    expect(() => unused[Symbol.asyncIterator]()).toThrow(OVER)
    expect(connections()).toBe(0)
    expect((await fetchStatus(client, url))[0]).toBe(200)
  })

  test('by a hundred runs with one signal and one client', async () => {
    const { url } = await serve({ '*': 200 })
    const { signal } = new AbortController()
    const client = closeAfterTest(createClient())
    const runs = Array.from({ length: 100 }, () => checkAll([url, url], { signal, client }))
    await Promise.all(runs.map((run, at) => (at % 2 === 0 ? all(run) : run.next().then(() => run.return()))))
    // One for the signal, not for the run.
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1)
  })

  test('by a run that was left: its own client is closed', async () => {
    const server = await serve({ '*': 200 })
    for await (const _ of checkAll(Array(50).fill(server.url))) break
    await expect.poll(() => server.openConnections()).toBe(0)
  })
})

test('whoever leaves whenever: it ends, the rows are counted, and the lines add up', async () => {
  const { url } = await serve((request, response) => {
    setTimeout(() => response.end(), Number(request.url!.slice(1)) % 7)
  })
  const client = closeAfterTest(createClient())
  await fc.assert(
    fc.asyncProperty(fc.nat(60), fc.nat(70), fc.nat(8), fc.boolean(), async (count, leaveAt, loops, aborts) => {
      const abort = new AbortController()
      const urls = Array.from({ length: count }, (_, at) => `${url}/${at}`)
      const run = checkAll(urls, { client, signal: abort.signal })
      let rows = 0
      const loop = async () => {
        for await (const _ of run) {
          if (++rows !== leaveAt) continue
          if (!aborts) break
          abort.abort()
        }
      }
      const ends = await Promise.allSettled(Array.from({ length: loops + 1 }, loop))
      expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const { verdicts, lines, unfinished, exitCode } = run.summary
      expect(verdicts).toBeGreaterThanOrEqual(rows)
      expect(lines.total).toBe(verdicts + lines.notAsked)
      if (leaveAt === 0 || leaveAt > count) expect([rows, unfinished, exitCode]).toEqual([count, null, 0])
      else if (rows < count) expect([unfinished, exitCode]).toEqual(['interrupted', 130])
    }),
    { numRuns: 60 },
  )
})
