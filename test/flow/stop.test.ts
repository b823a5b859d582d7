import { expect, test } from 'vitest'
import { pause, stopOf } from '../../src/flow/stop.js'

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
  const startedAt = performance.now()
  await pause(30, stop)
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(29)
  expect(stop.running.size).toBe(0)
  const pauses = Array.from({ length: 100 }, () => pause(60_000, stop))
  controller.abort()
  await Promise.all(pauses)
  await pause(60_000, stop)
  expect(stop.running.size).toBe(0)
  expect(performance.now() - startedAt).toBeLessThan(5000)
})
