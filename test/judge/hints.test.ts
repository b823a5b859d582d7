import { expect, test } from 'vitest'
import { hintOfEnd } from '../../src/judge/hints.js'

test.each([',', ';', '.', ')', ']', '>', '"', "'"])('a page that is not there, behind whose URL stands %s', (last) => {
  expect(hintOfEnd(`https://a.example/page${last}`, 404)).toBe(`The URL ends in ${last} and may not have to`)
})

test.each([
  ['https://a.example/page', 404],
  ['https://a.example/page,', 403],
  ['https://a.example/page,', 200],
  ['https://a.example/page_(word)', 404],
  ['https://a.example/?ids[]', 404],
  ['https://a.example/a,b', 410],
])('nothing is said of %s with %i', (input, status) => {
  expect(hintOfEnd(input, status)).toBeNull()
})
