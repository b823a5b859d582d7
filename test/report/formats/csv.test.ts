// CSV: read again by a real parser, safe in a spreadsheet.

import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FLAT } from '../../../src/report/fields.js'
import { FORMATS } from '../../../src/report/formats/index.js'
import type { Verdict } from '../../../src/words/verdict.js'
import { anyVerdict } from '../support/arbitrary-verdict.js'
import { verdictSchema } from '../support/schemas.js'
import { printed, surroundings, VERDICTS, verdict } from '../support/verdicts.js'

const csv = (verdicts: readonly Verdict[], fields: string[] | null = null) =>
  printed(FORMATS.csv.create(surroundings({ fields })), verdicts)
const read = (text: string): Record<string, string>[] => parse(text, { columns: true, record_delimiter: '\r\n' })

it('prints the sample verdicts', () => {
  expect(csv(VERDICTS)).toMatchSnapshot()
})

it.each([
  ['=cmd|x!A1', "'=cmd|x!A1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', "'\\x0d=1"],
  ['＝1', "'＝1"],
  ['-', '-'],
  ['a"b,c\nd', 'a"b,c\\x0ad'],
  ['##[error]x', '\\x23#[error]x'],
  ['::error::x', '\\x3a\\x3aerror::x'],
  ['a\x00\x1b', 'a\\x00\\x1b'],
  ['a\u200bb\u202ec\u2066d\ufeffe\u00adf', 'a\\u{200b}b\\u{202e}c\\u{2066}d\\u{feff}e\\xadf'],
  ['\u{e0041}\u2028\x85\ufe0f', '\\u{e0041}\\u{2028}\\x85\\u{fe0f}'],
  ['\u200b=1', '\\u{200b}=1'],
  ['a\tb 漢字 é', 'a\tb 漢字 é'],
])('the cell %j reads %j', (input, cell) => {
  expect(read(csv([verdict({ input })]))[0]?.input).toBe(cell)
})

it('leaves null empty and lists as JSON', () => {
  const [row] = read(csv([VERDICTS[1]!]))
  expect(row).toMatchObject({ hint: '', 'timingsMs.dns': '12', 'tls.protocol': 'TLSv1.3', failedChecks: '[]' })
  expect(JSON.parse(row!.redirects!)).toEqual(VERDICTS[1]!.redirects)
})

it('begins with what people look for, each column once', () => {
  const names = FLAT.map(({ name }) => name)
  expect(names.slice(0, 8)).toEqual(['line', 'input', 'outcome', 'status', 'reason', 'finalUrl', 'location', 'hops'])
  expect(new Set(names).size).toBe(names.length)
})

it('shows where the first answer redirects to, and how many redirects there were', () => {
  const rows = read(csv([VERDICTS[0]!, VERDICTS[1]!, VERDICTS[11]!], ['location', 'hops']))
  expect(rows).toEqual([
    { location: '', hops: '0' },
    { location: '/company', hops: '1' },
    { location: '/b', hops: '2' },
  ])
})

it('begins a file with the mark by which Excel knows UTF-8, and a pipe without', () => {
  expect(csv([])).toMatch(/^line,/)
  const file = FORMATS.csv.create(surroundings({ isFile: true }))
  expect(printed(file, [])).toMatch(/^\ufeffline,/)
})

it('names a nested field by all its parts', () => {
  expect(csv([verdict()], ['status', 'timingsMs', 'tls.protocol'])).toBe(
    'status,timingsMs.queue,timingsMs.dns,timingsMs.connect,timingsMs.tls,timingsMs.firstByte,tls.protocol\r\n' +
      '200,0,12,20,41,69,"TLSv1.3"\r\n',
  )
})

it('any verdict is one line of harmless cells, and as a record again fits the schema', () => {
  fc.assert(
    fc.property(anyVerdict, (one) => {
      const text = csv([one])
      expect(text.split('\r\n')).toHaveLength(3)
      expect(text.replaceAll('\r\n', '')).not.toMatch(
        /[\x00-\x08\x0a-\x1f\x7f-\x9f]|[\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]|##(?:\[|vso\[)/u,
      )
      const [row, ...more] = read(text)
      expect(more).toEqual([])
      expect(Object.keys(row!)).toEqual(FLAT.map((column) => column.name))
      for (const cell of Object.values(row!)) expect(cell).not.toMatch(/^[=+\-@\t＝＋－＠]./s)
      expect(verdictSchema.faults(unflatten(row!, one))).toBe('')
    }),
    { numRuns: 300 },
  )
})

/** The record behind a row: types as in the model, whose nulls are empty cells. */
function unflatten(row: Record<string, string>, model: Verdict): unknown {
  const typed = (cell: string, like: unknown): unknown => {
    if (like === null) return cell === '' ? null : cell
    if (typeof like === 'number' || typeof like === 'boolean') return JSON.parse(cell)
    return typeof like === 'object' ? JSON.parse(cell) : cell
  }
  const moment = (cell: string, like: string): string => {
    expect(cell).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    return `${cell.replace(' ', 'T')}${like.slice(19)}`
  }
  const parts = (prefix: 'timingsMs' | 'tls', like: object | null) =>
    like &&
    Object.fromEntries(Object.entries(like).map(([name, value]) => [name, typed(row[`${prefix}.${name}`]!, value)]))
  return Object.fromEntries(
    Object.entries(model).map(([name, like]) => {
      if (name === 'timingsMs' || name === 'tls') return [name, parts(name, like)]
      return [name, name === 'checkedAt' ? moment(row[name]!, like) : typed(row[name]!, like)]
    }),
  )
}
