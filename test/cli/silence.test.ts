// Somebody at a terminal is told what a run waits for that has no list yet.

import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { run } from '../../src/cli.js'
import { createTestWorld } from '../support/world.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

async function listOf({
  isTTY,
  typed = false,
  argv = [] as string[],
}: {
  isTTY: boolean
  typed?: boolean
  argv?: string[]
}) {
  const stdin = Object.assign(new PassThrough(), typed ? { isTTY: true } : {})
  const world = createTestWorld({ stdin, isTTY })
  const code = run([...argv, '-', '--dry-run'], world)
  for (let at = 0; at < 5; at++) await turn()
  vi.advanceTimersByTime(2999)
  const before = world.stderrText()
  vi.advanceTimersByTime(1)
  const after = world.stderrText()
  stdin.end('https://a.example/\n')
  expect(await code).toBe(0)
  return [before, after]
}

test('three seconds of silence on stdin are said', async () => {
  expect(await listOf({ isTTY: true })).toEqual([
    '',
    'scrape-status: waiting for the list on stdin; a file is named as an argument: scrape-status urls.txt\n',
  ])
})

test('a keyboard is told how to end the list', async () => {
  const [, said] = await listOf({ isTTY: true, typed: true })
  expect(said).toBe('scrape-status: reading the list from the keyboard: one URL a line, Ctrl-D ends it\n')
})

test('nothing is said where nobody watches, or wants to know', async () => {
  expect(await listOf({ isTTY: false })).toEqual(['', ''])
  expect(await listOf({ isTTY: true, argv: ['-q'] })).toEqual(['', ''])
})
