import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLimiter, type LimiterOptions } from '../../src/flow/limiter.js'
import { NO_PERMIT } from '../../src/flow/permits.js'
import { stopOf } from '../../src/flow/stop.js'
import type { Limiter, Permit, Waiter } from '../../src/words/limits.js'
import { at } from '../support/where.js'

/** Nothing here waits. */
const CLOCK = { now: () => 0, wait: async () => {} }

/** A limiter, and the order in which waiters got their permits. */
function createRig(options: Omit<LimiterOptions, 'now' | 'wait'>) {
  const limiter = createLimiter({ ...CLOCK, ...options })
  const granted: string[] = []
  const held: { name: string; permit: Permit }[] = []
  const enqueue = (host: string, name = host, front = false) => {
    const waiter: Waiter = {
      next: null,
      granted(permit) {
        granted.push(name)
        held.push({ name, permit })
      },
    }
    limiter.enqueue(at(host), waiter, front)
  }
  const release = (name: string) => {
    const at = held.findIndex((each) => each.name === name)
    held.splice(at, 1)[0]!.permit.release()
  }
  return { limiter, granted, held, enqueue, release }
}

/** The letters of a word as waiters of the host that each names. */
const line = (enqueue: (host: string, name: string) => void, word: string) => {
  for (const [index, host] of [...word].entries()) enqueue(host, `${host}${index}`)
}

describe('a permit', () => {
  test('is given at once where there is room', () => {
    const { enqueue, granted } = createRig({ concurrency: 2, perHost: 2 })
    enqueue('a')
    expect(granted).toEqual(['a'])
  })

  test('is not given beyond the host’s limit, though the machine has room', () => {
    const { enqueue, granted, limiter } = createRig({ concurrency: 100, perHost: 2 })
    line(enqueue, 'aaaa')
    expect(granted).toEqual(['a0', 'a1'])
    expect(limiter.waiting('a')).toBe(2)
  })

  test('is not held by a host that is full: others go past it', () => {
    const { enqueue, granted } = createRig({ concurrency: 3, perHost: 1 })
    line(enqueue, 'aaaaabc')
    expect(granted).toEqual(['a0', 'b5', 'c6'])
  })

  test('goes round the hosts, so a sorted list starts all of them', () => {
    const { enqueue, granted, release } = createRig({ concurrency: 1, perHost: 1 })
    line(enqueue, 'aaabbbccc')
    for (let index = 0; index < 8; index++) release(granted.at(-1)!)
    expect(granted.map((name) => name[0]).join('')).toBe('abcabcabc')
  })

  test('goes within a host to who came first', () => {
    const { enqueue, granted, release } = createRig({ concurrency: 1, perHost: 1 })
    line(enqueue, 'aaaa')
    for (let index = 0; index < 3; index++) release(granted.at(-1)!)
    expect(granted).toEqual(['a0', 'a1', 'a2', 'a3'])
  })

  test('goes first to who was put at the front of the line', () => {
    const { enqueue, granted, release } = createRig({ concurrency: 1, perHost: 1 })
    line(enqueue, 'aaa')
    enqueue('a', 'hop', true)
    release('a0')
    release('hop')
    expect(granted).toEqual(['a0', 'hop', 'a1'])
  })

  test('at the front of an empty line leaves a line that still ends', () => {
    const { enqueue, granted, release } = createRig({ concurrency: 1, perHost: 1 })
    enqueue('x')
    enqueue('a', 'hop', true)
    enqueue('a', 'next')
    for (const name of ['x', 'hop', 'next']) release(name)
    expect(granted).toEqual(['x', 'hop', 'next'])
  })
})

