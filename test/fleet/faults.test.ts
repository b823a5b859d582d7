// What goes wrong with machines, on purpose: a worker or the run is killed or stopped, Redis goes away or is full, somebody
// has no network. Every line has exactly one row, and no host gets more at once than it may, as the server saw it.

import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { preload } from '../hostile/support/preload.js'
import { type PathServer, startPathServer } from '../support/path-server.js'
import type { RunningCli } from '../support/spawn-cli.js'
import { type Fleet, LOCK_MS, startFleet } from './support/fleet.js'

const HOSTS = 60
const PER_HOST = 2
const URLS = 900
/** Asked by two workers, 120 at once, a run takes about two seconds. */
const DELAY_MS = 150
/** After that a slow machine may come to an end. */
const MOST_KILLS = 10
const FLAGS = ['--per-host', String(PER_HOST), '--retries', '0']
/** A worker that a busy machine holds up loses no lock; what comes back then was handed back. */
const PATIENT = ['--queue-lock', '30s']

interface Scene {
  readonly server: PathServer
  readonly fleet: Fleet
  /** Resolves when the server was asked so often. */
  asked(count: number): Promise<void>
}

const hostOf = (at: number) => `127.0.${9 + Math.floor(at / 250)}.${(at % 250) + 1}`

async function begin({ urls = URLS, hosts = HOSTS, delayMs = DELAY_MS } = {}): Promise<Scene> {
  const server = await startPathServer({ delayMs })
  const lines = Array.from({ length: urls }, (_, at) => `${server.urlOf(hostOf(at % hosts), `/p/${at}`)}\n`)
  const fleet = await startFleet(lines.join(''))
  const asked = async (count: number) => {
    while (server.requests() < count) await sleep(10)
  }
  return { server, fleet, asked }
}

/** Every line once, all of them fine, and never more at once to a host than it may get. */
async function expectWhole({ server, fleet }: Scene, run: RunningCli, urls = URLS) {
  const { code, stderr } = await run.finished
  expect([code, stderr]).toEqual([0, expect.any(String)])
  const rows = await fleet.rows()
  expect(rows.map(({ index }) => index)).toEqual(Array.from({ length: urls }, (_, at) => at))
  expect(rows.filter(({ status }) => status !== 200)).toEqual([])
  const hosts = new Set(rows.map(({ host }) => host))
  for (const host of hosts) expect(server.maxInFlight(host), host).toBeLessThanOrEqual(PER_HOST)
}

const askedTwice = ({ asks }: PathServer) => [...asks.values()].filter((times) => times > 1).length

describe('a worker', () => {
  test('that is killed: what it had is asked by another one', { timeout: 120_000 }, async () => {
    const scene = await begin()
    const [victim] = await Promise.all([scene.fleet.worker(), scene.fleet.worker()])
    const run = scene.fleet.run(FLAGS)
    await scene.asked(URLS / 4)
    victim.kill('SIGKILL')
    await expectWhole(scene, run)
  })

  test('that is asked to end hands back what it did not ask', { timeout: 120_000 }, async () => {
    // More than it could ask in its grace: it has to let go of some.
    const scene = await begin({ urls: 4 * URLS })
    const [victim] = await Promise.all([scene.fleet.worker(PATIENT), scene.fleet.worker(PATIENT)])
    const run = scene.fleet.run(FLAGS)
    await scene.asked(URLS / 4)
    victim.kill('SIGTERM')
    expect((await victim.finished).code).toBe(0)
    await expectWhole(scene, run, 4 * URLS)
    expect(askedTwice(scene.server)).toBe(0)
  })

  test('that was stopped for longer than its lock asks nothing when it wakes', { timeout: 120_000 }, async () => {
    const scene = await begin({ urls: 2 * URLS })
    const sleeper = await scene.fleet.worker()
    const run = scene.fleet.run(FLAGS)
    await scene.asked(URLS / 4)
    sleeper.kill('SIGSTOP')
    await scene.fleet.worker()
    // The other one has what the sleeper had.
    await sleep(2 * LOCK_MS)
    await scene.asked(URLS / 2)
    sleeper.kill('SIGCONT')
    await expectWhole(scene, run, 2 * URLS)
  })

  test('that has run out of something hands back what it took, and no row tells of it', {
    timeout: 120_000,
  }, async () => {
    const scene = await begin({ urls: 300 })
    const offline = preload(`
      import net from 'node:net'
      const connect = net.createConnection
      net.createConnection = (options) => {
        if (!String(options.host).startsWith('127.0.9.')) return connect(options)
        const socket = new net.Socket()
        const error = Object.assign(new Error('connect'), { code: 'ENOBUFS', syscall: 'connect' })
        process.nextTick(() => socket.destroy(error))
        return socket
      }`)
    const lost = await scene.fleet.worker([], { nodeArgs: offline })
    const run = scene.fleet.run(FLAGS)
    await lost.wrote('this machine, not the URLs')
    await scene.fleet.worker()
    await expectWhole(scene, run, 300)
  })
})

