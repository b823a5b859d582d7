import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createDeadline, type Expiring } from '../../../src/http/wire/deadline.js'

/** A loop turn, so that a `setImmediate` of the deadline has run. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

interface Job extends Expiring {
  /** When it was told, by the fake clock. */
  readonly toldAt: number[]
}

/** A deadline whose time, signals and pulse the test moves. */
function createRig() {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  let nowMs = 0
  let signals: { dueMs: number; controller: AbortController }[] = []
  let made = 0
  const deadline = createDeadline(
    () => nowMs,
    (ms) => {
      made++
      const controller = new AbortController()
      signals.push({ dueMs: nowMs + ms, controller })
      return controller.signal
    },
  )
  const job = (onExpire?: () => unknown): Job => {
    const toldAt: number[] = []
    return {
      toldAt,
      bucket: null,
      bucketPlace: 0,
      stallMark: 0,
      expire() {
        toldAt.push(nowMs)
        onExpire?.()
      },
    }
  }
  /** Lets what is due happen, as the loop would do when it comes round: timers, then the check phase. */
  const comeRound = async () => {
    const due = signals.filter(({ dueMs }) => dueMs <= nowMs)
    signals = signals.filter(({ dueMs }) => dueMs > nowMs)
    for (const { controller } of due) controller.abort()
    await turn()
  }
  const advance = async (ms: number) => {
    for (let step = 0; step < ms; step += 10) {
      nowMs += 10
      vi.advanceTimersByTime(10)
      await comeRound()
    }
  }
  /** The process does not run for a while. The pulse, being late, beats once. */
  const stall = async (ms: number) => {
    nowMs += ms
    vi.advanceTimersByTime(100)
    await comeRound()
  }
  const jump = (ms: number) => {
    nowMs += ms
  }
  return { deadline, job, advance, stall, signals: () => made, jump, comeRound }
}

describe('the end of a job', () => {
  test('comes never early and at most a tick late', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.nat(40), ms: fc.integer({ min: 1, max: 120 }) }), { minLength: 1, maxLength: 8 }),
        async (plan) => {
          const { deadline, job, advance } = createRig()
          const armed: { due: number; job: Job }[] = []
          for (let time = 0; time <= 400; time++) {
            for (const { at, ms } of plan) {
              if (at !== time) continue
              const one = job()
              deadline.arm(one, ms * 10)
              armed.push({ due: (at + ms) * 10, job: one })
            }
            await advance(10)
          }
          for (const { due, job } of armed) {
            expect(job.toldAt).toHaveLength(1)
            expect(job.toldAt[0]).toBeGreaterThanOrEqual(due)
            expect(job.toldAt[0]).toBeLessThanOrEqual(due + 110)
          }
        },
      ),
      { numRuns: 10 },
    )
  })

  test('is one signal for all that end within the same tick', () => {
    const { deadline, job, signals, jump } = createRig()
    for (let index = 0; index < 50; index++) {
      deadline.arm(job(), 1000)
      jump(1)
    }
    expect(signals()).toBe(2)
  })

  test('does not come when the answer did', async () => {
    const { deadline, job, advance } = createRig()
    const answered = job()
    const silent = job()
    deadline.arm(answered, 200)
    deadline.arm(silent, 200)
    deadline.disarm(answered)
    deadline.disarm(answered)
    await advance(500)
    expect([answered.toldAt, silent.toldAt.length]).toEqual([[], 1])
  })

  test('gives way to an answer that is read in the same turn', async () => {
    const { deadline, job, jump, comeRound } = createRig()
    const late = job()
    deadline.arm(late, 100)
    jump(101)
    const round = comeRound()
    // The signal has fired; the poll phase, where answers are read, is still to come.
    for (let microtask = 0; microtask < 5; microtask++) await Promise.resolve()
    deadline.disarm(late)
    await round
    expect(late.toldAt).toEqual([])
  })

  test('may be armed again, also by the one that is just told', async () => {
    const { deadline, job, advance } = createRig()
    let again = true
    const twice = job(() => {
      if (again) deadline.arm(twice, 300)
      again = false
    })
    deadline.arm(twice, 200)
    await advance(1000)
    expect(twice.toldAt).toHaveLength(2)
    expect(twice.toldAt[1]! - twice.toldAt[0]!).toBeGreaterThanOrEqual(300)
  })

  test('of many does not depend on what one of them does', async () => {
    const { deadline, job, advance } = createRig()
    const told: string[] = []
    // Who is told first is not said; whoever it is takes out its neighbour.
    const a: Job = job(() => {
      told.push('a')
      deadline.disarm(b)
    })
    const b: Job = job(() => {
      told.push('b')
      deadline.disarm(a)
    })
    const c = job(() => told.push('c'))
    for (const one of [a, b, c]) deadline.arm(one, 100)
    await advance(300)
    expect(told).toHaveLength(2)
    expect(told).toContain('c')
  })
})

