import { describe, expect, test } from 'vitest'
import { HostGate } from '../../src/flow/host-gate.js'
import { OriginLine } from '../../src/flow/origin-line.js'

/** A host's line at a time that the test moves. */
function createRig({ perHost = null, rate = null }: { perHost?: number | null; rate?: number | null } = {}) {
  const time = { nowMs: 1000 }
  const now = () => time.nowMs
  const gate = new HostGate<OriginLine>('a.test', perHost, rate)
  const line = new OriginLine('http://a.test', gate, { release: (released) => void released.active--, perHost })
  return {
    line,
    gate,
    /** Requests at once. */
    cap: () => Math.min(line.limit, gate.cap()),
    time,
    waitMs: () => Math.max(0, line.waitMs(now)),
    begin: (count = 1) => {
      for (let index = 0; index < count; index++) line.begin(now)
    },
    clean: (count: number) => {
      for (let index = 0; index < count; index++) line.clean()
    },
    /** The host complains about a request that starts now. */
    slowDown: (retryAfterMs: number | null = null) => line.slowDown(++time.nowMs, time.nowMs, retryAfterMs),
  }
}

describe('requests at once', () => {
  test('of a public host are 20 for the first 100, then 6', () => {
    const { gate, cap, begin } = createRig()
    gate.isPublic = true
    begin(99)
    expect(cap()).toBe(20)
    begin()
    expect(cap()).toBe(6)
  })

  test('of a private host stay 20', () => {
    const { cap, begin } = createRig()
    begin(1000)
    expect(cap()).toBe(20)
  })

  test.each([[1], [6], [50]])('are %d of any host where the user says so', (perHost) => {
    const { gate, cap, begin } = createRig({ perHost })
    gate.isPublic = true
    begin(1000)
    expect(cap()).toBe(perHost)
  })

  test('are halved when the host asks for less, down to one', () => {
    const { cap, slowDown } = createRig()
    const caps = [20, 10, 5, 2, 1, 1]
    for (const expected of caps) {
      expect(cap()).toBe(expected)
      slowDown()
    }
  })

  test('are halved at most once a round trip', () => {
    const { line, cap, time, begin } = createRig()
    const startedAt = time.nowMs
    begin(20)
    time.nowMs += 100
    for (let index = 0; index < 20; index++) line.slowDown(time.nowMs + index, startedAt, null)
    expect(cap()).toBe(10)
    line.slowDown(time.nowMs + 200, time.nowMs + 100, null)
    expect(cap()).toBe(5)
  })

  test('climb by one after a clean round, up to where they began', () => {
    const { cap, slowDown, clean } = createRig()
    slowDown()
    slowDown()
    clean(4)
    expect(cap()).toBe(5)
    clean(1)
    expect(cap()).toBe(6)
    clean(5)
    expect(cap()).toBe(6)
    clean(1)
    expect(cap()).toBe(7)
    clean(1000)
    expect(cap()).toBe(20)
  })

  test('need a whole round again after a complaint', () => {
    const { cap, slowDown, clean } = createRig({ perHost: 4 })
    slowDown()
    clean(1)
    slowDown()
    expect(cap()).toBe(1)
    clean(1)
    expect(cap()).toBe(2)
    clean(1)
    slowDown()
    // Two at once were too much before: now it takes four rounds to try them again.
    clean(3)
    expect(cap()).toBe(1)
    clean(1)
    expect(cap()).toBe(2)
  })
})

describe('below one at once there is a pace', () => {
  const paceOf = ({ waitMs, begin, time }: ReturnType<typeof createRig>) => {
    time.nowMs += 1e6
    begin()
    return waitMs()
  }

  test('of 200 ms, doubled at a complaint, and taken back where that brings no more answers', () => {
    const rig = createRig({ perHost: 1 })
    expect(paceOf(rig)).toBe(0)
    const gaps: number[] = []
    for (let index = 0; index < 11; index++) {
      rig.clean(1)
      rig.slowDown()
      gaps.push(paceOf(rig))
    }
    expect(gaps).toEqual([200, 400, 200, 200, 200, 200, 200, 200, 200, 200, 200])
  })

  test('that becomes faster with every ten clean answers, until it is none', () => {
    const rig = createRig({ perHost: 1 })
    rig.clean(1)
    rig.slowDown()
    rig.clean(9)
    expect(paceOf(rig)).toBe(200)
    rig.clean(1)
    expect(paceOf(rig)).toBe(160)
    rig.clean(100)
    expect(paceOf(rig)).toBe(0)
    expect(rig.cap()).toBe(1)
  })

  test('and no climbing', () => {
    const rig = createRig({ perHost: 2 })
    rig.slowDown()
    rig.slowDown()
    rig.clean(20)
    expect(rig.cap()).toBe(1)
    rig.clean(1000)
    expect(rig.cap()).toBe(2)
  })

  test('which a Retry-After teaches: what it answered in the time until it would answer again', () => {
    const rig = createRig()
    rig.begin(20)
    rig.clean(5)
    rig.time.nowMs += 499
    rig.slowDown(2000)
    expect(paceOf(rig)).toBe(500)
    expect(rig.cap()).toBe(10)
  })

  test('which a Retry-After teaches of the time since the last complaint only', () => {
    const rig = createRig()
    rig.begin(20)
    rig.clean(1000)
    rig.slowDown(2000)
    rig.time.nowMs += 999
    rig.clean(3)
    rig.slowDown(2000)
    expect(paceOf(rig)).toBe(1000)
  })

  test('which a Retry-After before any answer does not teach: it was others who asked too much', () => {
    const rig = createRig()
    rig.begin(20)
    rig.slowDown(60_000)
    expect(paceOf(rig)).toBe(0)
    expect(rig.cap()).toBe(10)
  })

  test('of 400 ms at most for a host that answers nothing else', () => {
    const rig = createRig({ perHost: 1 })
    for (let index = 0; index < 20; index++) rig.slowDown()
    expect(paceOf(rig)).toBe(400)
  })

  test('which a complaint without a Retry-After doubles, whatever may run at once', () => {
    const rig = createRig()
    rig.begin(20)
    rig.clean(5)
    rig.time.nowMs += 499
    rig.slowDown(2000)
    rig.clean(1)
    rig.slowDown()
    expect(paceOf(rig)).toBe(1000)
  })
})

describe('nothing starts', () => {
  test('while the host is paused, and a shorter pause does not shorten a longer one', () => {
    const { line, time, waitMs } = createRig()
    line.pause(time.nowMs + 5000)
    line.pause(time.nowMs + 1000)
    expect(waitMs()).toBe(5000)
    time.nowMs += 5000
    expect(waitMs()).toBe(0)
  })

  test('before the rate of a host allows it, pauses apart', () => {
    const { line, time, begin, waitMs } = createRig({ rate: 4 })
    begin()
    expect(waitMs()).toBe(250)
    line.pause(time.nowMs + 1000)
    expect(waitMs()).toBe(1000)
    time.nowMs += 1000
    begin()
    expect(waitMs()).toBe(250)
  })
})
