// Where every target stands: its number in the run, its line in its list, and the count of lines.

import { expect, it } from 'vitest'
import { parseArgument, parseLine } from '../../src/targets/parse-line.js'
import { TargetSeries } from '../../src/targets/target-series.js'
import { CONTEXT } from './support.js'

const parsed = (text: string) => parseLine(text, CONTEXT)!

it('numbers targets over all lists, and lines within each', () => {
  const series = new TargetSeries(false)
  series.begin('a.txt')
  series.skipLine()
  const first = series.next(parsed('a.test'), 'a.test')
  series.begin('b.txt')
  const second = series.next(parsed('b.test'), 'b.test')
  const third = series.argument(parseArgument('https://c.test/', CONTEXT), 'https://c.test/')
  expect([first, second, third]).toMatchObject([
    { index: 0, line: 2, source: 'a.txt', raw: null },
    { index: 1, line: 1, source: 'b.txt' },
    { index: 2, line: null, source: 'argv' },
  ])
  expect([series.lines, series.blank]).toEqual([4, 1])
})

it.each([
  ['as it is written', 'a.test accept=404', 'a.test accept=404'],
  ['to its last visible character', '  a.test accept=404 \u00a0\t', '  a.test accept=404'],
])('keeps a line where it was told to: %s', (_case, text, raw) => {
  expect(new TargetSeries(true).next(parsed(text), text).raw).toBe(raw)
})

it('keeps no line that cannot be written again', () => {
  expect(new TargetSeries(true).next(parsed('a.test'), null).raw).toBeNull()
})
