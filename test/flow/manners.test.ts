import { describe, expect, test } from 'vitest'
import { createAnnounce } from '../../src/flow/announce.js'
import { createLimiter } from '../../src/flow/limiter.js'
import { withManners } from '../../src/flow/manners.js'
import type { Check, Reply } from '../../src/types.js'
import { createFakeClock } from '../support/fake-clock.js'
import { answered, FIRST, failed, targetOf } from './policy-rig.js'

const LATENCY_MS = 100

interface Request {
  readonly host: string
  readonly path: string
  readonly startedAtMs: number
}

/** Hosts that answer by a function after 100 ms, asked politely through a real limiter. */
function createRig(serve: (request: Request, nth: number) => Reply, { perHost = null as number | null } = {}) {
  const clock = createFakeClock(1000)
  const { now, wait } = clock
  const limiter = createLimiter({ concurrency: 1000, perHost, now, wait })
  const requests: Request[] = []
  const said: string[] = []
  const check: Check = async ({ host, url }, { permit, queuedMs }) => {
    const waitsSince = now()
    const held = permit ?? (await limiter.acquire(host, true, null))!
    const startedAtMs = now()
    const request = { host, path: new URL(url!).pathname, startedAtMs }
    const nth = requests.push(request)
    await wait(LATENCY_MS)
    // In the same ms, but only when what the answer says has been learned.
    wait(0).then(() => held.release())
    const reply = serve(request, nth)
    return { ...reply, timingsMs: { ...reply.timingsMs, queue: queuedMs + startedAtMs - waitsSince } }
  }
  const polite = withManners(check, {
    limiter,
    now,
    wait,
    wallNow: () => 0,
    random: () => 1,
    isPublic: (address) => address.startsWith('8.'),
    announce: createAnnounce((text) => said.push(text)),
  })
  const replies: Reply[] = []
  const ask = (host: string, count: number, prefix = '') => {
    for (let index = 0; index < count; index++) {
      polite(targetOf(`http://${host}/${prefix}${index}`), FIRST).then((reply) => replies.push(reply))
    }
  }
  const startsOf = (host: string) => requests.filter((each) => each.host === host).map((each) => each.startedAtMs)
  return { clock, limiter, ask, requests, replies, startsOf, said }
}

/** How many started at each time. */
function counted(starts: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const atMs of starts) counts[atMs] = (counts[atMs] ?? 0) + 1
  return counts
}

describe('a 429 or 503', () => {
  test.each([[429], [503]])('pauses its whole host (%d) while another goes on at full speed', async (status) => {
    const limited = (nth: number) => nth === 1
    const { clock, ask, startsOf } = createRig(
      ({ host }, nth) =>
        host === 'limited' && limited(nth) ? answered(status, { 'retry-after': '10' }) : answered(200),
      { perHost: 5 },
    )
    ask('limited', 10)
    ask('other', 50)
    await clock.advance(10_050)
    expect(counted(startsOf('limited'))).toEqual({ 1000: 5 })
    expect(counted(startsOf('other'))).toEqual(
      Object.fromEntries(Array.from({ length: 10 }, (_, n) => [1000 + n * 100, 5])),
    )
    await clock.advance(60_000)
    expect(startsOf('limited')).toHaveLength(10)
    expect(startsOf('limited')[5]).toBe(11_100)
  })

  test('without a Retry-After pauses it for half a second at most', async () => {
    const { clock, ask, startsOf } = createRig((_, nth) => answered(nth === 1 ? 503 : 200), { perHost: 1 })
    ask('a', 2)
    await clock.advance(2000)
    expect(startsOf('a')).toEqual([1000, 1600])
  })

  test('halves what runs at once, one round trip after the other', async () => {
    const { clock, ask, startsOf } = createRig(() => answered(429))
    ask('a', 60)
    await clock.advance(3000)
    const sizes = Object.values(counted(startsOf('a')))
    expect(sizes.slice(0, 5)).toEqual([20, 10, 5, 2, 1])
  })

  test('without a Retry-After on a host that answers nothing else is an outage: halved once', async () => {
    const { clock, ask, startsOf } = createRig(() => answered(503))
    ask('a', 60)
    await clock.advance(5000)
    expect(Object.values(counted(startsOf('a')))).toEqual([20, 10, 10, 10, 10])
  })

  test('without a Retry-After halves again once the host has answered well in between', async () => {
    const { clock, ask, startsOf } = createRig((_, nth) => answered(nth === 25 ? 200 : 503))
    ask('a', 60)
    await clock.advance(2300)
    expect(Object.values(counted(startsOf('a')))).toEqual([20, 10, 5, 5])
  })

  test('of a request that waited in line halves too: the wait is no part of the round trip', async () => {
    const { clock, ask, startsOf } = createRig((_, nth) => answered(nth === 20 || nth === 21 ? 429 : 200))
    // All of them begin to wait now, most of them before the first halving.
    ask('a', 40)
    await clock.advance(1500)
    // The nine clean answers of that round are worth one more.
    expect(counted(startsOf('a'))).toEqual({ 1000: 20, 1600: 10, 2200: 6, 2300: 4 })
  })

  test('other statuses and failures slow nothing down', async () => {
    const { clock, ask, startsOf } = createRig((_, nth) => (nth % 2 ? answered(500) : failed('tcp.reset')))
    ask('a', 60)
    await clock.advance(250)
    expect(counted(startsOf('a'))).toEqual({ 1000: 20, 1100: 20, 1200: 20 })
  })

  test('behind a redirect slows the host that sent it', async () => {
    const redirects = [{ url: 'http://a/', status: 302, location: 'http://b/' }]
    const { clock, ask, limiter, startsOf } = createRig(() =>
      answered(429, { 'retry-after': '10' }, { redirects, finalUrl: 'http://b/' }),
    )
    ask('a', 1)
    await clock.advance(100)
    ask('a', 1)
    let startedAtMs = 0
    limiter.acquire('b', false, null).then(() => {
      startedAtMs = clock.now()
    })
    await clock.advance(20_000)
    expect(startsOf('a')).toEqual([1000, 1100])
    expect(startedAtMs).toBe(11_200)
  })

  test('teaches a pace that the host stands: five a second, and nearly all go through', async () => {
    let tokens = 5
    let refilledAtMs = 1000
    const { clock, ask, replies, requests } = createRig(({ startedAtMs }) => {
      tokens = Math.min(5, tokens + ((startedAtMs - refilledAtMs) / 1000) * 5)
      refilledAtMs = startedAtMs
      if (tokens < 1) return answered(429, { 'retry-after': '2' })
      tokens--
      return answered(200)
    })
    ask('a', 200)
    await clock.advance(300_000)
    expect(replies).toHaveLength(200)
    const after = replies.slice(20).filter(({ status }) => status === 429)
    expect(after.length).toBeLessThan(18)
    // Not slower than half of what it stands.
    expect(requests.at(-1)!.startedAtMs).toBeLessThan(200 * 400)
  })

  test('that asks for over 5 s is announced where others wait for the host', async () => {
    const { clock, ask, said } = createRig(() => answered(429, { 'retry-after': '60' }))
    ask('a', 21)
    ask('alone', 1)
    await clock.advance(1000)
    expect(said).toEqual(['waiting 60 s: a asked for it'])
  })
})