describe('whatever comes and goes', () => {
  const program = fc.array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ do: fc.constant('enqueue' as const), host: fc.nat(4), front: fc.boolean() }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const), pick: fc.nat(1000) }) },
    ),
    { maxLength: 100, size: 'max' },
  )

  test('limits hold, order holds, and no permit lies idle while somebody could use it', () => {
    fc.assert(
      fc.property(
        program,
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 4 }),
        (steps, concurrency, perHost) => {
          const { limiter, enqueue, held, granted } = createRig({ concurrency, perHost })
          const waiting = new Map<string, string[]>()
          let seen = 0
          let made = 0
          const active = (host: string) => held.filter(({ name }) => name.startsWith(`${host}:`)).length
          const check = () => {
            for (; seen < granted.length; seen++) {
              const name = granted[seen]!
              expect(waiting.get(name.split(':')[0]!)?.shift()).toBe(name)
            }
            expect(held.length).toBeLessThanOrEqual(concurrency)
            for (const [host, names] of waiting) {
              expect(active(host)).toBeLessThanOrEqual(perHost)
              expect(limiter.waiting(host)).toBe(names.length)
              if (names.length > 0) expect(held.length === concurrency || active(host) === perHost).toBe(true)
            }
          }
          for (const each of steps) {
            if (each.do === 'enqueue') {
              const host = `h${each.host}`
              const name = `${host}:${made++}${each.front ? ' begun' : ''}`
              const names = waiting.get(host) ?? []
              waiting.set(host, names)
              // Before what was not begun, behind what was.
              const begun = names.filter((other) => other.endsWith('begun')).length
              names.splice(each.front ? begun : names.length, 0, name)
              enqueue(host, name, each.front)
            } else if (held.length > 0) {
              held.splice(each.pick % held.length, 1)[0]!.permit.release()
            }
            check()
          }
          while (held.length > 0) {
            held.shift()!.permit.release()
            check()
          }
          expect([...waiting.values()].flat()).toEqual([])
          expect(limiter.busiest()).toBeNull()
        },
      ),
      { numRuns: 100 },
    )
  })

  test('ten thousand waiters that give back at once go one after the other, not one inside the other', () => {
    const limiter = createLimiter({ ...CLOCK, concurrency: 1, perHost: 1 })
    let first: Permit | null = null
    let done = 0
    const keep = (permit: Permit) => {
      first = permit
    }
    limiter.enqueue(at('a'), { next: null, granted: keep }, false)
    for (let index = 0; index < 10_000; index++) {
      const granted = (permit: Permit) => {
        done++
        permit.release()
      }
      limiter.enqueue(at(`h${index % 7}`), { next: null, granted }, false)
    }
    first!.release()
    expect(done).toBe(10_000)
  })
})

/** Time that does not come. */
const STILL = { now: () => 0, wait: () => new Promise<never>(() => {}) }

describe('two origins of one host', () => {
  const where = (port: number) => ({ host: 'a.test', origin: `http://a.test:${port}` })
  const rig = (perHost: number) => {
    const limiter = createLimiter({ ...STILL, concurrency: 100, perHost })
    const held: { port: number; permit: Permit }[] = []
    const enqueue = (port: number, count: number) => {
      for (let index = 0; index < count; index++) {
        limiter.enqueue(where(port), { next: null, granted: (permit) => held.push({ port, permit }) }, false)
      }
    }
    return { limiter, held, enqueue, ports: () => held.map(({ port }) => port) }
  }

  test('share what the host may have, and take turns', () => {
    const { held, enqueue, ports } = rig(2)
    enqueue(1, 6)
    enqueue(2, 6)
    for (let round = 0; round < 8; round++) {
      expect(held.length).toBe(2)
      held.shift()!.permit.release()
    }
    while (held.length > 0) held.shift()!.permit.release()
    enqueue(1, 1)
    expect(ports()).toEqual([1])
  })

  test('of which one is paused leave the other alone', () => {
    const { limiter, enqueue, ports } = rig(20)
    limiter.pause(where(1), 1000)
    limiter.slowDown(where(1), 0, null)
    enqueue(1, 5)
    enqueue(2, 20)
    expect(ports()).toEqual(Array(20).fill(2))
  })
})

test('a waiter that throws costs nobody a permit and does not stop the others', () => {
  const limiter = createLimiter({ ...CLOCK, concurrency: 2, perHost: 2 })
  const throwing = () => {
    throw new Error('a bug')
  }
  for (let index = 0; index < 20; index++) limiter.enqueue(at('a'), { next: null, granted: throwing }, false)
  const got: Permit[] = []
  for (let index = 0; index < 2; index++) {
    limiter.enqueue(at('a'), { next: null, granted: (permit) => got.push(permit) }, false)
  }
  expect(got).toHaveLength(2)
})

