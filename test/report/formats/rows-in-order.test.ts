// Rows on a terminal while the run is on: in the order of the list, each as soon as it and those before it are known.

import { expect, test } from 'vitest'
import { FORMATS } from '../../../src/report/formats/index.js'
import { ListedTargets } from '../../../src/report/table/listed-targets.js'
import { textWidth } from '../../../src/report/table/text-width.js'
import type { Show } from '../../../src/words/output.js'
import { summaryOf, surroundings, verdict } from '../support/verdicts.js'

const url = (index: number) => `https://h${index}.example/${'x'.repeat(index)}`
const row = (index: number) => verdict({ index, url: url(index), input: url(index) })

function start(known: readonly number[], { columns = 80, show = 'auto' as Show } = {}) {
  const listed = new ListedTargets()
  for (const index of known) listed.add(index, () => url(index))
  const reporter = FORMATS.table.create(surroundings({ columns, show, listed }))
  const each = (index: number) => urlsOf(reporter.each(row(index)))
  return { listed, each, reporter, end: () => [...reporter.end(summaryOf())].join('') }
}

const urlsOf = (text: string) => [...text.matchAll(/https:\/\/h(\d+)/g)].map(([, index]) => Number(index))

test('a row waits for those before it and for nothing else', () => {
  const { each, end } = start([0, 1, 2, 3])
  expect(each(1)).toEqual([])
  expect(each(0)).toEqual([0, 1])
  expect(each(3)).toEqual([])
  expect(each(2)).toEqual([2, 3])
  expect(urlsOf(end())).toEqual([])
})

test('the head comes once, with the first row', () => {
  const { reporter } = start([0, 1])
  expect(reporter.each(row(0))).toMatch(/^ +STATUS +TIME +URL +NOTE\n✓ /)
  expect(reporter.each(row(1))).toMatch(/^✓ /)
})

test('places that have no row leave no gap: lines that are excluded, and those of other shards', () => {
  const { each } = start([3, 7, 8])
  expect(each(3)).toEqual([3])
  expect(each(7)).toEqual([7])
})

test('what never came is left out at the end, and the rest is printed', () => {
  const { each, end } = start([0, 1, 2, 3])
  expect(each(0)).toEqual([0])
  expect(each(3)).toEqual([])
  expect(each(2)).toEqual([])
  expect(urlsOf(end())).toEqual([2, 3])
})

test('rows that an earlier run left come first', () => {
  const { listed, each } = start([])
  expect(each(0)).toEqual([])
  expect(each(4)).toEqual([])
  for (const index of [1, 2, 3]) listed.add(index, () => url(index))
  expect(each(1)).toEqual([0, 4, 1])
})

test('of a long list no row is printed, and of one that becomes long none twice', () => {
  const long = start(Array.from({ length: 101 }, (_, at) => at))
  for (let at = 0; at < 101; at++) expect(long.each(at)).toEqual([])

  const grows = start([0, 1, 2], { show: 'all' })
  const printed = [...grows.each(0), ...grows.each(1)]
  for (let at = 3; at < 120; at++) grows.listed.add(at, () => url(at))
  for (let at = 2; at < 120; at++) printed.push(...grows.each(at))
  expect(printed.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 120 }, (_, at) => at))
})

test('one URL alone is a card', () => {
  const { each, reporter } = start([0])
  expect(each(0)).toEqual([])
  const { lines } = summaryOf()
  const text = [...reporter.end(summaryOf({ lines: { ...lines!, total: 1 } }))].join('')
  expect(text).toContain(url(0))
  expect(text).not.toContain('STATUS')
})

test.each([46, 60, 80, 120, 200])('no row is wider than %i columns', (columns) => {
  const listed = new ListedTargets()
  const rows = [0, 30, 90, 150].map((length, index) =>
    verdict({
      index,
      url: `https://a.example/${'x'.repeat(length)}`,
      outcome: 'failed',
      kind: 'dns.name_not_resolved',
      status: 0,
      reason: 'no such host',
    }),
  )
  for (const { index, url } of rows) listed.add(index, () => url)
  const reporter = FORMATS.table.create(surroundings({ columns, listed }))
  for (const line of rows
    .map((each) => reporter.each(each))
    .join('')
    .split('\n')) {
    expect(textWidth(line)).toBeLessThanOrEqual(columns)
  }
})
