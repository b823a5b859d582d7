import { describe, expect, test } from 'vitest'
import { createLimiter } from '../../src/flow/limiter.js'
import { createAnnounce } from '../../src/policies/announce.js'
import { isTimeout, mayPass, type RetryOptions, withRetry } from '../../src/policies/retry.js'
import { KINDS } from '../../src/settings/kinds.js'
import type { Check } from '../../src/settings/seams.js'
import type { Target } from '../../src/settings/target.js'
import type { Kind } from '../../src/words/kinds.js'
import type { Reply } from '../../src/words/reply.js'
import { createFakeClock } from '../support/fake-clock.js'
import { at } from '../support/where.js'
import { answered, createStop, FIRST, failed, playing, targetOf } from './policy-rig.js'

/** A retrying check over these replies, whose waits are over at once. */
function createRig(replies: readonly Reply[], options: Partial<RetryOptions> = {}) {
  const waits: number[] = []
  const said: string[] = []
  const stop = createStop()
  const { check, asked } = playing(...replies)
  const retrying = withRetry(check, {
    retryTimeouts: false,
    maxWaitMs: 30_000,
    random: () => 1,
    now: () => 0,
    wallNow: () => 0,
    wait: async (ms) => void waits.push(ms),
    lastTurn: async () => {},
    isAwaited: () => false,
    stop,
    announce: createAnnounce({ notify: (text) => void said.push(text) }),
    ...options,
  })
  const ask = (target: Target = targetOf('http://a.test/'), context = FIRST) => retrying(target, context)
  return { ask, asked, waits, said, stop }
}
const retries = (count: number, url = 'http://a.test/') => targetOf(url, { retries: count })

describe('asked again is', () => {
  test('each of these kinds and no other', () => {
    const kinds = [...Object.keys(KINDS), 'local.emfile'] as Kind[]
    const again = (retryTimeouts: boolean) =>
      kinds.filter((kind) => kind !== 'ok' && mayPass({ kind, status: 0 }, retryTimeouts))
    const passing = ['dns.failed', 'tcp.address_unreachable', 'tcp.closed', 'tcp.refused', 'tcp.reset']
    expect(again(false).sort()).toEqual(passing)
    expect(again(true).sort()).toEqual([...passing, 'tcp.timed_out', 'timeout'])
  })

  test('each of these statuses and no other', () => {
    const statuses = Array.from({ length: 900 }, (_, index) => index + 100)
    expect(statuses.filter((status) => mayPass({ kind: 'ok', status }, true))).toEqual([
      408, 425, 429, 500, 502, 503, 504, 522, 524,
    ])
  })

  test.each<[code: string | null, again: boolean]>([
    ['500', true],
    ['502', true],
    ['503', true],
    ['504', true],
    ['ECONNREFUSED', true],
    ['ECONNRESET', true],
    ['closed', true],
    ['SOCKS_FAILURE', true],
    ['401', false],
    ['403', false],
    ['407', false],
    ['511', false],
    ['SOCKS_AUTHENTICATION', false],
    ['SOCKS_NOT_ALLOWED', false],
    ['CERT_HAS_EXPIRED', false],
    ['timeout', false],
    [null, false],
  ])('a proxy that failed by %s: %s', (code, again) => {
    expect(mayPass({ kind: 'proxy.failed', status: 0, code }, false)).toBe(again)
    expect(mayPass({ kind: 'proxy.failed', status: 0, code: 'timeout' }, true)).toBe(true)
  })

  test.each([{ 'retry-after': '1' }, { 'x-ratelimit-remaining': '0' }])('a 403 about the rate: %j', async (headers) => {
    const rig = createRig([answered(403, headers), answered(200)])
    expect(await rig.ask()).toMatchObject({ status: 200, attempts: 2 })
    if ('retry-after' in headers) expect(rig.waits[0]).toBe(1000)
    expect(await createRig([answered(403), answered(200)]).ask()).toMatchObject({ status: 403, attempts: 1 })
  })

  test('not a redirect error whose last status is among them', () => {
    expect(mayPass({ kind: 'http.response.redirect_loop', status: 503 }, true)).toBe(false)
  })

  test('a timeout only where that is asked for', async () => {
    const replies = [failed('timeout', 'firstByte'), answered(200)]
    expect(await createRig(replies).ask()).toMatchObject({ kind: 'timeout', attempts: 1 })
    expect(await createRig(replies, { retryTimeouts: true }).ask()).toMatchObject({ status: 200, attempts: 2 })
    expect([isTimeout('timeout'), isTimeout('tcp.timed_out'), isTimeout('tcp.reset')]).toEqual([true, true, false])
  })
})

describe('attempts', () => {
  test('are one and the retries of the line', async () => {
    for (const count of [0, 1, 2, 5]) {
      const { ask, asked } = createRig([answered(503)])
      expect(await ask(retries(count))).toMatchObject({ status: 503, attempts: count + 1 })
      expect(asked).toHaveLength(count + 1)
    }
  })

  test('end with the first answer that stands', async () => {
    const { ask, asked } = createRig([failed('tcp.refused'), answered(500), answered(404)])
    expect(await ask(retries(9))).toMatchObject({ status: 404, attempts: 3 })
    expect(asked).toHaveLength(3)
  })

  test('end when the run is stopped', async () => {
    const pull = async () => {
      stop.stopped = true
    }
    const { ask, asked, stop } = createRig([answered(503)], { wait: pull })
    await ask(retries(9))
    expect(asked).toHaveLength(2)
  })

  test('are not made of a URL whose host is known to be down', async () => {
    const { ask, asked } = createRig([failed('tcp.refused', null, { inferred: true, attempts: 0 })])
    expect(await ask()).toMatchObject({ attempts: 0, inferred: true })
    expect(asked).toHaveLength(1)
  })

  test('keep the last real answer when the host is found down in between', async () => {
    const { ask } = createRig([failed('tcp.refused'), failed('tcp.refused', null, { inferred: true, attempts: 0 })])
    expect(await ask()).toMatchObject({ attempts: 1, inferred: false })
  })
})