describe('the run', () => {
  test('that is killed goes on where it was', { timeout: 120_000 }, async () => {
    const scene = await begin()
    await Promise.all([scene.fleet.worker(), scene.fleet.worker()])
    const first = scene.fleet.run(FLAGS)
    await scene.asked(URLS / 4)
    first.kill('SIGKILL')
    await first.finished
    await expectWhole(scene, scene.fleet.run(FLAGS))
    expect(askedTwice(scene.server)).toBe(0)
  })

  test('is nobody else’s while it is on', { timeout: 120_000 }, async () => {
    const scene = await begin()
    await scene.fleet.worker()
    const run = scene.fleet.run([...FLAGS, '--queue-run', 'nightly'])
    await scene.asked(URLS / 4)
    const common = ['urls.txt', '--queue', scene.fleet.redis.url, '--queue-run', 'nightly', '-o', 'other.ndjson']
    const { startCli } = await import('../support/spawn-cli.js')
    const second = await startCli(common, { cwd: scene.fleet.folder }).finished
    expect(second.code).toBe(2)
    expect(second.stderr).toMatch(/process \d+ on \S+ works on this run/)
    await expectWhole(scene, run)
    expect(askedTwice(scene.server)).toBe(0)
  })

  test('that somebody else has meanwhile ends, and leaves all as it is', { timeout: 120_000 }, async () => {
    // It is not through when it next looks whether the run is its own.
    const scene = await begin({ urls: 12 * URLS })
    await scene.fleet.worker()
    const run = scene.fleet.run([...FLAGS, '--queue-run', 'nightly'])
    await scene.asked(URLS / 4)
    const { client } = scene.fleet.redis
    await client.set('scrape-status-1:run:nightly', '1 elsewhere - other')
    const { code, stderr } = await run.finished
    expect([code, stderr]).toEqual([4, expect.stringContaining('another process took this run over')])
    expect(await client.get('scrape-status-1:stop:nightly')).toBeNull()
    expect(await client.get('scrape-status-1:run:nightly')).toBe('1 elsewhere - other')
  })

  test('ends at once with Redis away', { timeout: 120_000 }, async () => {
    const scene = await begin()
    const worker = await scene.fleet.worker()
    const run = scene.fleet.run(FLAGS)
    await scene.asked(URLS / 4)
    await scene.fleet.redis.kill()
    await run.wrote('ECONN')
    run.kill('SIGINT')
    expect((await run.finished).code).toBe(130)
    worker.kill('SIGTERM')
    expect((await worker.finished).code).toBe(0)
  })

  test('that is interrupted has its report, and its workers stop', { timeout: 120_000 }, async () => {
    const scene = await begin({ urls: 2 * URLS })
    await scene.fleet.worker()
    const run = scene.fleet.run(FLAGS)
    await scene.asked(URLS / 4)
    run.kill('SIGINT')
    const { code } = await run.finished
    expect(code).toBe(130)
    await sleep(LOCK_MS)
    const asked = scene.server.requests()
    await sleep(1000)
    expect(scene.server.requests()).toBe(asked)
    // All that its workers had found out is told; what was on the wire, two a host, is not.
    const { length } = await scene.fleet.rows('out.ndjson.part')
    expect(length).toBeGreaterThanOrEqual(asked - PER_HOST * HOSTS)
    await expectWhole(scene, scene.fleet.run(FLAGS), 2 * URLS)
  })
})

describe('Redis', () => {
  test('that is away for longer than every lock: nothing is lost', { timeout: 120_000 }, async () => {
    const scene = await begin({ urls: 2 * URLS })
    await Promise.all([scene.fleet.worker(), scene.fleet.worker()])
    const run = scene.fleet.run(FLAGS)
    await scene.asked(URLS / 4)
    await scene.fleet.redis.kill()
    await sleep(2 * LOCK_MS)
    await scene.fleet.redis.start()
    await expectWhole(scene, run, 2 * URLS)
  })

  test('that forgets everything: what it forgot is asked again', { timeout: 120_000 }, async () => {
    const scene = await begin()
    await Promise.all([scene.fleet.worker(), scene.fleet.worker()])
    const run = scene.fleet.run(FLAGS)
    await scene.asked(URLS / 4)
    await scene.fleet.redis.client.flushall()
    await expectWhole(scene, run)
  })

  test('in which somebody writes rows: they are nobody’s', { timeout: 120_000 }, async () => {
    const scene = await begin({ urls: 300 })
    const run = scene.fleet.run([...FLAGS, '--queue-run', 'nightly'])
    const { client } = scene.fleet.redis
    let ids: string[] = []
    while (ids.length === 0) ids = await client.smembers('scrape-status-1:jobs:nightly')
    for (const id of ids) await client.set(`scrape-status-1:rows:${id}`, 'garbage')
    await scene.fleet.worker()
    await expectWhole(scene, run, 300)
  })

  test('that is full: the run waits, and goes on when there is room', { timeout: 120_000 }, async () => {
    const scene = await begin()
    await scene.fleet.worker()
    const run = scene.fleet.run(FLAGS.concat('--no-progress'))
    await scene.asked(URLS / 4)
    const { client } = scene.fleet.redis
    await client.config('SET', 'maxmemory', '1')
    await sleep(LOCK_MS)
    await client.config('SET', 'maxmemory', '0')
    await expectWhole(scene, run)
  })

  test('that is killed, while a worker is killed every two seconds: every row once', { timeout: 240_000 }, async () => {
    const urls = 20_000
    const scene = await begin({ urls, hosts: 2000, delayMs: 300 })
    const workers = await Promise.all([scene.fleet.worker(), scene.fleet.worker(), scene.fleet.worker()])
    const run = scene.fleet.run(FLAGS)
    await scene.asked(200)
    let isOver = false
    run.finished.then(() => {
      isOver = true
    })
    let kills = 0
    for (; !isOver && kills < MOST_KILLS; kills++) {
      await sleep(2000)
      workers.shift()!.kill('SIGKILL')
      if (kills === 2) {
        await scene.fleet.redis.kill()
        await scene.fleet.redis.start()
      }
      workers.push(await scene.fleet.worker())
    }
    expect(kills).toBeGreaterThan(3)
    await expectWhole(scene, run, urls)
  })
})
