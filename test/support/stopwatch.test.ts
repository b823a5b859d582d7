import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { stopwatch, waitedForCoreMs } from './stopwatch.js'

test('time without a core is not our own', () => {
  const rivals = Array.from({ length: 3 * availableParallelism() }, () => spawn(process.execPath, ['-e', 'for (;;);']))
  onTestFinished(() => {
    for (const rival of rivals) rival.kill('SIGKILL')
  })
  const watch = stopwatch()
  const busySince = process.cpuUsage()
  const busyMs = () => process.cpuUsage(busySince).user / 1000
  while (busyMs() < 500);
  expect(watch.wallMs()).toBeGreaterThanOrEqual(watch.ownMs())
  // With three of them a core, we got a quarter or so of one.
  if (existsSync('/proc/self/schedstat')) expect(watch.wallMs() - watch.ownMs()).toBeGreaterThan(100)
})

test('of a process that is gone nothing is known', () => {
  expect(waitedForCoreMs(2 ** 22 + 1)).toBe(0)
})
