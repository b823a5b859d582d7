import { expect, test } from 'vitest'
import { idleWithinFileLimit, withinFileLimit } from '../../src/flow/file-limit.js'

test.each([
  ['plenty of descriptors', 128, { limit: 1_048_576, open: 20 }, 128],
  ['just enough: 16 kept, one and a half a request', 128, { limit: 20 + 16 + 192, open: 20 }, 128],
  ['one too few', 128, { limit: 20 + 16 + 191, open: 20 }, 127],
  ['ulimit -n 64', 128, { limit: 64, open: 20 }, 18],
  ['many open already', 128, { limit: 1024, open: 1000 }, 5],
  ['next to none: still one request', 128, { limit: 24, open: 20 }, 1],
  ['fewer than are open', 128, { limit: 16, open: 20 }, 1],
  ['a low limit and a lower concurrency', 4, { limit: 64, open: 20 }, 4],
  ['a machine that does not tell', 128, null, 128],
])('with %s', (_case, concurrency, limits, expected) => {
  expect(withinFileLimit(concurrency, () => limits)).toBe(expected)
})

test.each([
  ['plenty of descriptors', 128, { limit: 1_048_576, open: 20 }, 1024],
  ['half of what is left', 128, { limit: 20 + 16 + 128 + 600, open: 20 }, 300],
  ['next to none left: half as many as requests', 128, { limit: 20 + 16 + 192, open: 20 }, 64],
  ['one request', 1, { limit: 64, open: 60 }, 1],
  ['a machine that does not tell', 128, null, 64],
])('idle connections with %s', (_case, concurrency, limits, expected) => {
  expect(idleWithinFileLimit(concurrency, () => limits)).toBe(expected)
})

test('this machine tells', () => {
  expect(withinFileLimit(1_000_000_000)).toBeLessThan(1_000_000_000)
})
