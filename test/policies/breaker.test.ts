import { describe, expect, test } from 'vitest'
import { type Breaker, createBreaker } from '../../src/policies/breaker.js'
import type { BreakerOptions } from '../../src/policies/origin-trouble.js'
import type { Found, Visit } from '../../src/policies/visit.js'
import { createFakeClock } from '../support/fake-clock.js'
import { at } from '../support/where.js'
import { createStop } from './policy-rig.js'

const TEN_S = 10_000

/** A breaker on a clock that the test moves, with visits of URLs that go when they may. */
function createRig(options: Partial<BreakerOptions> = {}) {
  const clock = createFakeClock(1000)
  const dismissed: string[] = []
  const paused: [string, number][] = []
  const stop = createStop()
  const others = { has: false, hasAnswered: false }
  const breaker: Breaker<string> = createBreaker<string>({
    limiter: {
      dismiss: (origin) => void dismissed.push(origin),
      pause: ({ origin }, untilMs) => void paused.push([origin, untilMs]),
      waiting: () => 0,
      hasAnswered: () => others.hasAnswered,
    },
    now: clock.now,
    wait: clock.wait,
    stop,
    maxWaitMs: 30_000,
    hasOthers: () => others.has,
    announce: () => {},
    ...options,
  })
  /** What became of each URL: asked at these times, or inferred at one. */
  const asked: { readonly name: string; readonly atMs: number }[] = []
  const inferred: { readonly name: string; readonly atMs: number; readonly answer: string }[] = []
  /** Answers as the test says, after so many ms. */
  const origin = { takesMs: 1, find: (_atMs: number): Found<string>['type'] | 'late' => 'nothing' }
  const foundAt = (visit: Visit, beganAtMs: number): Found<string> => {
    const type = origin.find(beganAtMs)
    if (type === 'late') return { type: 'nothing', beganAtMs, speaksForMs: visit.budgetMs, answer: 'late' }
    if (type === 'nothing') return { type, beganAtMs, speaksForMs: Number.POSITIVE_INFINITY, answer: 'refused' }
    if (type !== 'complaint') return { type }
    return { type, beganAtMs, askedMs: null, untilMs: clock.now() + 500, isAlone: true, answer: 'busy' }
  }
  const go = async (name: string, rest: Partial<Visit> = {}) => {
    const visit: Visit = { where: at('a'), budgetMs: TEN_S, sinceMs: clock.now(), isAgain: false, ...rest }
    const known = await breaker.enter(visit)
    if (known !== null) return void inferred.push({ name, atMs: clock.now(), answer: known })
    const beganAtMs = clock.now()
    asked.push({ name, atMs: beganAtMs })
    await clock.wait(origin.takesMs)
    breaker.learn(visit, foundAt(visit, beganAtMs))
  }
  const goMany = (count: number, rest: Partial<Visit> = {}) => {
    for (let index = 0; index < count; index++) void go(`u${index}`, rest)
  }
  return { clock, breaker, go, goMany, asked, inferred, origin, dismissed, paused, stop, others }
}

/** How many at each time, from the start of the clock. */
const counted = (entries: readonly { readonly atMs: number }[]) => {
  const counts: Record<number, number> = {}
  for (const { atMs } of entries) counts[atMs - 1000] = (counts[atMs - 1000] ?? 0) + 1
  return counts
}

describe('twenty failures side by side', () => {
  test('are one: who comes next waits for news, and goes when retries bring none', async () => {
    const { clock, goMany, go, asked, inferred } = createRig()
    goMany(20)
    await clock.advance(1)
    for (let index = 0; index < 30; index++) void go(`later${index}`)
    await clock.advance(498)
    expect([asked.length, inferred.length]).toEqual([20, 0])
    // Half a second after the moment began, ten of those that wait.
    await clock.advance(1)
    expect(counted(asked)).toEqual({ 0: 20, 500: 10 })
  })

  test('and three more moments, a back-off apart, make an origin down', async () => {
    const { clock, goMany, go, asked, inferred } = createRig()
    goMany(20)
    await clock.advance(1)
    for (let index = 0; index < 100; index++) void go(`later${index}`)
    await clock.advance(5000)
    expect(counted(asked)).toEqual({ 0: 20, 500: 10, 1500: 10, 2500: 10 })
    // Those that waited before the last of them began.
    expect(inferred).toHaveLength(70)
    expect(counted(inferred)).toEqual({ 2501: 70 })
    expect(inferred.every(({ answer }) => answer === 'refused')).toBe(true)
  })

  test('over and over within the back-off are still one', async () => {
    const { clock, go, asked, inferred } = createRig()
    for (let index = 0; index < 20; index++) void go('first')
    for (let round = 0; round < 10; round++) {
      await clock.advance(20)
      for (let index = 0; index < 20; index++) void go('again', { isAgain: true })
    }
    await clock.advance(20)
    void go('fresh')
    await clock.advance(1)
    expect(asked.filter(({ name }) => name === 'again')).toHaveLength(200)
    expect(inferred).toEqual([])
  })

  test('are over with the first connection, and all that wait may go', async () => {
    const { clock, goMany, origin, asked, inferred, breaker } = createRig()
    origin.find = (atMs) => (atMs < 1400 ? 'nothing' : 'connected')
    goMany(20)
    await clock.advance(2)
    goMany(1000)
    await clock.advance(1000)
    expect(inferred).toEqual([])
    expect(counted(asked)).toEqual({ 0: 20, 500: 10, 501: 990 })
    expect(breaker.isTroubled(at('a'))).toBe(false)
  })
})

