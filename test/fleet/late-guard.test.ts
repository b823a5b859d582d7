import { expect, onTestFinished, test } from 'vitest'
import { createLateGuard } from '../../src/fleet/late-guard.js'

test('whoever looks at the clock first after a stop hears of it before he knows the time', () => {
  let now = 0
  const guard = createLateGuard(() => now, 1000)
  onTestFinished(guard.close)
  const heard: number[] = []
  guard.onLate(() => heard.push(now))
  now = 999
  expect(guard.now()).toBe(999)
  expect(heard).toEqual([])
  now = 2500
  expect(guard.now()).toBe(2500)
  expect(heard).toEqual([2500])
  now = 2600
  guard.now()
  expect(heard).toEqual([2500])
})
