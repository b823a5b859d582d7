import { describe, expect, test } from 'vitest'
import { judge } from '../../src/judge/judge.js'
import { LaterPasses, type LaterPassOptions } from '../../src/run/later-passes.js'
import type { Target } from '../../src/settings/target.js'
import type { Reply } from '../../src/words/reply.js'
import type { Verdict } from '../../src/words/verdict.js'
import { answered, createStop, failed, targetOf } from '../policies/policy-rig.js'
import { createFakeClock } from '../support/fake-clock.js'

const verdictOf = (index: number, reply: Reply): Verdict => judge(targetOf('http://a.test/', {}, index), reply)

/** Later passes on a fake clock; `server` answers what is asked again. */
function createRig(options: Partial<LaterPassOptions>, server: (index: number, pass: number) => Reply | null) {
  const clock = createFakeClock()
  const stop = createStop()
  const said: string[] = []
  const passes: { readonly atMs: number; readonly asked: readonly number[] }[] = []
  const rows: Verdict[] = []
  async function* again(targets: readonly Target[]) {
    passes.push({ atMs: clock.now(), asked: targets.map(({ index }) => index) })
    for (const target of targets) {
      const reply = server(target.index, passes.length)
      if (reply !== null) yield [judge(target, reply)]
    }
  }
  const later = new LaterPasses({
    recheckMs: null,
    waitMs: null,
    mayPass: ({ status, kind }) => status === 503 || kind.startsWith('tcp.'),
    again,
    now: clock.now,
    wait: clock.wait,
    stop,
    notify: (text) => said.push(text),
    ...options,
  })
  const hold = (index: number, reply: Reply, done = 0) => {
    later.begins(targetOf('http://a.test/', {}, index))
    return later.hold(verdictOf(index, reply), done)
  }
  const run = async () => {
    for await (const batch of later.run()) rows.push(...batch)
  }
  return { clock, stop, said, passes, rows, later, hold, run }
}

const OK = answered(200)
const DOWN = answered(503)
const TARGET = targetOf('http://a.test/')
const VERDICT = judge(TARGET, DOWN)

describe('with a recheck', () => {
  test('what may pass is held, what is fine or certain is not', () => {
    const { hold } = createRig({ recheckMs: 100 }, () => OK)
    expect([OK, DOWN, answered(404), failed('tcp.reset')].map((reply, index) => hold(index, reply))).toEqual([
      false,
      true,
      false,
      true,
    ])
  })

  test('a URL that is not asked because its host is down is held as well', () => {
    const { hold } = createRig({ recheckMs: 100 }, () => OK)
    expect(hold(0, failed('tcp.refused', null, { inferred: true, attempts: 0 }))).toBe(true)
  })

  test('a URL fails only if both passes fail, and the attempts are those of both', async () => {
    const { clock, hold, run, rows, passes } = createRig({ recheckMs: 30_000 }, (index) => (index === 1 ? OK : DOWN))
    hold(1, { ...DOWN, attempts: 3 })
    hold(2, { ...DOWN, attempts: 3 })
    const done = run()
    await clock.advance(29_999)
    expect(passes).toEqual([])
    await clock.advance(1)
    await done
    expect(passes).toEqual([{ atMs: 30_000, asked: [1, 2] }])
    expect(rows.map(({ index, outcome, attempts }) => [index, outcome, attempts])).toEqual([
      [1, 'ok', 4],
      [2, 'failed', 4],
    ])
  })

  test('nothing is waited for where nothing is held', async () => {
    const { run, passes, clock } = createRig({ recheckMs: 30_000 }, () => OK)
    await run()
    expect([passes, clock.pending()]).toEqual([[], []])
  })

  test('stopped before it, what is held is yielded as it is', async () => {
    const { clock, stop, hold, run, rows, passes } = createRig({ recheckMs: 100 }, () => OK)
    hold(1, DOWN)
    const done = run()
    stop.stopped = true
    await clock.advance(100)
    await done
    expect(passes).toEqual([])
    expect(rows).toMatchObject([{ index: 1, status: 503 }])
  })

  test('stopped in the middle, every row comes once', async () => {
    const { clock, hold, run, rows } = createRig({ recheckMs: 100 }, (index) => (index === 1 ? OK : null))
    for (const index of [1, 2, 3]) hold(index, DOWN)
    const done = run()
    await clock.advance(100)
    await done
    expect(rows.map(({ index, status }) => [index, status])).toEqual([
      [1, 200],
      [2, 503],
      [3, 503],
    ])
  })
})

