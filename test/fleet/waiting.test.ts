import { expect, test } from 'vitest'
import { PARTS } from '../../src/fleet/protocol.js'
import { SLICE_MAX, Waiting } from '../../src/fleet/waiting.js'
import { shardOf } from '../../src/targets/shard-of.js'
import { target } from '../targets/support.js'

const of = (index: number, host: string) => target({ index, host, url: `http://${host}/${index}` })
const partOf = (host: string) => shardOf(host, PARTS)

function waitingFor(count: number, hosts: number): Waiting {
  const waiting = new Waiting()
  for (let at = 0; at < count; at++) waiting.add(of(at, `h${at % hosts}.example`))
  return waiting
}

test('what goes into one job is whole parts, and no part is with two', () => {
  const waiting = waitingFor(20_000, 2000)
  const seen = new Set<number>()
  while (waiting.size > 0) {
    const taken: number[] = []
    for (let portion = waiting.take(6); portion !== null; portion = waiting.take(6)) {
      waiting.hold(portion.parts)
      for (const part of portion.parts) expect(taken).not.toContain(part)
      taken.push(...portion.parts)
      expect(portion.targets.length).toBeLessThanOrEqual(SLICE_MAX)
      for (const { index, host } of portion.targets) {
        expect(portion.parts).toContain(partOf(host))
        seen.add(index)
      }
    }
    waiting.release(taken)
  }
  expect(seen.size).toBe(20_000)
})

test('a host of many is slices one after the other, in its order', () => {
  const waiting = waitingFor(12_000, 1)
  const first = waiting.take(2)!
  waiting.hold(first.parts)
  expect(first.targets).toHaveLength(SLICE_MAX)
  expect(waiting.take(2)).toBeNull()
  waiting.giveBack(first.targets.slice(4000))
  waiting.release(first.parts)
  expect(waiting.take(2)!.targets.map(({ index }) => index)).toEqual(Array.from({ length: 5000 }, (_, at) => 4000 + at))
})

test('few hosts are shared out among all who ask, so that none of them waits for another one', () => {
  const waiting = waitingFor(6000, 60)
  const hosts = []
  for (let seat = 0; seat < 4; seat++) {
    const portion = waiting.take(4)!
    waiting.hold(portion.parts)
    hosts.push(new Set(portion.targets.map(({ host }) => host)).size)
  }
  expect(Math.min(...hosts)).toBeGreaterThanOrEqual(8)
})

test('many hosts are many jobs, so that the last ones are short', () => {
  const portion = waitingFor(20_000, 20_000).take(4)!
  expect(portion.targets.length).toBeLessThan(20_000 / 4 / 2)
})

test('long lines are fewer a job, and none is left out', () => {
  const waiting = new Waiting()
  for (let at = 0; at < 1000; at++) waiting.add(target({ ...of(at, `h${at % 100}.example`), raw: 'x'.repeat(64_000) }))
  const seen = new Set<number>()
  while (waiting.size > 0) {
    const { targets } = waiting.take(1)!
    expect(targets.length).toBeLessThanOrEqual(4_000_000 / 64_000 + 1)
    for (const { index } of targets) seen.add(index)
  }
  expect(seen.size).toBe(1000)
})
