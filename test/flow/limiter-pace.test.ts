import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLimiter, type LimiterOptions } from '../../src/flow/limiter.js'
import type { Permit } from '../../src/words/limits.js'
import { createFakeClock } from '../support/fake-clock.js'
import { at } from '../support/where.js'

/** A limiter on a fake clock, and when which host's requests started. Each is on the wire for `lastsMs`. */
function createRig(options: Partial<LimiterOptions> = {}, lastsMs = 0) {
  const clock = createFakeClock()
  const limiter = createLimiter({ concurrency: 1000, perHost: 1000, now: clock.now, wait: clock.wait, ...options })
  const starts: { readonly host: string; readonly atMs: number }[] = []
  const ask = (host: string) => {
    const granted = (permit: Permit) => {
      starts.push({ host, atMs: clock.now() })
      if (lastsMs === 0) permit.release()
      else clock.wait(lastsMs).then(() => permit.release())
    }
    limiter.enqueue(at(host), { next: null, granted }, false)
  }
  const askMany = (host: string, count: number) => {
    for (let index = 0; index < count; index++) ask(host)
  }
  const startsOf = (host: string) => starts.filter((each) => each.host === host).map(({ atMs }) => atMs)
  return { clock, limiter, starts, ask, askMany, startsOf }
}

/** The most starts beyond `perSecond` in any window between two of them. */
function burstOf(starts: readonly number[], perSecond: number): number {
  let most = 0
  for (const [from, since] of starts.entries()) {
    for (let to = from; to < starts.length; to++) {
      most = Math.max(most, to - from + 1 - ((starts[to]! - since) * perSecond) / 1000)
    }
  }
  return most
}

describe('a rate', () => {
  /** Requests that come at these times, ms after the one before. */
  const arrivals = fc.array(fc.record({ afterMs: fc.nat(400), count: fc.integer({ min: 1, max: 30 }) }), {
    minLength: 1,
    maxLength: 6,
  })
  const rates = fc.integer({ min: 1, max: 500 })

  test.each([
    ['in all', (rate: number) => ({ rate })],
    ['of one host', (ratePerHost: number) => ({ ratePerHost })],
  ])('%s is never exceeded in any window by more than its burst, and all go in the end', async (_name, options) => {
    await fc.assert(
      fc.asyncProperty(rates, arrivals, async (rate, groups) => {
        const { clock, askMany, starts } = createRig(options(rate))
        for (const { afterMs, count } of groups) {
          await clock.advance(afterMs)
          askMany('a', count)
        }
        const total = groups.reduce((sum, { count }) => sum + count, 0)
        await clock.advance((total / rate) * 1000 + 1000)
        expect(starts).toHaveLength(total)
        expect(
          burstOf(
            starts.map(({ atMs }) => atMs),
            rate,
          ),
        ).toBeLessThanOrEqual(Math.max(1, rate / 10) + 1e-6)
      }),
      { numRuns: 40 },
    )
  })

  test('is used up: 100 requests at 20/s take five seconds', async () => {
    for (const options of [{ rate: 20 }, { ratePerHost: 20 }]) {
      const { clock, askMany, starts } = createRig(options)
      askMany('a', 100)
      await clock.advance(60_000)
      expect(starts).toHaveLength(100)
      expect(starts.at(-1)!.atMs).toBeCloseTo(4900, 3)
    }
  })

  test('in all holds over all hosts together', async () => {
    const { clock, askMany, starts } = createRig({ rate: 2 })
    for (const host of ['a', 'b', 'c']) askMany(host, 1)
    await clock.advance(400)
    expect(starts).toHaveLength(1)
    await clock.advance(600)
    expect(starts.map(({ host }) => host)).toEqual(['a', 'b', 'c'])
  })

  test('of a host holds for each of them alone', async () => {
    const { clock, askMany, startsOf } = createRig({ ratePerHost: 2 })
    for (const host of ['a', 'b', 'c']) askMany(host, 2)
    await clock.advance(400)
    expect(['a', 'b', 'c'].map(startsOf)).toEqual([[0], [0], [0]])
    await clock.advance(100)
    expect(startsOf('b')).toEqual([0, 500])
  })
})

describe('a paused host', () => {
  test('starts nothing until its time, then goes on by itself, while another goes on at full speed', async () => {
    const { clock, limiter, askMany, startsOf } = createRig({ perHost: 2 }, 10)
    askMany('a', 6)
    askMany('b', 200)
    await clock.advance(5)
    limiter.pause(at('a'), 2000)
    await clock.advance(1990)
    expect(startsOf('a')).toEqual([0, 0])
    expect(startsOf('b')).toHaveLength(200)
    await clock.advance(1000)
    expect(startsOf('a')).toEqual([0, 0, 2000, 2000, 2010, 2010])
  })

  test('starts nothing either when it was next in turn', async () => {
    const { clock, limiter, ask, startsOf } = createRig({ concurrency: 1 }, 10)
    ask('a')
    ask('b')
    limiter.pause(at('b'), 1000)
    await clock.advance(999)
    expect(startsOf('b')).toEqual([])
    await clock.advance(1)
    expect(startsOf('b')).toEqual([1000])
  })

  test('may be paused for longer while it waits', async () => {
    const { clock, limiter, ask, startsOf } = createRig()
    limiter.pause(at('a'), 1000)
    ask('a')
    await clock.advance(500)
    limiter.pause(at('a'), 3000)
    await clock.advance(10_000)
    expect(startsOf('a')).toEqual([3000])
  })

  test('holds no permit that others need', async () => {
    const { clock, limiter, ask, starts } = createRig({ concurrency: 1 }, 10)
    limiter.pause(at('a'), 1000)
    ask('a')
    ask('b')
    await clock.advance(0)
    expect(starts).toEqual([{ host: 'b', atMs: 0 }])
  })

  test('is not waited for any more once the client is closed: what is left goes at once', async () => {
    let closed = false
    const { clock, limiter, askMany, startsOf } = createRig({ ratePerHost: 1, rate: 1, isOver: () => closed })
    askMany('a', 3)
    limiter.pause(at('a'), 60_000)
    closed = true
    await clock.advance(1000)
    expect(startsOf('a')).toHaveLength(3)
  })
})

