import { expect, test } from 'vitest'
import { askFamilies } from '../../../src/http/names/ask-families.js'
import type { Question } from '../../../src/http/names/name-servers.js'

/** What is asked, to be answered by the test. */
function ask(reach: 'global' | 'none') {
  const asked: Question[] = []
  const reports: unknown[] = []
  askFamilies('a.test', {
    servers: { ask: (question) => void asked.push(question), limitTo: () => {}, close: () => {} },
    plan: { family: null, reach },
    deadlineMs: 4000,
    report: (answer) => reports.push(answer),
    silent: () => {},
  })
  return { asked, reports, types: () => asked.map(({ type, withinMs }) => [type, withinMs ?? null]) }
}

test('AAAA has what A has left of the time of one name', () => {
  const { asked, types } = ask('none')
  asked[0]!.done({ code: 'ESERVFAIL' }, 3000)
  expect(types()).toEqual([
    ['A', null],
    ['AAAA', 1000],
  ])
})

test('a dead name is asked for AAAA as well, but not for long', () => {
  const { asked, types, reports } = ask('none')
  asked[0]!.done({ code: 'ENOTFOUND' }, 5)
  expect(types()).toEqual([
    ['A', null],
    ['AAAA', 1000],
  ])
  asked[1]!.done({ code: 'ETIMEOUT' }, 1000)
  expect(reports).toEqual([{ code: 'ENOTFOUND' }])
})

test('nothing is left for AAAA after a silent A', () => {
  const { asked, types, reports } = ask('none')
  asked[0]!.done({ code: 'ETIMEOUT' }, 4000)
  expect([types(), reports]).toEqual([[['A', null]], [{ code: 'ETIMEOUT' }]])
})
