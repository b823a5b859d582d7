// Several threads, real ones: everything that holds with one holds with them, as the server sees it and as the report says.

import { describe, expect, test } from 'vitest'
import { run } from '../../src/cli.js'
import { checkAll } from '../../src/index.js'
import { startPathServer } from '../support/path-server.js'
import { createTestWorld } from '../support/world.js'
import { createPlace, type Place } from './support/memory-run.js'

const FOUR = ['--threads', '4']
const hostOf = (index: number) => `127.0.${index >> 8}.${(index & 255) + 1}`

/** Each answer takes a while, so that a run outlasts the start of its threads. */
const serve = (delayMs = 20) => startPathServer({ delayMs })

const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('')

/** Rows without what is another one each time. */
const told = (place: Place, name: string) =>
  place.rows(name).map(({ durationMs: _, timingsMs: __, checkedAt: ___, ...row }) => row)

/** The server sees connections of more than one thread only where more than one asks. */
const limits = ['-c', '40', '--per-host', '2']

describe('four threads', () => {
  test('give the rows of one', async () => {
    const server = await serve()
    const place = await createPlace()
    const kinds = ['200', '404', 'flaky', 'to/127.0.9.9', '503', 'reset', 'to/127.0.0.1']
    await place.write(
      'urls.txt',
      lines(600, (index) => {
        const url = server.urlOf(hostOf(index % 60), `/${kinds[index % kinds.length]}`)
        const keys = [
          '',
          ' accept=404,503',
          ' contains=about',
          ' expect-header="content-type: ^x"',
          ' inconclusive=5xx',
        ]
        return `${url}?${index}${keys[index % keys.length]}`
      }).concat(`${server.urlOf(hostOf(1), '/200?0')}\nnot a url\nhttp://127.0.0.1:1/refused\n`),
    )
    const common = [place.path('urls.txt'), '-q', '--retries', '1', '--max-wait', '2s', '--dedupe', ...limits]
    const codes = []
    for (const threads of ['1', '4']) {
      server.forget()
      const out = place.path(`${threads}.ndjson`)
      codes.push((await place.run([...common, '--threads', threads, '-o', out, '-r', 'summary'])).summary)
    }
    const [one, four] = codes
    expect(told(place, '4.ndjson')).toEqual(told(place, '1.ndjson'))
    expect(four?.lines).toEqual(one?.lines)
    expect(four?.kinds).toEqual(one?.kinds)
  })

  test('keep the limits, also of a host that the redirects of all the others lead to', async () => {
    const server = await serve()
    const place = await createPlace()
    await place.write(
      'urls.txt',
      lines(800, (index) => server.urlOf(hostOf(index % 200), `/to/127.0.9.9/${index}`)),
    )
    const { summary } = await place.run([
      place.path('urls.txt'),
      '-q',
      '-r',
      'summary',
      ...FOUR,
      '-c',
      '30',
      '--per-host',
      '3',
    ])
    expect(summary).toMatchObject({ ok: 800, redirected: 800 })
    expect(server.maxInFlight('127.0.9.9')).toBe(3)
    expect(server.maxInFlight()).toBeLessThanOrEqual(30)
    for (let index = 0; index < 200; index++) expect(server.maxInFlight(hostOf(index))).toBeLessThanOrEqual(3)
    expect(server.requestsTo('127.0.9.9')).toBe(800)
  })

  test('share a rate', async () => {
    const server = await serve(0)
    const place = await createPlace()
    await place.write(
      'urls.txt',
      lines(120, (index) => server.urlOf(hostOf(index % 40), `/${200}/${index}`)),
    )
    const { summary } = await place.run([place.path('urls.txt'), '-q', '-r', 'summary', ...FOUR, '--rate', '60/s'])
    expect(summary?.ok).toBe(120)
    // A tenth of a second may go at once, in each thread.
    expect(summary?.durationMs).toBeGreaterThan(1400)
    expect(summary?.durationMs).toBeLessThan(10_000)
  })

  test('end with --bail, --time-limit and a signal, and count every line', async () => {
    const server = await serve()
    const place = await createPlace()
    await place.write(
      'urls.txt',
      lines(3000, (index) => server.urlOf(hostOf(index % 100), `/404/${index}`)),
    )
    const argv = [place.path('urls.txt'), '-q', '-r', 'summary', ...FOUR, ...limits]
    const accounted = (lines: Record<string, number> | undefined) => {
      const { total, ...parts } = lines ?? {}
      expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(total)
    }
    const bailed = (await place.run([...argv, '--bail', '50'])).summary
    expect(bailed).toMatchObject({ unfinished: 'bail' })
    expect(bailed!.failed).toBeGreaterThanOrEqual(50)
    expect(bailed!.failed).toBeLessThan(1000)
    accounted({ ...bailed!.lines })
    const late = (await place.run([...argv, '--time-limit', '500ms'])).summary
    expect(late).toMatchObject({ unfinished: 'time-limit' })
    accounted({ ...late!.lines })

    const world = createTestWorld()
    const done = run(argv, world)
    while (server.requests() < 1000) await new Promise((resolve) => setTimeout(resolve, 5))
    world.signal('SIGINT')
    expect(await done).toBe(130)
    accounted(JSON.parse(world.stdoutText()).lines)
  })

  test('go on where a run was interrupted, and ask nothing twice', async () => {
    const server = await serve()
    const place = await createPlace()
    await place.write(
      'urls.txt',
      lines(1500, (index) => server.urlOf(hostOf(index % 100), `/200/${index}`)),
    )
    const argv = [place.path('urls.txt'), '-q', '-o', place.path('out.ndjson'), ...FOUR, ...limits]
    expect((await place.run([...argv, '--time-limit', '400ms'])).code).toBe(4)
    expect((await place.run([...argv, '--resume'])).code).toBe(0)
    expect(place.rows('out.ndjson').map(({ index }) => index)).toEqual(
      Array.from({ length: 1500 }, (_, index) => index),
    )
  })

  test('ask failures again gently: a few at once in all, where they were asked before', async () => {
    const server = await serve()
    const place = await createPlace()
    await place.write(
      'urls.txt',
      lines(400, (index) => server.urlOf(hostOf(index % 100), `/${index % 20 ? 200 : 'flaky'}/${index}`)),
    )
    const { summary } = await place.run([
      place.path('urls.txt'),
      '-q',
      '-r',
      'summary',
      '--retries',
      '0',
      '--recheck',
      '10ms',
      ...FOUR,
      ...limits,
    ])
    expect(summary).toMatchObject({ ok: 400, failed: 0 })
  })

  test('wait until all is fine', async () => {
    const server = await serve()
    const place = await createPlace()
    await place.write(
      'urls.txt',
      lines(400, (index) => server.urlOf(hostOf(index % 100), `/flaky/${index}`)),
    )
    const { code } = await place.run([
      place.path('urls.txt'),
      '-q',
      '--retries',
      '0',
      '--wait',
      '20s',
      ...FOUR,
      ...limits,
    ])
    expect(code).toBe(0)
  })
})

test('a run of the library may have threads, unless the client is somebody else’s', async () => {
  const server = await serve()
  const urls = Array.from({ length: 500 }, (_, index) => ({
    url: server.urlOf(hostOf(index % 50), `/${index % 10 ? 200 : 404}/${index}`),
    extra: { index },
    ...(index % 10 ? { expectHeaders: { 'content-length': /^\d+$/ } } : { accept: '404' }),
  }))
  const found = []
  for await (const { ok, extra } of checkAll(urls, { threads: 3, perHost: 2 })) found.push({ ok, extra })
  expect(found).toHaveLength(500)
  expect(found.every(({ ok }) => ok)).toBe(true)
  expect(() => checkAll([], { threads: 0 })).toThrow('threads: expected a number from 1 to 1024, or auto')
})
