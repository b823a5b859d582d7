// When one more thread is added: where all are busy for longer than a start takes, and enough is left.

import { expect, test } from 'vitest'
import { LOOK_MS, Need, type Sight } from '../../../src/ask/threads/need.js'

/** A long list that one thread is too few for. */
const long: Sight = { outstanding: 5000, busyHosts: 500, loads: () => [0.97] }
/** A second and a half. */
const LOOKS = 1500 / LOOK_MS

/** After how many looks in a row that are all alike; null: not within a minute. */
function looksUntil(sight: Partial<Sight>, need = new Need()): number | null {
  for (let look = 1; look <= 60_000 / LOOK_MS; look++) if (need.look({ ...long, ...sight })) return look
  return null
}

test('a thread that is the bottleneck of a long list gets another one, and both of them a third', () => {
  const need = new Need()
  expect(looksUntil({}, need)).toBe(LOOKS)
  expect(looksUntil({ loads: () => [0.97, 0.95] }, need)).toBe(LOOKS)
})

test.each<[string, Partial<Sight>]>([
  ['idle now and then', { loads: () => [0.85] }],
  ['not the only one, and the other one has time', { loads: () => [0.97, 0.5] }],
  ['at the end of its list', { outstanding: 1999 }],
  ['asking one host, which nobody else may ask', { busyHosts: 1 }],
])('none is added to a thread that is %s', (_, sight) => {
  expect(looksUntil(sight)).toBe(null)
})

test('a thread that a thousand servers asked at once keep busy for a second gets none', () => {
  // W5 at 1,000, twice: of its event loop, as it was seen.
  const courses = [
    [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.95, 0.84, 0.9, 0.88, 0.97, 0.77, 0.72, 0.59, 0.86, 0.99, 1, 0.84, 0.8, 0.73],
    [1, 1, 1, 1, 1, 1, 0.97, 0.9, 0.72, 0.77, 0.68, 0.64, 0.81, 0.64, 0.75, 0.63, 0.87, 0.87, 0.9, 0.93, 0.77],
  ]
  for (const course of courses) {
    const need = new Need()
    expect(course.map((load) => need.look({ ...long, loads: () => [load] }))).not.toContain(true)
  }
})

test('a short list is never asked for its load', () => {
  const loads = () => expect.unreachable('for which Node has to bring a module')
  expect(looksUntil({ outstanding: 1999, loads })).toBe(null)
})
