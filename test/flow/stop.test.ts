import { describe, expect, test } from 'vitest'
import { eitherStop, pause, stopOf } from '../../src/flow/stop.js'
import type { Stoppable } from '../../src/words/limits.js'
import { stopwatch } from '../support/stopwatch.js'

test('one signal has one stop, which is stopped with it and ends all that runs', () => {
  const controller = new AbortController()
  const stop = stopOf(controller.signal)
  expect(stopOf(controller.signal)).toBe(stop)
  let ended = 0
  for (let job = 0; job < 3; job++) stop.running.add({ abort: () => void ended++ })
  expect(stop.stopped).toBe(false)
  controller.abort()
  controller.abort()
  expect([stop.stopped, ended]).toEqual([true, 3])
  expect(stopOf(AbortSignal.abort()).stopped).toBe(true)
})

test('a pause ends in its time, with the stop, or at once after it, and leaves nothing behind', async () => {
  const controller = new AbortController()
  const stop = stopOf(controller.signal)
  const watch = stopwatch()
  await pause(30, stop)
  expect(watch.wallMs()).toBeGreaterThanOrEqual(29)
  expect(stop.running.size).toBe(0)
  const pauses = Array.from({ length: 100 }, () => pause(60_000, stop))
  controller.abort()
  await Promise.all(pauses)
  await pause(60_000, stop)
  expect(stop.running.size).toBe(0)
  expect(watch.ownMs()).toBeLessThan(5000)
})

describe('what runs', () => {
  /** Jobs that note their end, and what it does to others. */
  const createRig = () => {
    const controller = new AbortController()
    const { running } = stopOf(controller.signal)
    const ended: string[] = []
    const job = (name: string, end = () => {}) => ({
      abort() {
        ended.push(name)
        end()
      },
    })
    return { running, ended, job, abort: () => controller.abort() }
  }

  test('is counted once, however often it is added or taken out', () => {
    const { running, ended, job, abort } = createRig()
    const [a, b, stranger] = ['a', 'b', 'stranger'].map((name) => job(name)) as [Stoppable, Stoppable, Stoppable]
    for (const each of [a, b, a, b]) running.add(each)
    expect(running.size).toBe(2)
    running.delete(stranger)
    for (const each of [a, a]) running.delete(each)
    expect(running.size).toBe(1)
    running.add(a)
    running.delete(b)
    abort()
    expect([ended, running.size]).toEqual([['a'], 0])
  })

  test('ends once each, though one that ends takes others out or ends them itself', () => {
    const { running, ended, job, abort } = createRig()
    const [first, taken, last] = [job('first'), job('taken'), job('last', () => running.delete(taken))]
    const twice: Stoppable = job('twice', () => running.delete(twice))
    for (const each of [first, taken, twice, last]) running.add(each)
    abort()
    expect([ended.sort(), running.size]).toEqual([['first', 'last', 'twice'], 0])
  })

  test('knows its place, whoever left before it', () => {
    const { running, ended, job, abort } = createRig()
    const jobs: Stoppable[] = Array.from({ length: 10 }, (_, index) => job(`${index}`))
    for (const each of jobs) running.add(each)
    for (const index of [0, 9, 4, 0, 5, 8]) running.delete(jobs[index]!)
    abort()
    expect(ended.sort()).toEqual(['1', '2', '3', '6', '7'])
  })
})

describe('either of two stops', () => {
  const two = () => {
    const controllers = [new AbortController(), new AbortController()] as const
    const [one, other] = [stopOf(controllers[0].signal), stopOf(controllers[1].signal)] as const
    return { controllers, one, other, either: eitherStop(one, other) }
  }

  test.each([0, 1])('ends what runs (the one at %i)', (at) => {
    const { controllers, either } = two()
    let ended = 0
    either.running.add({ abort: () => void ended++ })
    controllers[at]!.abort()
    expect([either.stopped, ended]).toEqual([true, 1])
  })

  test('leaves nothing behind with either of them once it is released', () => {
    const { controllers, one, other, either } = two()
    expect([one.running.size, other.running.size]).toEqual([1, 1])
    either.release()
    either.release()
    expect([one.running.size, other.running.size]).toEqual([0, 0])
    controllers[0].abort()
    expect(either.stopped).toBe(false)
  })

  test('is stopped from the start where one of them is', () => {
    const { one } = two()
    expect(eitherStop(stopOf(AbortSignal.abort()), one).stopped).toBe(true)
  })
})
