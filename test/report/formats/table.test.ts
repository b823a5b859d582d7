// What people see: as in the README, at every width, with any text in it.

import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { summarise } from '../../../src/judge/summarise.js'
import { FORMATS } from '../../../src/report/formats/index.js'
import { humanDuration, plainDuration } from '../../../src/report/table/duration.js'
import { cutMiddle, textWidth, wrapText } from '../../../src/report/table/text-width.js'
import type { ReporterContext } from '../../../src/words/output.js'
import type { Summary } from '../../../src/words/summary.js'
import type { Verdict } from '../../../src/words/verdict.js'
import { anyNotice, anyVerdict } from '../support/arbitrary-verdict.js'
import { printed, surroundings, VERDICTS, verdict } from '../support/verdicts.js'

function table(verdicts: readonly Verdict[], context: Partial<ReporterContext> = {}, summary: Partial<Summary> = {}) {
  const totals = { ...summarise(verdicts), durationMs: 10_100, ...summary }
  return printed(FORMATS.table.create(surroundings(context)), verdicts, totals)
}
const readme = VERDICTS.slice(0, 8)
const lines = { total: 11, checked: 8, invalid: 0, duplicate: 0, excluded: 0, otherShard: 0, notAsked: 0, blank: 3 }
/** So many copies, each with its own index, line and host. */
const copies = (model: Verdict, times: number, host = (at: number) => `h${at}.example`): Verdict[] =>
  Array.from({ length: times }, (_, at) => ({ ...model, index: at, line: at + 1, host: host(at) }))

