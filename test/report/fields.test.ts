import { expect, test } from 'vitest'
import { FLAT, NESTED, selectColumns } from '../../src/report/fields.js'
import type { Verdict } from '../../src/words/verdict.js'

const row = (extra: Verdict['extra']) => ({ status: 404, extra }) as Verdict

test.each([
  ['flat', FLAT],
  ['nested', NESTED],
])('a column of the list is a field by its name there, %s', (_, all) => {
  const columns = selectColumns(['status', 'extra.Owner', 'extra.a.b'], all)
  expect(columns.map(({ name }) => name)).toEqual(['status', 'extra.Owner', 'extra.a.b'])
  const values = (verdict: Verdict) => columns.map(({ get }) => get(verdict))
  expect(values(row({ Owner: 'Eve', 'a.b': 2 }))).toEqual([404, 'Eve', 2])
  expect(values(row(null))).toEqual([404, null, null])
  expect(values(row({ toString: 1 }))).toEqual([404, null, null])
})

test('its name is not guessed', () => {
  expect(() => selectColumns(['extra.'], FLAT)).toThrow('--fields extra.: no such field; did you mean extra?')
})
