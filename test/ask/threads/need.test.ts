// When one more thread is added: where all are busy for a while, and what is left is worth the time it takes to warm up.

import { expect, test } from 'vitest'
import { LOOK_MS, Need, type Sight } from '../../../src/ask/threads/need.js'

/** A long list that one thread is too few for. */
const long: Sight = { elapsedMs: 1000, outstanding: 30_000, done: 2000, busyHosts: 500, loads: () => [0.97] }

/** After how many looks in a row that are all alike; null: not within a minute. */
function looksUntil(sight: Partial<Sight>, need = new Need()): number | null {
  for (let look = 1; look <= 60_000 / LOOK_MS; look++) if (need.look({ ...long, ...sight })) return look
  return null
}

test('a thread that is the bottleneck of a long list gets another one in half a second', () => {
  expect(looksUntil({})).toBe(4)
  // Nothing is done yet: nobody knows how long it takes.
  expect(looksUntil({ done: 0 })).toBe(4)
})

test.each<[string, Partial<Sight>]>([
  ['idle now and then', { loads: () => [0.85] }],
  ['not the only one, and the other one has time', { loads: () => [0.97, 0.5] }],
  ['done with its list soon: 20,000 URLs of a thousand servers', { outstanding: 18_500, done: 2500 }],
  ['at the end of its list', { outstanding: 1999, done: 20 }],
  ['asking one host, which nobody else may ask', { busyHosts: 1 }],
])('none is added to a thread that is %s', (_, sight) => {
  expect(looksUntil(sight)).toBe(null)
})

test('one that was busy for three looks and then was not is looked at anew', () => {
  const need = new Need()
  const busy = [true, true, true, false, true, true, true, true]
  expect(busy.map((is) => need.look({ ...long, loads: () => [is ? 0.97 : 0.2] }))).toEqual([
    ...Array(7).fill(false),
    true,
  ])
  // And after it has one more.
  expect(looksUntil({ loads: () => [0.97, 0.95] }, need)).toBe(4)
})

test('a short list is never asked for its load', () => {
  const loads = () => expect.unreachable('for which Node has to bring a module')
  expect(looksUntil({ outstanding: 1999, loads })).toBe(null)
})