describe('up to 100 URLs', () => {
  it('looks as in the README at 80 columns', () => {
    expect(table(readme, { columns: 80 }, { lines })).toMatchSnapshot()
  })

  it('shows every mark and label', () => {
    expect(table(VERDICTS, { columns: 120 })).toMatchSnapshot()
  })

  it('fits into 60 columns', () => {
    const text = table(VERDICTS, { columns: 60 })
    expect(text).toMatchSnapshot()
    for (const line of text.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(60)
  })

  it('colours the status and dims the note, and nothing else', () => {
    const text = table(readme, { color: true })
    expect(text).toContain('\x1b[32m200\x1b[39m ')
    expect(text).toContain('\x1b[31mDNS\x1b[39m ')
    expect(text).toContain('\x1b[33m403\x1b[39m ')
    expect(text).toContain('\x1b[2mNot Found\x1b[22m')
    expect(stripVTControlCharacters(text)).toBe(table(readme))
  })

  it('uses only ASCII of its own where the locale has no more', () => {
    const long = verdict({ index: 12, outcome: 'failed', kind: 'internal', reason: 'x'.repeat(400) })
    expect(table([...VERDICTS, long], { unicode: false, columns: 60 })).toMatch(/^[\x0a\x20-\x7e]*$/)
  })

  it('is in input order, whatever came first', () => {
    expect(table(readme.toReversed())).toBe(table(readme))
  })

  it('never shows the number 0 as a status', () => {
    const odd = verdict({ index: 12, status: 0, kind: 'blocked.rate-limit', outcome: 'inconclusive' })
    expect(table([...VERDICTS, odd])).not.toMatch(/(^|\s)0(\s|$)/m)
  })

  it('cuts nothing in a pipe', () => {
    const url = `https://www.example.com/${'long/'.repeat(200)}end`
    const reason = `x${' word'.repeat(100)}`
    const text = table([
      ...readme,
      verdict({ index: 9, url, outcome: 'failed', status: 404, kind: 'http.error', reason }),
    ])
    expect(text.split(url)).toHaveLength(3)
    expect(text).toContain(reason)
  })

  it('shows failed rows only when asked to, and lists all the same', () => {
    const text = table(readme, { show: 'failed' })
    expect(text).not.toContain('✓')
    expect(text.match(/^✗/gm)).toHaveLength(5)
    expect(text).toContain('1 inconclusive')
  })

  it('keeps columns with wide characters', () => {
    const wide = verdict({
      index: 1,
      url: '',
      input: 'https://例え.テスト/パス',
      kind: 'url.invalid',
      outcome: 'failed',
      reason: 'R',
    })
    const [head, ...rows] = table([readme[0]!, wide]).split('\n').slice(0, 3)
    const column = textWidth(head!.slice(0, head!.indexOf('NOTE')))
    expect(textWidth(rows[1]!.slice(0, rows[1]!.lastIndexOf('R')))).toBe(column)
  })

  it('says nothing of places when the URLs were arguments', () => {
    const text = table(readme.map((one) => ({ ...one, line: null, source: 'argv' })))
    expect(text).toContain('\n5 failed\n  https://www.example.com/team\n  404 Not Found\n')
  })

  it('tells notices and an early end', () => {
    const text = table(readme, {}, { unfinished: 'input-broke', notices: ['urls.txt: read as Windows-1252'] })
    expect(text).toContain('  ended    early: the input broke; what was read is reported\n')
    expect(text).toContain('  note     urls.txt: read as Windows-1252\n')
  })

  it('names the way on when the run ended early', () => {
    for (const unfinished of ['time-limit', 'interrupted'] as const) {
      const text = table(VERDICTS.slice(0, 2), {}, { unfinished, lines: { ...lines, notAsked: 4 } })
      expect(text).toContain('next     with -o report.ndjson, --resume goes on where a run ended')
    }
  })

  it('has nothing to suggest when all is well', () => {
    expect(table(VERDICTS.slice(0, 2))).not.toContain('next')
  })

  it('is a sentence and totals when there was nothing', () => {
    expect(table([])).toMatch(/^\nnothing checked +0 URLs in 10.1 s, exit code 0\n$/)
  })
})

describe('one URL', () => {
  it.each([
    ['a redirect', 1],
    ['a bad certificate', 5],
    ['a timeout', 6],
    ['a challenge', 7],
    ['a bad line', 8],
    ['a loop', 11],
  ])('%s has a card', (_, at) => {
    expect(table([VERDICTS[at]!], { columns: 80 })).toMatchSnapshot()
  })

  it('is a row when rows are asked for', () => {
    expect(table([VERDICTS[0]!], { show: 'all' })).toContain('STATUS')
  })
})

describe('beyond 100 URLs', () => {
  const many = Array.from({ length: 40 }, (_, round) =>
    [0, 2, 3, 4, 5, 6, 7, 8, 9, 11].map((at, place) => ({
      ...VERDICTS[at]!,
      index: round * 10 + place,
      line: round * 10 + place + 1,
    })),
  ).flat()

  it('groups failures by reason and host', () => {
    expect(table(many, { columns: 80 })).toMatchSnapshot()
  })

  it('is by what is wrong over all hosts, with three samples of the worst of them, the biggest first', () => {
    const text = table([
      ...copies(readme[4]!, 41, () => 'a.example'),
      ...copies(readme[2]!, 61, () => 'www.example.com'),
      ...copies(readme[2]!, 9, () => 'b.example'),
      ...Array.from({ length: 50 }, (_, at) => copies(readme[2]!, 1, () => `h${at}.example`)).flat(),
    ])
    expect(text).toContain(
      '\n  404     Not Found ×120 on 52 hosts\n          www.example.com ×61\n            urls.txt:',
    )
    expect(text).toContain('\n          b.example ×9\n')
    expect(text).toContain('\n          and 50 more on 50 other hosts\n')
    expect(text).toContain('no such host ×41 on a.example\n')
    expect(text.indexOf('×120')).toBeLessThan(text.indexOf('×41'))
    expect(text.match(/urls\.txt:/g)).toHaveLength(9)
  })

  it('shows three samples of many hosts with a failure each, and counts the rest', () => {
    const text = table(copies(readme[4]!, 500))
    expect(text).toContain('DNS     no such host ×500 on 500 hosts\n')
    expect(text).toContain('          and 497 more\n')
    expect(text.match(/urls\.txt:/g)).toHaveLength(3)
  })

  it('says what a redirect map expected and found', () => {
    const fault = { check: 'location', expected: 'https://a.example/new', actual: 'https://a.example/' }
    const row = { ...readme[2]!, kind: 'check.location' as const, status: 301, failedChecks: [fault] }
    const text = table(
      copies(row, 200, () => 'a.example'),
      { columns: 80 },
    )
    expect(text).toContain('found https://a.example/, expected https://a.example/new\n')
  })

  it('counts every failure however many groups and hosts there are', () => {
    const verdicts = Array.from({ length: 12_000 }, (_, at) => copies(readme[2]!, 1, () => `h${at}.example`)).flat()
    const phrases = Array.from({ length: 300 }, (_, at) => ({ ...readme[2]!, reason: `404 Phrase ${at}` }))
    const text = table([...verdicts, ...phrases])
    expect(text).toContain('\n12,300 failed\n')
    expect(text).toContain('Not Found ×12,000 on 10,000 hosts and more\n')
    expect(text).toMatch(/and \d+ more of 181 other sorts\n/)
    expect(text.split('\n').length).toBeLessThan(150)
  })

  it('tells what is new first, then what is fixed, and folds what was known', () => {
    const rows = [
      ...copies(readme[2]!, 200).map((row) => ({ ...row, change: 'still-failing' as const })),
      ...copies(readme[4]!, 2, () => 'new.example').map((row) => ({ ...row, change: 'new-failure' as const })),
      ...copies(readme[0]!, 3, () => 'fixed.example').map((row) => ({ ...row, change: 'fixed' as const })),
    ]
    for (const verdicts of [rows, rows.slice(150)]) {
      const text = table(verdicts)
      const known = verdicts.length - 5
      const [fresh, fixed, folded] = [
        '2 new against the baseline',
        '3 fixed since the baseline',
        `${known} failing as before: 404 ×${known}`,
      ]
      expect(text.match(/^\d+ (new|fixed|failing|failed).*$/gm)).toEqual([fresh, fixed, folded])
    }
  })

  it('prints no row before the end by default, and each as it comes when all are asked for', () => {
    const auto = FORMATS.table.create(surroundings())
    expect(many.map((one) => auto.each(one)).join('')).toBe('')
    const all = FORMATS.table.create(surroundings({ show: 'all' }))
    const texts = many.map((one) => all.each(one))
    expect(texts[99]).toBe('')
    expect(texts[100]!.split('\n')).toHaveLength(1 + 101 + 1)
    expect(texts[101]!.split('\n')).toHaveLength(2)
  })

  it('streams rows in fixed columns', () => {
    const rows = table(many, { show: 'all', columns: 80 }).split('\n').slice(0, 401)
    expect(rows.slice(0, 12)).toMatchSnapshot()
    for (const row of rows) expect(textWidth(row)).toBeLessThanOrEqual(80)
  })
})

describe('any text', () => {
  const contexts = fc.record({
    columns: fc.constantFrom(null, 20, 60, 80, 120),
    unicode: fc.boolean(),
    show: fc.constantFrom('auto', 'all', 'failed'),
  })
  it('cannot leave its line, hide, colour or command', () => {
    fc.assert(
      fc.property(fc.array(anyVerdict, { maxLength: 3 }), contexts, anyNotice, (verdicts, context, notice) => {
        const text = table(verdicts, context as Partial<ReporterContext>, notice)
        expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
        expect(text).not.toMatch(/^\s*::|##(?:\[|vso\[|teamcity\[)/im)
        expect(text).not.toMatch(/[ ]$/m)
      }),
      { numRuns: 400 },
    )
  })

  it('is whole where its letters have marks, which take no column', () => {
    const urls = ['https://a.example/ไทยที่นี่', 'https://a.example/हिन्दी', 'https://a.example/𝨀🆎𿿾', 'https://a.example/b']
    const rows = urls.map((url, index) => verdict({ index, url, input: url, finalUrl: url }))
    const text = table(rows, { show: 'all', columns: null, unicode: true })
    for (const url of urls) expect(text).toContain(url)
    const notes = text.split('\n').filter((line) => line.includes('https://'))
    expect(notes).toHaveLength(urls.length)
  })

  it('cannot do so in groups and streamed rows either', () => {
    fc.assert(
      fc.property(fc.array(anyVerdict, { minLength: 1, maxLength: 5 }), contexts, (verdicts, context) => {
        const text = table(
          Array(25).fill(verdicts).flat().concat(Array(100).fill(verdicts[0])),
          context as Partial<ReporterContext>,
        )
        expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
        expect(text).not.toMatch(/^\s*::|##(?:\[|vso\[|teamcity\[)/im)
      }),
      { numRuns: 60 },
    )
  })

  it('prints the same sample of hostile text every time', () => {
    const evil = verdict({
      source: ':',
      url: '',
      input: '::error::\x1b]0;x\x07\u202e##[error]漢',
      outcome: 'failed',
      status: 0,
      kind: 'url.invalid',
      reason: '::error::\r\n::warning::',
      hint: '##vso[task.complete]',
    })
    expect(table([evil, readme[0]!])).toMatchSnapshot()
  })
})

it.each([
  [0, '0 ms', '0 ms'],
  [0.2, '1 ms', '1 ms'],
  [142.4, '142 ms', '142 ms'],
  [999.6, '1.0 s', '1 s'],
  [10_003, '10.0 s', '10 s'],
  [10_100, '10.1 s', '10.1 s'],
  [59_960, '1 m 00 s', '1 m 00 s'],
  [125_000, '2 m 05 s', '2 m 05 s'],
  [3_599_900, '1 h 00 m', '1 h 00 m'],
  [3_720_000, '1 h 02 m', '1 h 02 m'],
])('%d ms reads %s', (ms, table, sentence) => {
  expect([humanDuration(ms), plainDuration(ms)]).toEqual([table, sentence])
})

it('cuts the middle to the width and wraps at spaces', () => {
  expect(cutMiddle('https://www.example.com/a/b/c.html', 20, '…')).toBe('https://www.…/c.html')
  expect(textWidth('漢字👍e\u0301')).toBe(7)
  expect(textWidth(cutMiddle('漢'.repeat(30), 11, '…'))).toBeLessThanOrEqual(11)
  expect(wrapText('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrapText('incomprehensible', 7)).toEqual(['incomprehensible'])
})
