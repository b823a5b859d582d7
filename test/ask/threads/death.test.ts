// A thread that dies takes with it what it was asking, and nothing else: every line has one row, and the run ends.

import { fileURLToPath } from 'node:url'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createPlace } from '../../cli/support/memory-run.js'
import { closeAfterTest } from '../../support/close-after-test.js'
import { startHttpServer } from '../../support/http-server.js'

const mortal = fileURLToPath(new URL('support/mortal-thread.cjs', import.meta.url))
const threadFile = vi.hoisted(() => vi.fn<() => string>())
vi.mock('../../../src/ask/threads/thread-file.js', () => ({ threadFile }))
/** A machine on which `auto` may be two. */
vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  availableParallelism: () => 2,
}))

beforeEach(() => void threadFile.mockReset().mockReturnValue(mortal))

/** So many that the main thread has not taken all when others come. */
const LINES = 3000
const hostOf = (index: number) => `127.0.3.${(index % 60) + 1}`

interface Death {
  /** As `mortal-thread.cjs` has it. */
  readonly of: string
  readonly threads?: string
  readonly lines?: number
  readonly host?: (index: number) => string
  readonly path?: (index: number) => string
  readonly flags?: readonly string[]
}

/** A run in which threads die; each line is of a host that others share. */
async function run({
  of,
  threads = '2',
  lines = LINES,
  host = hostOf,
  path = (index) => `/${index}`,
  flags = [],
}: Death) {
  process.env.SCRAPE_STATUS_DEATH = of
  onTestFinished(() => void delete process.env.SCRAPE_STATUS_DEATH)
  const server = closeAfterTest(
    await startHttpServer(
      (request, response) => {
        const to = /^\/to\/([^/]*)/.exec(request.url!)?.[1]
        if (to !== undefined) response.writeHead(302, { location: `http://${to}:${server.port}/landed` })
        setTimeout(() => response.end(), 20)
      },
      { host: '0.0.0.0' },
    ),
  )
  const place = await createPlace()
  const list = Array.from({ length: lines }, (_, index) => server.urlOf(host(index), path(index)))
  await place.write('urls.txt', `${list.join('\n')}\n`)
  const common = [place.path('urls.txt'), '-q', '-o', place.path('rows.ndjson'), '-r', 'summary', '--retries', '0']
  const { code, summary, stderr } = await place.run([...common, '--threads', threads, ...flags])
  return { code, summary, stderr, rows: place.rows('rows.ndjson'), server }
}

type Rows = Awaited<ReturnType<typeof run>>['rows']
const indices = (rows: Rows) => rows.map(({ index }) => index)
const every = Array.from({ length: LINES }, (_, index) => index)

const limits = ['-c', '20', '--per-host', '2']

test.each([
  ['exits', 'exit:50', 'Error'],
  ['throws', 'throw:50', 'RangeError'],
])('one that %s in the middle: what it had is a fault of ours, the rest is asked by others', async (_, of, code) => {
  const { rows, summary, ...run_ } = await run({ of, flags: limits })
  expect(indices(rows)).toEqual(every)
  const lost = rows.filter(({ ok }) => !ok)
  expect(lost.length).toBeGreaterThan(0)
  expect(lost.length).toBeLessThan(LINES / 2)
  for (const row of lost) expect(row).toMatchObject({ outcome: 'failed', kind: 'internal', status: 0, code })
  expect(summary).toMatchObject({ ok: LINES - lost.length, lines: { total: LINES, checked: LINES } })
  expect(run_.code).toBe(3)
})

test('all that there are, one after the other: the run goes on alone', async () => {
  const { rows, summary } = await run({ of: 'exit:20', threads: '4', flags: limits })
  expect(indices(rows)).toEqual(every)
  expect(summary!.ok).toBeGreaterThan(LINES / 4)
})

test.each([
  ['cannot start', 'start'],
  ['dies before it is ready', 'ready'],
])('one that %s is done without', async (_, of) => {
  const { rows, code } = await run({ of, flags: limits })
  expect(indices(rows)).toEqual(every)
  expect(rows.filter(({ ok }) => !ok)).toEqual([])
  expect(code).toBe(0)
})

test('with redirects to hosts of others and from them: the run comes to its end, one row each', async () => {
  // Now and then a host that nobody has met: one of both threads' is the first to.
  const path = (index: number) => `/to/127.0.4.${1 + Math.floor(index / 100)}/${index}`
  const { rows, server } = await run({ of: 'exit:100', path, flags: ['-c', '40', '--per-host', '20'] })
  expect(indices(rows)).toEqual(every)
  expect([...new Set(rows.map(({ kind }) => kind))].toSorted()).toEqual(['internal', 'ok'])
  expect(rows.filter(({ ok }) => ok).length).toBeGreaterThan(LINES / 3)
  for (let host = 1; host <= LINES / 100; host++) expect(server.maxInFlight(`127.0.4.${host}`)).toBeLessThanOrEqual(20)
})

test('what it had is asked again in a later pass, by others', async () => {
  const { rows, summary } = await run({ of: 'exit:50', flags: [...limits, '--recheck', '10ms'] })
  expect(indices(rows)).toEqual(every)
  expect(summary!.ok).toBeGreaterThan(LINES / 3)
})

test('rows in the order of the list come, all of them', async () => {
  const { rows } = await run({ of: 'throw:50', flags: [...limits, '--in-order'] })
  expect(indices(rows)).toEqual(every)
})

/** So many that enough are left when one more is added. */
const MANY = 6000

/** Hosts that the main thread has when another one comes, and those that nobody has met by then. */
const hosts = {
  known: hostOf,
  new: (index: number) => `127.0.${5 + Math.floor(index / 2000)}.${1 + (Math.floor(index / 10) % 200)}`,
}

test.each([
  ['once it has said that it is ready', 'answered', 'new', 0],
  ['when it is told of a list', 'begin', 'known', 0],
  ['when it is told of a list', 'begin', 'new', 1],
  ['with the first that it is given', 'targets', 'known', 1],
] as const)(
  'one that auto adds and that dies %s (%s, %s hosts): the rest is asked here',
  async (_, of, which, least) => {
    // The loop of this thread is never idle, as far as `auto` knows.
    const busy = vi.spyOn(performance, 'eventLoopUtilization').mockReturnValue({ idle: 0, active: 1, utilization: 1 })
    onTestFinished(() => busy.mockRestore())
    const { rows, summary, code, server } = await run({
      of,
      threads: 'auto',
      lines: MANY,
      host: hosts[which],
      flags: limits,
    })
    // It was added, and nobody after it.
    expect(threadFile).toHaveBeenCalledTimes(1)
    expect(indices(rows)).toEqual(Array.from({ length: MANY }, (_, index) => index))
    const lost = rows.filter(({ ok }) => !ok)
    for (const row of lost) expect(row).toMatchObject({ outcome: 'failed', kind: 'internal', status: 0, code: 'Error' })
    expect(lost.length).toBeGreaterThanOrEqual(least)
    expect(lost.length).toBeLessThan(MANY / 2)
    // Nothing that it had was asked, and everything else was, once.
    expect(server.requests()).toBe(MANY - lost.length)
    expect(summary).toMatchObject({ ok: MANY - lost.length, lines: { total: MANY, checked: MANY } })
    expect(code).toBe(lost.length === 0 ? 0 : 3)
  },
)