describe('time in which this process did not run', () => {
  test('is given back', async () => {
    const { deadline, job, advance, stall } = createRig()
    const waiting = job()
    deadline.arm(waiting, 1000)
    await advance(500)
    await stall(3000)
    await advance(400)
    expect(waiting.toldAt).toEqual([])
    await advance(400)
    expect(waiting.toldAt).toHaveLength(1)
    expect(deadline.stalledMs()).toBeGreaterThan(2800)
  })

  test('is given back once, also where the end was due before the pulse could feel the stall', async () => {
    const { deadline, job, advance, jump, comeRound } = createRig()
    const waiting = job()
    deadline.arm(waiting, 800)
    await advance(400)
    jump(3000)
    await comeRound()
    expect(waiting.toldAt).toEqual([])
    await advance(600)
    expect(waiting.toldAt).toHaveLength(1)
  })

  test('is not given to who began after it', async () => {
    const { deadline, job, advance, stall } = createRig()
    deadline.arm(job(), 10_000)
    await stall(3000)
    const later = job()
    deadline.arm(later, 300)
    await advance(450)
    expect(later.toldAt).toHaveLength(1)
  })

  test('is not what a busy loop is late by', async () => {
    const { deadline, job, stall } = createRig()
    deadline.arm(job(), 10_000)
    for (let beat = 0; beat < 20; beat++) await stall(150)
    expect(deadline.stalledMs()).toBe(0)
  })
})

test('an expiry needs no help from the loop: the real signal and the real clock', async () => {
  const deadline = createDeadline(() => performance.now())
  const startedAt = performance.now()
  const tookMs = await new Promise<number>((resolve) => {
    const expire = () => resolve(performance.now() - startedAt)
    deadline.arm({ bucket: null, bucketPlace: 0, stallMark: 0, expire }, 130)
  })
  expect(tookMs).toBeGreaterThanOrEqual(130)
  deadline.close()
})

test('what is on the wire when the client closes still ends', async () => {
  const { deadline, job, advance } = createRig()
  const silent = job()
  deadline.arm(silent, 300)
  deadline.close()
  await advance(500)
  expect(silent.toldAt).toHaveLength(1)
})

describe('the process', () => {
  const source = fileURLToPath(new URL('../../../build/http/wire/deadline.js', import.meta.url))
  const run = (then: string) => {
    const script = `
      import { createDeadline } from ${JSON.stringify(source)}
      const deadline = createDeadline(() => performance.now())
      const job = { bucket: null, stallMark: 0, expire: () => console.log('told') }
      deadline.arm(job, 200)
      ${then}`
    return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', timeout: 60_000 })
  }

  test('stays alive while a job is armed, though nothing else keeps it', () => {
    expect(run('')).toMatchObject({ status: 0, stdout: 'told\n' })
  })

  test('ends soon after nothing is armed', () => {
    expect(run('deadline.disarm(job)')).toMatchObject({ status: 0, stdout: '' })
  })
})