describe('a host that asks for less', () => {
  test('gets half at once', async () => {
    const { clock, limiter, askMany, startsOf } = createRig({ perHost: 8 }, 100)
    askMany('a', 30)
    await clock.advance(50)
    limiter.slowDown(at('a'), 0, null)
    await clock.advance(100)
    expect(startsOf('a')).toEqual([...Array(8).fill(0), ...Array(4).fill(100)])
  })

  test('gets one more at once after a clean round, without waiting for an answer', async () => {
    const { clock, limiter, askMany, startsOf } = createRig({ perHost: 2 }, 100)
    limiter.slowDown(at('a'), 0, null)
    askMany('a', 3)
    await clock.advance(50)
    limiter.clean(at('a'), false)
    expect(startsOf('a')).toEqual([0, 50])
  })

  test('and is public is known from its first clean answer', async () => {
    const { clock, limiter, askMany, startsOf } = createRig({ perHost: null }, 100)
    askMany('a', 200)
    limiter.clean(at('a'), true)
    await clock.advance(450)
    const startedAt = (ms: number) => startsOf('a').filter((each) => each === ms).length
    expect([0, 100, 200, 300, 400].map(startedAt)).toEqual([20, 20, 20, 20, 20])
    await clock.advance(200)
    expect([500, 600].map(startedAt)).toEqual([6, 6])
  })
})

describe('permits lack work', () => {
  test('while all who wait are paused, but not while somebody else is served', async () => {
    const { clock, limiter, ask } = createRig({ concurrency: 1 }, 10)
    limiter.pause(at('a'), 1000)
    ask('a')
    expect(limiter.lacksWork()).toBe(true)
    ask('b')
    expect(limiter.lacksWork()).toBe(false)
    await clock.advance(500)
    expect(limiter.lacksWork()).toBe(true)
    await clock.advance(500)
    expect(limiter.lacksWork()).toBe(false)
  })

  test('while all who wait are ahead of their host’s rate', () => {
    const { limiter, askMany } = createRig({ ratePerHost: 1 }, 10)
    askMany('a', 2)
    expect(limiter.lacksWork()).toBe(true)
  })

  test('never while somebody waits for the rate in all: more work would wait as well', async () => {
    const { clock, limiter, askMany } = createRig({ rate: 1 })
    askMany('a', 1)
    expect(limiter.lacksWork()).toBe(true)
    askMany('a', 1)
    expect(limiter.lacksWork()).toBe(false)
    await clock.advance(1000)
    expect(limiter.lacksWork()).toBe(true)
  })
})

describe('what is known of hosts', () => {
  /** How many of 20 start at once now. */
  const capOf = (rig: ReturnType<typeof createRig>, host: string) => {
    const before = rig.starts.length
    rig.askMany(host, 20)
    return rig.starts.length - before
  }

  test('is forgotten beyond 50,000 of them, the one that was used longest ago first', () => {
    const rig = createRig({ perHost: null }, 1)
    for (const host of ['used', 'old']) rig.limiter.slowDown(at(host), 0, null)
    for (let index = 0; index < 49_998; index++) rig.limiter.pause(at(`h${index}`), 0)
    rig.limiter.pause(at('used'), 0)
    rig.limiter.pause(at('one-more'), 0)
    expect(capOf(rig, 'used')).toBe(10)
    expect(capOf(rig, 'old')).toBe(20)
  })

  test('stays for one more round after each use, and no longer', () => {
    const rig = createRig({ perHost: null }, 1)
    const others = (round: number) => {
      for (let index = 0; index < 50_000; index++) rig.limiter.pause(at(`${round}-${index}`), 0)
    }
    for (const host of ['once', 'twice']) rig.limiter.slowDown(at(host), 0, null)
    for (const host of ['once', 'twice']) rig.limiter.pause(at(host), 0)
    others(1)
    rig.limiter.pause(at('twice'), 0)
    others(2)
    expect(capOf(rig, 'twice')).toBe(10)
    expect(capOf(rig, 'once')).toBe(20)
  })

  test('is never forgotten of a host that is paused or busy', async () => {
    const rig = createRig({ perHost: null }, 5)
    rig.limiter.pause(at('paused'), 1000)
    rig.limiter.slowDown(at('busy'), 0, null)
    rig.ask('busy')
    for (let index = 0; index < 60_000; index++) rig.limiter.pause(at(`h${index}`), 0)
    // Half of 20, and one is on the wire.
    expect(capOf(rig, 'busy')).toBe(9)
    rig.ask('paused')
    await rig.clock.advance(999)
    expect(rig.startsOf('paused')).toEqual([])
    await rig.clock.advance(1)
    expect(rig.startsOf('paused')).toEqual([1000])
  })
})
