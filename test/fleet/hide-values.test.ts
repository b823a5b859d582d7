import { expect, test } from 'vitest'
import { hideValues } from '../../src/fleet/hide-values.js'

test('values are taken out of texts, as they are and as a URL or a header has them', () => {
  const value = 'hunter2/ä "x"'
  const texts = [`a ${value} b`, `http://h/${encodeURIComponent(value)}`, Buffer.from(value).toString('base64'), 7]
  expect(JSON.parse(hideValues(JSON.stringify(texts), [value]))).toEqual(['a *** b', 'http://h/***', '***', 7])
})

test('numbers stay, and what is too short to be told from words', () => {
  const json = '[123456,"123456","on"]'
  expect(hideValues(json, ['123456'])).toBe('[123456,"***","on"]')
  expect(hideValues(json, ['on'])).toBe(json)
  expect(hideValues(json, [])).toBe(json)
})