describe('too many failures are not asked again', () => {
  const holdOne = (later: LaterPasses, index: number, done: number) => {
    later.begins({ ...TARGET, index })
    return later.hold({ ...VERDICT, index }, done)
  }
  const holdMany = (later: LaterPasses, count: number, done: number) =>
    Array.from({ length: count }, (_, index) => holdOne(later, index, done)).filter(Boolean).length

  test('beyond 1,000 of a short list: their rows are final at once, and it is said once', async () => {
    const { later, run, rows, passes, said } = createRig({ recheckMs: 0 }, () => OK)
    expect(holdMany(later, 1000, 5000)).toBe(1000)
    expect([later.overflow().length, said.length]).toEqual([0, 0])
    expect(holdOne(later, 1000, 5000)).toBe(true)
    const rest = later.overflow()
    expect(rest.map(({ index }) => index)).toEqual(Array.from({ length: 1001 }, (_, index) => index))
    expect(said).toEqual(['1001 failures are too many to ask again; their rows are final'])
    expect(holdOne(later, 1001, 5000)).toBe(false)
    expect(later.overflow()).toEqual([])
    await run()
    expect([rows, passes]).toEqual([[], []])
  })

  test('beyond 5 % of a long one', () => {
    const { later } = createRig({ recheckMs: 0 }, () => OK)
    expect(holdMany(later, 5000, 100_000)).toBe(5000)
    expect(later.overflow()).toEqual([])
    holdOne(later, 5000, 100_000)
    expect(later.overflow()).toHaveLength(5001)
  })

  test.each([
    ['recheck', { recheckMs: 0 }],
    ['wait', { waitMs: 1000 }],
  ])('beyond 100,000 ever (%s)', (_name, options) => {
    const { later } = createRig(options, () => OK)
    expect(holdMany(later, 100_000, 1e9)).toBe(100_000)
    expect(later.overflow()).toEqual([])
    holdOne(later, 100_000, 1e9)
    expect(later.overflow()).toHaveLength(100_001)
  })

  test('but under wait more than 1,000 are', () => {
    const { later } = createRig({ waitMs: 1000 }, () => OK)
    holdMany(later, 2000, 2000)
    expect(later.overflow()).toEqual([])
  })
})

describe('with a wait', () => {
  test('every failure is held, also one that is certain', () => {
    const { hold } = createRig({ waitMs: 10_000 }, () => OK)
    expect([OK, DOWN, answered(404)].map((reply, index) => hold(index, reply))).toEqual([false, true, true])
  })

  test('what fails is asked every 2 s until it is fine; the rest is left in peace', async () => {
    const { clock, hold, run, rows, passes } = createRig({ waitMs: 60_000 }, (index, pass) =>
      index === pass ? OK : answered(404),
    )
    for (const index of [1, 2, 3]) hold(index, answered(404))
    const done = run()
    await clock.advance(60_000)
    await done
    expect(passes).toEqual([
      { atMs: 2000, asked: [1, 2, 3] },
      { atMs: 4000, asked: [2, 3] },
      { atMs: 6000, asked: [3] },
    ])
    expect(rows.map(({ index, ok, attempts }) => [index, ok, attempts])).toEqual([
      [1, true, 2],
      [2, true, 3],
      [3, true, 4],
    ])
  })

  test('a verdict is yielded as soon as it is fine', async () => {
    const { clock, hold, run, rows } = createRig({ waitMs: 60_000 }, (index) => (index === 1 ? OK : DOWN))
    for (const index of [1, 2]) hold(index, DOWN)
    run()
    await clock.advance(2000)
    expect(rows.map(({ index }) => index)).toEqual([1])
  })

  test('when the time is over, what still fails is yielded as it was last', async () => {
    const { clock, hold, run, rows, passes } = createRig({ waitMs: 5000 }, () => answered(500))
    hold(1, DOWN)
    const done = run()
    await clock.advance(4000)
    await done
    expect(passes.map(({ atMs }) => atMs)).toEqual([2000, 4000])
    expect(rows).toMatchObject([{ index: 1, status: 500, attempts: 3, outcome: 'failed' }])
  })

  test('stopped in between, what is held is yielded', async () => {
    const { clock, stop, hold, run, rows, passes } = createRig({ waitMs: 60_000 }, () => DOWN)
    hold(1, DOWN)
    const done = run()
    await clock.advance(2000)
    stop.stopped = true
    await clock.advance(2000)
    await done
    expect(passes).toHaveLength(1)
    expect(rows).toMatchObject([{ index: 1, attempts: 2 }])
  })
})

test('with neither nothing is held', async () => {
  const { hold, run, rows } = createRig({}, () => OK)
  expect(hold(0, DOWN)).toBe(false)
  await run()
  expect(rows).toEqual([])
})