describe('requests at once', () => {
  test.each([
    ['a public host', '8.8.8.8', null, 6],
    ['a host on loopback', '127.0.0.1', null, 20],
    ['a public host where the user says 12', '8.8.8.8', 12, 12],
  ])('to %s after the first 100', async (_name, remoteAddress, perHost, most) => {
    const { clock, ask, startsOf } = createRig(() => answered(200, {}, { remoteAddress }), { perHost })
    ask('a', 300)
    await clock.advance(2000)
    const sizes = Object.values(counted(startsOf('a').slice(120)))
    expect(Math.max(...sizes)).toBe(most)
    expect(counted(startsOf('a'))[1000]).toBe(perHost ?? 20)
  })
})

describe('time-outs', () => {
  const LATE = failed('timeout', 'firstByte')
  /** Times out for what is asked first under these names. */
  const lateOnce = (isLate: (path: string) => boolean) => {
    const seen = new Set<string>()
    return ({ host, path }: Request) => {
      if (!isLate(path) || seen.has(host + path)) return answered(200)
      seen.add(host + path)
      return LATE
    }
  }

  test('of five on a host that answers are our load: halved and asked again', async () => {
    const { clock, ask, replies, startsOf } = createRig(lateOnce((path) => path.startsWith('/late')))
    ask('a', 1)
    await clock.advance(100)
    ask('a', 5, 'late')
    await clock.advance(5000)
    expect(replies.map(({ status }) => status)).toEqual(Array(6).fill(200))
    expect(startsOf('a')).toHaveLength(11)
    ask('a', 20)
    expect(startsOf('a').slice(11)).toHaveLength(0)
    await clock.advance(0)
    expect(counted(startsOf('a').slice(11))).toEqual({ [clock.now()]: 10 })
  })

  test('beyond the five, of the same moment, are asked again as well', async () => {
    const { clock, ask, replies } = createRig(lateOnce((path) => path.startsWith('/late')))
    ask('a', 1)
    await clock.advance(100)
    ask('a', 8, 'late')
    await clock.advance(5000)
    expect(replies.filter(({ kind }) => kind === 'timeout')).toHaveLength(0)
  })

  test('of four stay what they are, at once where no more can come', async () => {
    const { clock, ask, replies, startsOf } = createRig(lateOnce((path) => path.startsWith('/late')))
    ask('a', 1)
    await clock.advance(100)
    ask('a', 4, 'late')
    await clock.advance(100)
    expect(replies.slice(1).map(({ kind }) => kind)).toEqual(Array(4).fill('timeout'))
    expect(startsOf('a')).toHaveLength(5)
  })

  test('on a host that never answered are held against it at once', async () => {
    const { clock, ask, replies, startsOf } = createRig(() => LATE)
    ask('a', 20)
    await clock.advance(100)
    expect(replies.map(({ kind }) => kind)).toEqual(Array(20).fill('timeout'))
    expect(startsOf('a')).toHaveLength(20)
  })

  test('on different hosts are not added up', async () => {
    const { clock, ask, replies } = createRig(lateOnce((path) => path.startsWith('/late')))
    for (const host of ['a', 'b', 'c', 'd', 'e']) ask(host, 1)
    await clock.advance(100)
    for (const host of ['a', 'b', 'c', 'd', 'e']) ask(host, 1, 'late')
    await clock.advance(5000)
    expect(replies.filter(({ kind }) => kind === 'timeout')).toHaveLength(5)
  })

  test('are asked again once only', async () => {
    const { clock, ask, replies, startsOf } = createRig(({ path }) => (path.startsWith('/late') ? LATE : answered(200)))
    ask('a', 1)
    await clock.advance(100)
    ask('a', 5, 'late')
    await clock.advance(60_000)
    expect(startsOf('a')).toHaveLength(11)
    expect(replies.filter(({ kind }) => kind === 'timeout')).toHaveLength(5)
  })
})