test('who waits for an origin can be dismissed: without a permit, and each once', () => {
  const limiter = createLimiter({ ...STILL, concurrency: 9, perHost: 9 })
  limiter.pause(at('a'), 1000)
  let dismissed = 0
  const granted = (permit: Permit) => {
    expect(permit).toBe(NO_PERMIT)
    // Comes back at once, as one for whom nothing is known yet.
    if (dismissed++ < 5) limiter.enqueue(at('a'), { next: null, granted }, true)
  }
  for (let index = 0; index < 5; index++) limiter.enqueue(at('a'), { next: null, granted }, false)
  limiter.dismiss('a')
  expect([dismissed, limiter.waiting('a')]).toEqual([5, 5])
})

describe('acquire', () => {
  const settledNow = async (promise: Promise<Permit | null>) => {
    const pending = Symbol('pending')
    return (await Promise.race([promise, Promise.resolve(pending)])) === pending ? 'waits' : 'has'
  }
  const take = async (limiter: Limiter, signal?: AbortSignal) =>
    limiter.acquire(at('a'), false, signal === undefined ? null : stopOf(signal))

  test('waits its turn', async () => {
    const limiter = createLimiter({ ...CLOCK, concurrency: 1, perHost: 1 })
    const first = await take(limiter)
    const second = limiter.acquire(at('a'), false, null)
    expect(await settledNow(second)).toBe('waits')
    first!.release()
    expect(await second).not.toBeNull()
  })

  test('gives null at once after the stop', async () => {
    const limiter = createLimiter({ ...CLOCK, concurrency: 1, perHost: 1 })
    expect(await take(limiter, AbortSignal.abort())).toBeNull()
    expect(limiter.busiest()).toBeNull()
  })

  test('stops waiting when the run stops, and its permit goes to the next', async () => {
    const limiter = createLimiter({ ...CLOCK, concurrency: 1, perHost: 1 })
    const controller = new AbortController()
    const first = await take(limiter)
    const left = take(limiter, controller.signal)
    const next = take(limiter)
    controller.abort()
    expect(await left).toBeNull()
    first!.release()
    expect(await next).not.toBeNull()
  })

  test('leaves nothing behind in the stop once it has its permit', async () => {
    const limiter = createLimiter({ ...CLOCK, concurrency: 1, perHost: 1 })
    const { signal } = new AbortController()
    await take(limiter, signal)
    expect(stopOf(signal).running.size).toBe(0)
  })
})

test('the busiest host is the one with most on the wire and in line', () => {
  const { limiter, enqueue } = createRig({ concurrency: 2, perHost: 2 })
  expect(limiter.busiest()).toBeNull()
  line(enqueue, 'aabbb')
  expect(limiter.busiest()).toBe('b')
})

describe('permits lack work', () => {
  test.each([
    ['where nobody waits', '', true],
    ['where some are held and nobody waits', 'ab', true],
    ['where only a full host has somebody waiting', 'aaaa', true],
    ['not where all are held', 'abc', false],
    ['not where all are held and others wait', 'aabcd', false],
  ])('%s', (_case, hosts, expected) => {
    const { limiter, enqueue } = createRig({ concurrency: 3, perHost: 1 })
    line(enqueue, hosts)
    expect(limiter.lacksWork()).toBe(expected)
  })

  test('from when one comes back and nobody can take it', () => {
    const { limiter, enqueue, release } = createRig({ concurrency: 2, perHost: 1 })
    line(enqueue, 'abc')
    release('a0')
    expect(limiter.lacksWork()).toBe(false)
    release('b1')
    expect(limiter.lacksWork()).toBe(true)
  })

  test('not before as many came back as a smaller limit asks for', () => {
    const { limiter, enqueue, release } = createRig({ concurrency: 4, perHost: 4 })
    line(enqueue, 'aaaa')
    limiter.shrink()
    const lacking = ['a0', 'a1', 'a2'].map((name) => {
      release(name)
      return limiter.lacksWork()
    })
    expect(lacking).toEqual([false, false, true])
  })
})

describe('a stop', () => {
  test('is one for a signal, and has one listener', () => {
    const { signal } = new AbortController()
    expect(stopOf(signal)).toBe(stopOf(signal))
  })

  test('reaches all that run, and knows that it has happened', () => {
    const controller = new AbortController()
    const stop = stopOf(controller.signal)
    const heard: number[] = []
    for (let index = 0; index < 100; index++) {
      const job = {
        abort() {
          heard.push(index)
          stop.running.delete(job)
        },
      }
      stop.running.add(job)
    }
    controller.abort()
    expect([heard.length, stop.stopped, stop.running.size]).toEqual([100, true, 0])
  })
})
