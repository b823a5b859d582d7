import { describe, expect, test } from 'vitest'
import { createLimiter } from '../../src/flow/limiter.js'
import { learnFromAnswers } from '../../src/policies/learn-from-answers.js'
import { withOverload } from '../../src/policies/overload.js'
import type { Check } from '../../src/settings/seams.js'
import type { Where } from '../../src/words/limits.js'
import type { Reply } from '../../src/words/reply.js'
import { createFakeClock } from '../support/fake-clock.js'
import { at } from '../support/where.js'
import { answered, FIRST, failed, targetOf } from './policy-rig.js'

const LATENCY_MS = 100

interface Answer {
  readonly status: number
  readonly retryAfterMs?: number
  readonly remoteAddress?: string
}

/** Origins that answer by a function after 100 ms, asked through a real limiter that is taught. */
function createRig(serve: (nth: number, origin: string) => Answer, { perHost = null as number | null } = {}) {
  const clock = createFakeClock(1000)
  const { now, wait } = clock
  const limiter = createLimiter({ concurrency: 1000, perHost, now, wait })
  const isPublic = (address: string) => address.startsWith('8.')
  const learning = learnFromAnswers({ limiter, now, random: () => 1, isPublic })
  const starts: { readonly origin: string; readonly atMs: number }[] = []
  const ask = (where: Where, count: number) => {
    for (let index = 0; index < count; index++) void askOne(where)
  }
  const askOne = async (where: Where) => {
    const permit = (await limiter.acquire(where, false, null))!
    const beganAtMs = now()
    const nth = starts.push({ origin: where.origin, atMs: beganAtMs })
    const isSolo = permit.active === 1
    await wait(LATENCY_MS)
    const { status, retryAfterMs = null, remoteAddress = '127.0.0.1' } = serve(nth, where.origin)
    if (status === 429 || status === 503)
      learning.complained(where, { status, askedMs: retryAfterMs, beganAtMs, isSolo })
    else learning.clean(where, remoteAddress)
    permit.release()
  }
  const startsOf = (origin: string) => starts.filter((each) => each.origin === origin).map(({ atMs }) => atMs)
  return { clock, limiter, ask, startsOf }
}

function counted(starts: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const atMs of starts) counts[atMs] = (counts[atMs] ?? 0) + 1
  return counts
}

describe('a complaint', () => {
  test('pauses its origin, while another one of the same host goes on at full speed', async () => {
    const { clock, ask, startsOf } = createRig(
      (nth, origin) => (origin === 'a:1' && nth <= 20 ? { status: 429, retryAfterMs: 10_000 } : { status: 200 }),
      { perHost: 20 },
    )
    ask({ host: 'a', origin: 'a:1' }, 30)
    await clock.advance(150)
    ask({ host: 'a', origin: 'a:2' }, 60)
    await clock.advance(9000)
    expect(startsOf('a:1')).toHaveLength(20)
    expect(startsOf('a:2')).toHaveLength(60)
    await clock.advance(60_000)
    expect(startsOf('a:1')).toHaveLength(30)
  })

  test('of twenty side by side pauses as one, and each round for twice as long', async () => {
    const { clock, ask, startsOf } = createRig(() => ({ status: 503 }))
    ask(at('a'), 200)
    await clock.advance(5500)
    const rounds = Object.keys(counted(startsOf('a'))).map(Number)
    // 500, 1,000, 2,000 and again 2,000 ms after the answers.
    expect(rounds).toEqual([1000, 1600, 2700, 4800])
  })

  test('halves what runs at once, one round trip after the other', async () => {
    const { clock, ask, startsOf } = createRig(() => ({ status: 429 }))
    ask(at('a'), 60)
    await clock.advance(20_000)
    expect(Object.values(counted(startsOf('a'))).slice(0, 5)).toEqual([20, 10, 5, 2, 1])
  })

  test('of an origin that answers nothing else is an outage where it is a 503 without a time: halved once', async () => {
    const { clock, ask, startsOf } = createRig(() => ({ status: 503 }))
    ask(at('a'), 60)
    await clock.advance(5500)
    expect(Object.values(counted(startsOf('a')))).toEqual([20, 10, 10, 10])
  })

  test('of a page that is always 503 costs its origin nothing where nothing else was on the wire', async () => {
    const { clock, ask, startsOf } = createRig((nth) => ({ status: nth % 2 === 0 ? 503 : 200 }), { perHost: 1 })
    ask(at('a'), 20)
    await clock.advance(2000)
    expect(startsOf('a')).toEqual(Array.from({ length: 20 }, (_, index) => 1000 + index * LATENCY_MS))
  })

  test('is forgotten with a clean answer', async () => {
    const { clock, ask, startsOf } = createRig((nth) => ({ status: nth === 20 ? 200 : 503 }))
    ask(at('a'), 60)
    await clock.advance(2500)
    const rounds = Object.keys(counted(startsOf('a'))).map(Number)
    // The pause is half a second again, and stays so: it may be pages that are always 503.
    expect(rounds).toEqual([1000, 1600, 2200, 2800, 3400])
  })

  test('is waited for a minute at most by who asks through the client alone', async () => {
    const { clock, ask, startsOf } = createRig(
      (nth) => (nth === 1 ? { status: 503, retryAfterMs: 3_600_000 } : { status: 200 }),
      {
        perHost: 1,
      },
    )
    ask(at('a'), 2)
    await clock.advance(60_200)
    expect(startsOf('a')).toEqual([1000, 61_100])
  })
})

