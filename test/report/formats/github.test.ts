// GitHub's annotations: as its runner reads them (actions/runner, ActionCommand), few, and beside the right line.

import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { FORMATS } from '../../../src/report/formats/index.js'
import type { Verdict } from '../../../src/words/verdict.js'
import { anyVerdict } from '../support/arbitrary-verdict.js'
import { printed, summaryOf, surroundings, VERDICTS, verdict } from '../support/verdicts.js'

const failed = VERDICTS[2]!
const text = (verdicts: readonly Verdict[], fields = {}) =>
  printed(FORMATS.github.create(surroundings(fields)), verdicts, summaryOf())

interface Command {
  readonly level: string
  readonly properties: Readonly<Record<string, string>>
  readonly message: string
}

/** Reads commands as the runner does: `::name key=value,…::data`, each unescaped. */
function commands(output: string): Command[] {
  return output
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, level, list, data] = /^::(\w+) (.*?)::(.*)$/.exec(line)!
      const properties = list!.split(',').map((pair) => {
        const at = pair.indexOf('=')
        return [
          pair.slice(0, at),
          unescaped(
            pair
              .slice(at + 1)
              .replaceAll('%3A', ':')
              .replaceAll('%2C', ','),
          ),
        ] as const
      })
      return { level: level!, properties: Object.fromEntries(properties), message: unescaped(data!) }
    })
}

function unescaped(data: string): string {
  return data.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')
}

it('puts a failure beside its line, and the whole into a notice', () => {
  expect(commands(text([failed]))).toEqual([
    {
      level: 'error',
      properties: { file: 'urls.txt', line: '9', title: '404 Not Found' },
      message: 'https://www.example.com/team\n404 Not Found',
    },
    {
      level: 'notice',
      properties: { title: 'scrape-status' },
      message: '7 of 12 URLs failed: 2 ok · 7 failed · 2 inconclusive · 1 skipped',
    },
  ])
})

it('shows at most ten errors, ten warnings and a notice, the first of every group before the second of one', () => {
  const dead = Array.from({ length: 50 }, (_, index) =>
    verdict({ ...failed, index, line: index, url: `https://dead.example/${index}`, host: 'dead.example' }),
  )
  const others = ['a', 'b', 'c'].map((name, at) =>
    verdict({ ...failed, index: 100 + at, url: `https://${name}.example/`, host: `${name}.example` }),
  )
  const blocked = Array.from({ length: 30 }, (_, index) => ({ ...VERDICTS[7]!, index: 200 + index }))
  const all = commands(text([...dead, ...others, ...blocked]))
  const errors = all.filter(({ level }) => level === 'error').map(({ message }) => message.split('\n'))
  expect(errors).toHaveLength(10)
  expect(all.filter(({ level }) => level === 'warning')).toHaveLength(10)
  expect(all.filter(({ level }) => level === 'notice')).toHaveLength(1)
  expect(errors[0]).toEqual(['https://dead.example/0', '404 Not Found', 'and 49 more of dead.example'])
  expect(errors.slice(1, 4).map(([url]) => url)).toEqual([
    'https://a.example/',
    'https://b.example/',
    'https://c.example/',
  ])
  expect(errors[4]![0]).toBe('https://dead.example/1')
})

it('has what is new against a baseline first', () => {
  const known = Array.from({ length: 20 }, (_, index) => ({ ...failed, index, change: 'still-failing' as const }))
  const [first] = commands(text([...known, { ...VERDICTS[4]!, change: 'new-failure' as const }]))
  expect(first!.message).toMatch(/^https:\/\/non-existent-domain\.xyz\//)
})

it('warns of what is inconclusive, and under --strict it is an error', () => {
  const levels = (fields: object) => commands(text([VERDICTS[7]!], fields)).map(({ level }) => level)
  expect(levels({})).toEqual(['warning', 'notice'])
  expect(levels({ strict: true })).toEqual(['error', 'notice'])
})

describe('the file', () => {
  const fileOf = (fields: Partial<Verdict>, workspace: string | null) =>
    commands(text([verdict({ ...failed, ...fields })], { workspace }))[0]!.properties.file

  test.each([
    ['lists/urls.txt', resolve('.'), 'lists/urls.txt'],
    [resolve('lists/urls.txt'), resolve('.'), 'lists/urls.txt'],
    ['urls.txt', resolve('..'), `${resolve('.').split('/').pop()}/urls.txt`],
    ['../urls.txt', resolve('.'), undefined],
    ['/elsewhere/urls.txt', resolve('.'), undefined],
    ['urls.txt', null, 'urls.txt'],
    ['-', resolve('.'), undefined],
    ['https://x.example/sitemap.xml', resolve('.'), undefined],
    ['..urls.txt', resolve('.'), '..urls.txt'],
  ])('of %s in %s is %s', (source, workspace, file) => {
    expect(fileOf({ source }, workspace)).toBe(file)
  })

  test('of an argument is none', () => {
    expect(fileOf({ source: 'argv', line: null }, null)).toBeUndefined()
  })
})

it('escapes what would end a property, a message or a line', () => {
  const [command] = commands(
    text([verdict({ ...failed, source: 'a,b::c%0A.txt', reason: '404 100%\r\n::error::x', hint: '%0A' })]),
  )
  expect(command!.properties.file).toBe('a,b::c%0A.txt')
  expect(command!.message).toBe('https://www.example.com/team\n404 100%\\x0d\\x0a::error::x. %0A')
})

it('of any verdicts every line is one of ours', () => {
  fc.assert(
    fc.property(fc.array(anyVerdict, { maxLength: 30 }), (verdicts) => {
      const output = text(verdicts)
      const lines = output.trimEnd().split('\n')
      expect(lines.length).toBeLessThanOrEqual(21)
      for (const line of lines)
        expect(line).toMatch(/^::(?:error|warning|notice) (?:file=[^,:]*,line=\d+,)?title=[^,:]*::[^\r\n]*$/)
      expect(output).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\p{Cf}\p{Cs}]|##\[/u)
      for (const { properties } of commands(output)) expect(properties.title).toBeTruthy()
    }),
    { numRuns: 200 },
  )
})
