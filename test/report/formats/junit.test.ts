// JUnit: valid for both of Jenkins' plugins, read again by xmllint, bounded.

import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { FORMATS } from '../../../src/report/formats/index.js'
import { createCases, type JunitCase } from '../../../src/report/junit-cases.js'
import type { ReportedSummary } from '../../../src/words/summary.js'
import type { Verdict } from '../../../src/words/verdict.js'
import { anyVerdict, HOSTILE } from '../support/arbitrary-verdict.js'
import { JUNIT_SCHEMAS, validateJunit, xpath } from '../support/read-back.js'
import { printed, summaryOf, surroundings, VERDICTS, verdict } from '../support/verdicts.js'

const junit = (verdicts: readonly Verdict[], strict = false, summary: ReportedSummary = summaryOf()) =>
  printed(FORMATS.junit.create(surroundings({ strict })), verdicts, summary)

it('counts what is in the file', () => {
  const xml = junit(VERDICTS)
  const counts = (name: string) => `concat(//${name}/@tests,' ',//${name}/@failures,' ',//${name}/@errors)`
  expect(xpath(xml, counts('testsuite'))).toBe('12 7 0')
  expect(xpath(xml, counts('testsuites'))).toBe('12 7 0')
  expect(xpath(xml, 'concat(count(//testcase)," ",count(//failure)," ",count(//skipped))')).toBe('12 7 3')
  expect(xpath(xml, 'string(//testsuite/@skipped)')).toBe('3')
})

it('says what failed, why and in which line', () => {
  const xml = junit([VERDICTS[2]!])
  expect(xpath(xml, 'concat(//failure/@type,"|",//failure/@message)')).toBe('http.error|404 Not Found')
  expect(xpath(xml, 'string(//failure)')).toBe('urls.txt:9\n404 Not Found')
  expect(xpath(xml, 'concat(//testcase/@classname,"|",//testcase/@name,"|",//testcase/@time)')).toBe(
    'www.example.com|https://www.example.com/team|0.088',
  )
})

it('shows what is inconclusive as skipped, and as an error under --strict', () => {
  const row = VERDICTS[7]!
  expect(xpath(junit([row]), 'concat(count(//skipped),count(//error))')).toBe('10')
  const strict = junit([row], true)
  expect(xpath(strict, 'concat(count(//skipped),count(//error))')).toBe('01')
  expect(xpath(strict, 'string(//testsuite/@errors)')).toBe('1')
})

it('numbers repeats of a URL, because GitLab keys on class name and name', () => {
  const host = 'a.example'
  const rows = ['https://a.example/', 'https://a.example/', 'https://a.example/ (2)', 'https://a.example/'].map(
    (url, index) => verdict({ index, url, host }),
  )
  const xml = junit(rows)
  const names = [1, 2, 3, 4].map((at) => xpath(xml, `string(//testcase[${at}]/@name)`))
  expect(names[0]).toBe('https://a.example/')
  expect(names[1]).toBe('https://a.example/ (2)')
  expect(new Set(names).size).toBe(4)
})

it('is in the order of the list, however the rows came', () => {
  const order = (rows: readonly Verdict[]) => junit(rows).match(/name="https[^"]*"/g)
  expect(order([...VERDICTS].reverse())).toEqual(order(VERDICTS))
})

describe.each(JUNIT_SCHEMAS)('%s', (schema) => {
  test('holds for a run', () => {
    validateJunit(junit(VERDICTS), schema)
    validateJunit(junit(VERDICTS, true, { ...summaryOf({ unfinished: 'interrupted' }), lines: null }), schema)
    validateJunit(junit([]), schema)
  })

  test('holds for hostile text in every place', () => {
    const sample = fc.sample(anyVerdict, { numRuns: 500, seed: 4711 })
    const evil = HOSTILE.map((text, index) =>
      verdict({
        ...VERDICTS[2]!,
        index,
        input: text,
        url: '',
        host: text,
        reason: `x${text}`,
        hint: text,
        source: text,
      }),
    )
    const more = verdict({ ...VERDICTS[2]!, reason: ']]>\ufffe\uffff<!--&amp;', input: '"/><failure/>', url: '' })
    const xml = junit([...sample, ...evil, more], true)
    validateJunit(xml, schema)
    expect(xpath(xml, 'count(//testcase)')).toBe(`${501 + HOSTILE.length}`)
  })

  test('refuses what is not JUnit', () => {
    expect(() => validateJunit(junit(VERDICTS).replaceAll('<testcase ', '<testcase file="x" '), schema)).toThrow('file')
  })
})

describe('many URLs', () => {
  const many = (count: number, outcome: (at: number) => Verdict['outcome']) =>
    Array.from({ length: count }, (_, index) => {
      const url = `https://h${index % 3000}.example/${index}`
      const isFine = outcome(index) === 'ok'
      return verdict({ index, url, outcome: outcome(index), ...(isFine ? {} : { kind: 'http.error', status: 404 }) })
    })

  test('are at most 20,000 cases, what is not fine first, the rest one case a host', () => {
    const xml = junit(many(50_000, (at) => (at >= 45_000 ? 'failed' : 'ok')))
    for (const schema of JUNIT_SCHEMAS) validateJunit(xml, schema)
    expect(xpath(xml, 'count(//testcase)')).toBe('20000')
    expect(xpath(xml, 'count(//failure)')).toBe('5000')
    expect(xpath(xml, 'count(//testcase[@classname="other hosts"])')).toBe('1')
    expect(xpath(xml, 'count(//testcase[contains(@name," more URL")])')).toBe('1000')
  })

  test('that all failed are counted by host as well', () => {
    const xml = junit(many(20_100, () => 'failed'))
    expect(xpath(xml, 'count(//testcase)')).toBe('20000')
    const more = [...xml.matchAll(/name="(\d+) more URLs?"/g)].reduce((sum, [, count]) => sum + Number(count), 0)
    const own = Number(xpath(xml, 'count(//testcase[starts-with(@name,"https:")])'))
    expect(own + more).toBe(20_100)
    expect(xpath(xml, 'count(//failure)')).toBe('20000')
  })

  test('every case is listed or counted, and never more than there may be', () => {
    const states = ['passed', 'failure', 'error', 'skipped'] as const
    const arrival = fc.record({ state: fc.constantFrom(...states), host: fc.constantFrom('a', 'b', 'c', 'd') })
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 60 }), fc.integer({ min: 4, max: 20 }), (arrivals, most) => {
        const cases = createCases(most, 3)
        arrivals.forEach(({ state, host }, index) => {
          cases.add({ index, host, name: `${index}`, state, attributes: '', inside: '' } satisfies JunitCase)
        })
        const { listed, rest } = cases.chosen()
        expect(listed.length + rest.length).toBeLessThanOrEqual(most)
        const counted = rest.reduce((sum, { passed, failed, skipped }) => sum + passed + failed + skipped, 0)
        expect(listed.length + counted).toBe(arrivals.length)
        if (rest.length === 0) return
        const passedListed = listed.some(({ state }) => state === 'passed')
        const lost = rest.some(({ failed, skipped }) => failed + skipped > 0)
        expect(passedListed && lost).toBe(false)
      }),
    )
  })
})
