// Markdown: read again by GitHub's own parser. What a list or a server wrote is text in it, whatever it is.

import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { FORMATS } from '../../../src/report/formats/index.js'
import { markdownCode, markdownText } from '../../../src/report/markdown-text.js'
import type { ReportedSummary } from '../../../src/words/summary.js'
import type { Verdict } from '../../../src/words/verdict.js'
import { anyNotice, anyVerdict, HOSTILE } from '../support/arbitrary-verdict.js'
import { githubHtml } from '../support/read-back.js'
import { printed, summaryOf, surroundings, VERDICTS, verdict } from '../support/verdicts.js'

const markdown = (verdicts: readonly Verdict[], summary: ReportedSummary = summaryOf()) =>
  printed(FORMATS.markdown.create(surroundings()), verdicts, summary)
const failed = VERDICTS[2]!

it('has a headline and a table for each thing that is wrong', () => {
  const html = githubHtml(markdown(VERDICTS))
  expect(html).toContain('<h2>7 of 12 URLs failed</h2>')
  expect(html.match(/<h3>/g)).toHaveLength(9)
  expect(html.match(/<table>/g)).toHaveLength(9)
  expect(html).toContain('<td><code>https://www.example.com/team</code></td>')
  expect(html).toContain('<h3>403 Cloudflare challenge (1), could not be judged</h3>')
  expect(html).toContain('<li>20 lines = 10 checked + 1 invalid + 1 duplicate + 8 blank or comment</li>')
})

it('shows 50 rows of a reason and how many more there are', () => {
  const html = githubHtml(markdown(Array.from({ length: 4360 }, (_, index) => ({ ...failed, index }))))
  expect(html.match(/<td><code>https/g)).toHaveLength(50)
  expect(html).toContain('<h3>404 Not Found (4360)</h3>')
  expect(html).toContain('<p>and 4310 more</p>')
})

it('has one table a kind where servers make up phrases without end', () => {
  const rows = Array.from({ length: 500 }, (_, index) => ({ ...failed, index, status: 530, reason: `530 x${index}` }))
  const html = githubHtml(markdown(rows))
  expect(html.match(/<table>/g)).toHaveLength(101)
  expect(html).toContain('<h3>http.error (400)</h3>')
})

it('has what is new against the baseline first', () => {
  const rows = [
    ...[1, 2, 3].map((index) => ({ ...failed, index, change: 'still-failing' as const })),
    { ...VERDICTS[4]!, change: 'new-failure' as const },
  ]
  const baseline = { new: 1, stillFailing: 3, fixed: 0, gone: 0 }
  const text = markdown(rows, summaryOf({ baseline }))
  expect(text).toMatch(/^## 1 new failure, 3 known, 3 not judged before\n/)
  expect(text.match(/^### .*/gm)).toEqual(['### no such host (1), new', '### 404 Not Found (3)'])
})

it('says when a run ended early, and when nobody knows the lines', () => {
  const html = githubHtml(markdown([], { ...summaryOf({ unfinished: 'time-limit' }), lines: null }))
  expect(html).toContain('<strong>The run ended early (time-limit)')
  expect(html).toContain('<li>lines unknown</li>')
})

const unescaped = (html: string) =>
  html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')

describe('foreign text', () => {
  const EVIL = [
    ...HOSTILE,
    ...[
      'a|b',
      'a\\|b',
      '\\',
      '\\\\|',
      '`',
      '``a`b```',
      ' a ',
      '|',
      '<img src=x onerror=alert(1)>',
      '<!--',
      '[x](javascript:1)',
    ],
    ...[
      '@org/team',
      'see #123',
      'GH-12',
      'https://x.example',
      'www.x.example',
      'a@b.example',
      '**b** _i_ ~~s~~',
      '1. x',
      '- x',
    ],
    ...[
      '# h',
      '> q',
      '&copy;',
      ':tada:',
      '$x$',
      '![i](https://x.example/i.png)',
      '| a | b |',
      '<details>',
      '---',
      '===',
    ],
  ]

  const HEAD = '| a | b |\n| --- | --- |\n'
  /** All of them in one document: each call of the parser is a process. */
  const tableOf = (textOf: (text: string) => string) =>
    githubHtml(`${HEAD}${EVIL.map((text, at) => `| ${textOf(text)} | end${at} |\n`).join('')}`)
  const cellsOf = (html: string) => {
    const cells = [...html.matchAll(/<td>(.*?)<\/td>/gs)].map(([, inner]) => inner!)
    EVIL.forEach((text, at) => {
      expect(cells[at * 2 + 1], text).toBe(`end${at}`)
    })
    expect(cells).toHaveLength(EVIL.length * 2)
    return EVIL.map((text, at) => [text, cells[at * 2]!] as const)
  }

  test('is code in a cell and nothing else', () => {
    for (const [text, cell] of cellsOf(tableOf(markdownCode))) {
      expect(cell).toMatch(/^(?:<code>[^<]*<\/code>)?$/)
      const isPlain = /^[\x20-\x7e]*$/.test(text) && !/\\\||::|##/.test(text) && text.trim() === text
      if (isPlain) expect(unescaped(cell.replace(/<\/?code>/g, ''))).toBe(text)
    }
  })

  test('is text or code in a sentence of a cell', () => {
    for (const [text, cell] of cellsOf(tableOf(markdownText))) {
      expect(cell, text).not.toMatch(/<(?!\/?code>)/)
      if (/[@#]/.test(text)) expect(cell).toMatch(/^<code>/)
    }
  })

  test('is text or code in an item of a list', () => {
    const html = githubHtml(EVIL.map((text) => `- ${markdownText(text)}\n`).join(''))
    expect(html).not.toMatch(/<(?!\/?(?:code|ul|li)>)/)
    expect(html.match(/<li>/g)).toHaveLength(EVIL.length)
    expect(html.match(/<ul>/g)).toHaveLength(1)
  })

  test('has no way out of a report', () => {
    const sample = fc.sample(fc.tuple(anyVerdict, anyNotice), { numRuns: 300, seed: 4711 })
    const rows = [...sample.map(([each]) => each), ...EVIL.map((source) => verdict({ ...failed, source }))]
    const notices = sample.flatMap(([, summary]) => summary.notices ?? [])
    const html = githubHtml(markdown(rows, summaryOf({ notices })))
    const ALLOWED = /^(?:h2|h3|p|ul|li|code|strong|table|thead|tbody|tr|th|td)$/
    for (const [, name] of html.matchAll(/<\/?([a-z0-9]+)/g)) expect(name).toMatch(ALLOWED)
    const left = [...html.matchAll(/^<p>and (\d+) more<\/p>/gm)].reduce((sum, [, more]) => sum + Number(more), 0)
    const wrong = rows.filter(({ outcome }) => outcome === 'failed' || outcome === 'inconclusive').length
    expect(html.match(/<td>/g) ?? []).toHaveLength(3 * (wrong - left))
    expect(html.match(/<li>/g)).toHaveLength(1 + notices.length)
  })
})
