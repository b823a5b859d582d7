import { expect, test } from 'vitest'
import { createFakeClock } from './fake-clock.js'

test('wakes those who wait in the order in which they are due, each at its time', async () => {
  const clock = createFakeClock(1000)
  const woken: string[] = []
  const sleeper = async (name: string, ...naps: number[]) => {
    for (const ms of naps) {
      await clock.wait(ms)
      woken.push(`${name} ${clock.now()}`)
    }
  }
  const all = [sleeper('a', 30, 5, 100), sleeper('b', 10, 10, 10), sleeper('c', 30)]
  expect(clock.pending()).toEqual([10, 30, 30])
  await clock.advance(35)
  expect(woken).toEqual(['b 1010', 'b 1020', 'a 1030', 'c 1030', 'b 1030', 'a 1035'])
  expect(clock.now()).toBe(1035)
  expect(clock.pending()).toEqual([100])
  await clock.advance(100)
  await Promise.all(all)
})

test('a wait ends with its signal', async () => {
  const clock = createFakeClock()
  const stop = new AbortController()
  const waiting = clock.wait(10, stop.signal)
  stop.abort(new Error('stopped'))
  await expect(waiting).rejects.toThrow('stopped')
  await expect(clock.wait(10, stop.signal)).rejects.toThrow('stopped')
  expect(clock.pending()).toEqual([])
})
