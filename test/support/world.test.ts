import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { createFakeClock } from './fake-clock.js'
import { createTestWorld } from './world.js'

test('keeps what is written and gives what is piped in', async () => {
  const world = createTestWorld({ stdin: 'https://a.example\n', env: { NO_COLOR: '1' } })
  world.stdout.write('grü')
  world.stdout.write('n\n')
  world.stderr.write('noise')
  expect(world.stdoutText()).toBe('grün\n')
  expect(world.stderrText()).toBe('noise')
  expect(await text(world.stdin)).toBe('https://a.example\n')
  expect([world.stdin.isTTY, world.stdout.isTTY, world.stdout.columns]).toEqual([undefined, undefined, undefined])
})

test('is a terminal when asked, with a silent keyboard and a clock of the test', async () => {
  const clock = createFakeClock(5)
  const world = createTestWorld({ isTTY: true, columns: 60, clock })
  expect([world.stdin.isTTY, world.stdout.isTTY, world.stdout.columns]).toEqual([true, true, 60])
  await clock.advance(10)
  expect(world.now()).toBe(15)
})

test('sends signals to those who listen, and notes a sudden end', async () => {
  const world = createTestWorld()
  const heard: string[] = []
  const stop = world.onSignal((name) => heard.push(name))
  expect(world.signal('SIGINT')).toBe(1)
  stop()
  expect(world.signal('SIGTERM')).toBe(0)
  expect(heard).toEqual(['SIGINT'])
  world.die(130)
  expect(world.deaths()).toEqual([130])
})