describe('retries', () => {
  test('go at their own time while an origin is in trouble, and count as its moments', async () => {
    const { clock, goMany, go, asked, inferred } = createRig()
    goMany(20)
    await clock.advance(2)
    for (let index = 0; index < 50; index++) void go('fresh')
    for (const waitMs of [300, 600, 700]) {
      await clock.advance(waitMs)
      for (let index = 0; index < 20; index++) void go('retry', { isAgain: true })
    }
    await clock.advance(2)
    // Four moments without a single one that was not asked before, and what waits is known.
    expect(asked.filter(({ name }) => name === 'fresh')).toEqual([])
    expect(inferred).toHaveLength(50)
  })
})

describe('an origin that is down', () => {
  const down = async (rig: ReturnType<typeof createRig>) => {
    rig.goMany(20)
    await rig.clock.advance(1)
    rig.goMany(40)
    await rig.clock.advance(3000)
    expect(rig.inferred.length).toBeGreaterThan(0)
    return { asked: rig.asked.length, inferred: rig.inferred.length }
  }

  test('infers nothing for who comes later, before one of them was asked', async () => {
    const rig = createRig()
    const before = await down(rig)
    rig.goMany(500)
    await rig.clock.advance(0)
    expect(rig.inferred.length).toBe(before.inferred)
    await rig.clock.advance(1002)
    expect([rig.asked.length - before.asked, rig.inferred.length - before.inferred]).toEqual([1, 499])
  })

  test('is asked less and less often while there is other work, and at once when there is none', async () => {
    const rig = createRig()
    rig.others.has = true
    const before = await down(rig)
    const until = async (ms: number) => {
      for (let at = 0; at < ms; at += 100) {
        void rig.go('late')
        await rig.clock.advance(100)
      }
      return rig.asked.length - before.asked
    }
    expect(await until(20_000)).toBeLessThanOrEqual(6)
    rig.others.has = false
    void rig.go('last')
    await rig.clock.advance(2100)
    expect(rig.inferred.at(-1)?.name ?? rig.asked.at(-1)?.name).toBe('last')
  })

  test('and comes back is asked for all of them', async () => {
    const rig = createRig()
    const before = await down(rig)
    rig.origin.find = () => 'clean'
    rig.goMany(500)
    await rig.clock.advance(1100)
    expect([rig.asked.length - before.asked, rig.inferred.length - before.inferred]).toEqual([500, 0])
  })

  test('lets everybody go when the run is stopped', async () => {
    const rig = createRig()
    await down(rig)
    rig.goMany(20)
    await rig.clock.advance(0)
    rig.stop.stopped = true
    for (const job of [...(rig.stop.running as unknown as Set<{ abort(): void }>)]) job.abort()
    await rig.clock.advance(0)
    expect(rig.asked.length + rig.inferred.length).toBe(80)
  })
})

test('an origin that has answered before is given up after twice as many moments', async () => {
  const rig = createRig()
  rig.others.hasAnswered = true
  rig.goMany(20)
  await rig.clock.advance(1)
  rig.goMany(200)
  await rig.clock.advance(6000)
  expect(rig.inferred).toEqual([])
  await rig.clock.advance(1500)
  expect(rig.inferred.length).toBeGreaterThan(100)
})