describe('clean answers', () => {
  test.each([
    ['a public host', '8.8.8.8', null, 6],
    ['a host on loopback', '127.0.0.1', null, 20],
    ['a public host where the user says 12', '8.8.8.8', 12, 12],
  ])('of %s decide how many go at once after the first 100', async (_name, remoteAddress, perHost, most) => {
    const { clock, ask, startsOf } = createRig(() => ({ status: 200, remoteAddress }), { perHost })
    ask(at('a'), 300)
    await clock.advance(2000)
    expect(Math.max(...Object.values(counted(startsOf('a').slice(120))))).toBe(most)
    expect(counted(startsOf('a'))[1000]).toBe(perHost ?? 20)
  })
})

describe('time-outs', () => {
  const LATE = failed('timeout', 'firstByte')
  /** A host of which the first asks of these paths time out. */
  const createLateRig = (isLate: (path: string) => boolean, hasAnswered = true) => {
    const clock = createFakeClock(1000)
    const slowed: string[] = []
    let busy = 0
    const seen = new Set<string>()
    const check: Check = async ({ url }) => {
      busy++
      await clock.wait(LATENCY_MS)
      busy--
      const { pathname } = new URL(url!)
      const isFirst = !seen.has(pathname)
      seen.add(pathname)
      return isLate(pathname) && isFirst ? LATE : answered(200)
    }
    const limiter = {
      hasAnswered: () => hasAnswered,
      busy: () => busy,
      slowDown: ({ origin }: Where) => void slowed.push(origin),
    }
    const calm = withOverload(check, { limiter, now: clock.now, wait: clock.wait })
    const replies: Reply[] = []
    const ask = (count: number) => {
      for (let index = 0; index < count; index++) {
        calm(targetOf(`http://a.test/${index}`), FIRST).then((reply) => replies.push(reply))
      }
    }
    return { clock, ask, replies, slowed }
  }

  test('of twenty on an origin that answers are our load: it gets less, and they are asked again', async () => {
    const { clock, ask, replies, slowed } = createLateRig(() => true)
    ask(20)
    await clock.advance(5000)
    expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(slowed).toEqual(Array(20).fill('http://a.test'))
  })

  test('of four stay what they are, at once where no more can come', async () => {
    const { clock, ask, replies } = createLateRig(() => true)
    ask(4)
    await clock.advance(100)
    expect(replies.map(({ kind }) => kind)).toEqual(Array(4).fill('timeout'))
  })

  test('on an origin that never answered are held against it at once', async () => {
    const { clock, ask, replies, slowed } = createLateRig(() => true, false)
    ask(20)
    await clock.advance(100)
    expect(replies.map(({ kind }) => kind)).toEqual(Array(20).fill('timeout'))
    expect(slowed).toEqual([])
  })
})
