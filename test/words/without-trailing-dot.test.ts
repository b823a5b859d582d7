import { expect, test } from 'vitest'
import { withoutTrailingDot } from '../../src/words/without-trailing-dot.js'

test.each([
  ['example.com.', 'example.com'],
  ['example.com', 'example.com'],
  ['example.com..', 'example.com.'],
  ['.', ''],
  ['', ''],
  ['127.0.0.1', '127.0.0.1'],
])('takes one trailing dot off: %j', (hostname, expected) => {
  expect(withoutTrailingDot(hostname)).toBe(expected)
})