describe('time-outs', () => {
  test('of 100 ms speak for who has 100 ms, not for who has 10 s', async () => {
    const rig = createRig()
    rig.origin.find = () => 'late'
    rig.origin.takesMs = 100
    rig.goMany(20, { budgetMs: 100 })
    await rig.clock.advance(100)
    rig.goMany(200, { budgetMs: 100 })
    await rig.clock.advance(4000)
    const before = rig.inferred.length
    expect(before).toBeGreaterThan(100)
    rig.origin.find = () => 'clean'
    rig.goMany(20, { budgetMs: TEN_S })
    await rig.clock.advance(100)
    expect(rig.inferred.length).toBe(before)
  })

  test('that last longer than a back-off are followed by the next moment at once', async () => {
    const rig = createRig()
    rig.origin.find = () => 'late'
    rig.origin.takesMs = 1000
    rig.goMany(20, { budgetMs: 1000 })
    await rig.clock.advance(1000)
    rig.goMany(5000, { budgetMs: 1000 })
    await rig.clock.advance(3000)
    expect(counted(rig.asked)).toEqual({ 0: 20, 1000: 10, 2000: 10, 3000: 10 })
    expect(counted(rig.inferred)).toEqual({ 4000: 4970 })
  })
})

describe('complaints', () => {
  test('through three waits of the origin are the answer for all that wait', async () => {
    const rig = createRig()
    rig.origin.find = () => 'complaint'
    for (let round = 0; round < 4; round++) {
      rig.goMany(20)
      await rig.clock.advance(502)
    }
    expect(rig.dismissed.length).toBeGreaterThan(0)
    // What waits in the limiter's line comes here now, and is from before the last complaint.
    void rig.go('waited', { sinceMs: 1000 })
    await rig.clock.advance(0)
    expect(rig.inferred).toMatchObject([{ name: 'waited', answer: 'busy' }])
  })

  test('that come beside clean answers say nothing of the origin, however often', async () => {
    const rig = createRig()
    const visit: Visit = { where: at('a'), budgetMs: TEN_S, sinceMs: 1000, isAgain: true }
    for (let round = 0; round < 20; round++) {
      const beganAtMs = rig.clock.now()
      const rest = { beganAtMs, askedMs: null, untilMs: beganAtMs + 500, isAlone: false, answer: 'busy' }
      rig.breaker.learn(visit, { type: 'complaint', ...rest })
      await rig.clock.advance(600)
    }
    void rig.go('waited', { sinceMs: 1000 })
    await rig.clock.advance(2)
    expect(rig.inferred).toEqual([])
  })

  test('in between clean answers are none', async () => {
    const rig = createRig()
    for (let round = 0; round < 10; round++) {
      rig.origin.find = () => (round % 2 === 0 ? 'complaint' : 'clean')
      rig.goMany(20)
      await rig.clock.advance(600)
    }
    void rig.go('waited', { sinceMs: 1000 })
    await rig.clock.advance(2)
    expect(rig.inferred).toEqual([])
  })

  test('that ask for longer than a URL may wait are the answer at once, until that time', async () => {
    const rig = createRig()
    const visit: Visit = { where: at('a'), budgetMs: TEN_S, sinceMs: 1000, isAgain: false }
    const complaint = {
      type: 'complaint',
      beganAtMs: 1000,
      askedMs: 3_600_000,
      untilMs: 61_000,
      isAlone: true,
      answer: 'busy',
    } as const
    rig.breaker.learn(visit, complaint)
    expect([rig.breaker.known(at('a')), rig.breaker.known(at('b'))]).toEqual(['busy', null])
    rig.goMany(20, { isAgain: true })
    rig.goMany(20)
    await rig.clock.advance(0)
    expect([rig.asked.length, rig.inferred.length]).toEqual([0, 40])
    // A clean answer that was on the wire takes nothing back.
    rig.breaker.learn(visit, { type: 'clean' })
    expect(rig.breaker.known(at('a'))).toBe('busy')
    await rig.clock.advance(3_600_001)
    expect(rig.breaker.known(at('a'))).toBeNull()
  })

  test('of a time that can be waited pause the origin for all of it', () => {
    const rig = createRig()
    const visit: Visit = { where: at('a'), budgetMs: TEN_S, sinceMs: 1000, isAgain: false }
    rig.breaker.learn(visit, {
      type: 'complaint',
      beganAtMs: 1000,
      askedMs: 20_000,
      untilMs: 1500,
      isAlone: true,
      answer: 'busy',
    })
    expect(rig.paused).toEqual([['a', 21_000]])
    expect(rig.breaker.known(at('a'))).toBeNull()
  })
})

test('an origin says nothing of others, whatever is wrong with it', async () => {
  const rig = createRig()
  rig.goMany(20)
  await rig.clock.advance(2)
  for (let index = 0; index < 20; index++) void rig.go('other', { where: at('b') })
  await rig.clock.advance(0)
  expect(rig.asked.filter(({ name }) => name === 'other')).toHaveLength(20)
})