describe('the wait', () => {
  test('is 500 ms doubling, half of it fixed and half chance', async () => {
    const low = createRig([answered(503)], { random: () => 0 })
    await low.ask(retries(4))
    expect(low.waits).toEqual([250, 500, 1000, 2000])
    const high = createRig([answered(503)], { random: () => 1 })
    await high.ask(retries(4))
    expect(high.waits).toEqual([500, 1000, 2000, 4000])
  })

  test('is what the server asks for', async () => {
    const { ask, waits } = createRig([
      answered(429, { 'retry-after': '3' }),
      answered(503, { 'retry-after': 'Thu, 01 Jan 1970 00:00:04 GMT' }),
      answered(200),
    ])
    expect(await ask()).toMatchObject({ status: 200, attempts: 3 })
    expect(waits).toEqual([3000, 4000])
  })

  test('of all attempts stays within the longest one allowed', async () => {
    const { ask, waits } = createRig([answered(429, { 'retry-after': '4' })], { maxWaitMs: 10_000 })
    expect(await ask(retries(9))).toMatchObject({ status: 429, attempts: 3 })
    expect(waits).toEqual([4000, 4000])
  })

  test('may be just as long as allowed', async () => {
    const { ask, waits } = createRig([answered(429, { 'retry-after': '5' })], { maxWaitMs: 10_000 })
    await ask(retries(9))
    expect(waits).toEqual([5000, 5000])
  })

  test('takes no permit: the next check takes its own', async () => {
    const { ask, asked } = createRig([answered(503), answered(200)])
    const permit = { release() {} }
    await ask(targetOf('http://a.test/'), { permit, queuedMs: 7 })
    expect(asked.map(({ context }) => context)).toEqual([
      { permit, queuedMs: 7 },
      { permit: null, queuedMs: 7, againSinceMs: 700 },
    ])
  })

  test('leaves the permit to others', async () => {
    const clock = createFakeClock()
    const limiter = createLimiter({ concurrency: 1, perHost: 1, now: clock.now, wait: clock.wait })
    const log: string[] = []
    const check: Check = async ({ url }) => {
      const permit = await limiter.acquire(at('a.test'), false, null)
      log.push(`${clock.now()} ${new URL(url!).pathname}`)
      await clock.wait(10)
      permit!.release()
      return answered(url!.endsWith('/bad') && clock.now() < 100 ? 503 : 200)
    }
    const retrying = withRetry(check, {
      retryTimeouts: false,
      maxWaitMs: 30_000,
      random: () => 1,
      now: clock.now,
      wallNow: () => 0,
      wait: clock.wait,
      lastTurn: async () => {},
      isAwaited: () => false,
      stop: createStop(),
      announce: () => {},
    })
    const both = Promise.all(['bad', 'good'].map((path) => retrying(targetOf(`http://a.test/${path}`), FIRST)))
    await clock.advance(1000)
    expect((await both).map(({ status }) => status)).toEqual([200, 200])
    expect(log).toEqual(['0 /bad', '10 /good', '510 /bad'])
  })
})

describe('a wait of over 5 s is announced', () => {
  const asking = (seconds: number) => [answered(429, { 'retry-after': `${seconds}` }), answered(200)]

  test('with its host', async () => {
    const { ask, said } = createRig(asking(60), { maxWaitMs: 60_000 })
    await ask(retries(2, 'http://api.test/'))
    expect(said).toEqual(['waiting 60 s: api.test asked for it'])
  })

  test('once a host', async () => {
    const { ask, said } = createRig([answered(429, { 'retry-after': '6' })])
    for (const host of ['a', 'a', 'b']) await ask(retries(2, `http://${host}.test/`))
    expect(said).toEqual(['waiting 6 s: a.test asked for it', 'waiting 6 s: b.test asked for it'])
  })

  test('and one of 5 s is not', async () => {
    const { ask, said } = createRig(asking(5))
    await ask()
    expect(said).toEqual([])
  })

  test('and one that nobody asked for is not', async () => {
    const { ask, said, waits } = createRig([answered(500)])
    await ask(retries(5))
    expect(waits.at(-1)).toBe(8000)
    expect(said).toEqual([])
  })

  test('and one that is too long to wait for is not', async () => {
    const { ask, said } = createRig(asking(60))
    await ask()
    expect(said).toEqual([])
  })

  test('in the name of the hop that asked', async () => {
    const redirects = [{ url: 'http://a.test/', status: 301, location: 'http://b.test/' }]
    const { ask, said } = createRig([
      answered(503, { 'retry-after': '7' }, { redirects, finalUrl: 'http://b.test/' }),
      answered(200),
    ])
    await ask()
    expect(said).toEqual(['waiting 7 s: b.test asked for it'])
  })
})
