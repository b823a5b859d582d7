// Regular expressions of users and lists: JavaScript's syntax, in time linear in the text, or not at all.

import { describe, expect, it } from 'vitest'
import { checkAll } from '../../src/index.js'
import { ValueError } from '../../src/settings/errors.js'
import { parseRegExp, patternFrom } from '../../src/settings/patterns.js'
import { DEFAULT_ASK, DEFAULT_EXPECT } from '../../src/settings/target.js'
import { variablesOfList } from '../../src/targets/expand.js'
import { parseLine } from '../../src/targets/parse-line.js'
import { compilePattern } from '../../src/words/pattern.js'

/** What hangs a backtracking engine on some forty letters, or takes it squares and cubes of the length. */
const NASTY = [
  ...['^(a+)+$', '^(?:a|a)*$', '^(?:a*)*$', '^(?:a+?)+?$', '^(?:[a-z]|a)*$', '^(?:\\p{L}|a)*$', '^(?<x>a+)+$'],
  ...['a*a*a*a*a*b', 'a+b', '(.*)*x', '(?:a?){30}a{30}b', '^(?:a{1,20}){1,20}$', '(?:.*,){11}P'],
]

describe.each(NASTY)('%s', (source) => {
  it.each(['', 'i', 's', 'm', 'g', 'y', 'u', 'iu'])('with the flags "%s" ends on 64 KiB', (flags) => {
    const pattern = patternFrom(
      new RegExp(source, source.includes('\\p') && !flags.includes('u') ? `${flags}u` : flags),
    )
    expect(pattern.test(`${'a'.repeat(65_536)}!`)).toBe(false)
  })
})

describe('finds what JavaScript finds', () => {
  const TEXTS = [
    ...[
      '',
      'a',
      'A',
      'abc',
      'a.b',
      'text/html; charset=utf-8',
      'https://example.com/blog/2024/?page=2#top',
      'é',
      '漢字',
    ],
    ...['😀', 'a\nb', 'a b', '[x]', 'a]b', 'x-y', '{', '\\', 'QA', 'zA', '$1', 'a^b', 'ΑΒΓ', '\b'],
  ]
  it.each([
    ...[/blog/, /^https:\/\//, /\/blog\/\d{4}\//, /page=[0-9]$/, /^text\/html/i, /a|b/, /[^a-z]/, /\bblog\b/, /\./],
    ...[/[[]/, /[\]]/, /[\b]/, /[\w-]/, /x-y/, /a{,2}/, /\u0061/, /\x61/, /\u{1f600}/u],
    ...[/^.$/u, /^.$/su, /^b/m, /b/y, /a/y, /A/i, /é/, /[😀]/u, /\p{L}/u, /\p{Script=Greek}/u, /(?<name>a)b/],
    ...[/QA/, /zA/, /[\s\S]/, /\$1/, /a\^b/, /(?:)/, /\{/, /\\/, /\//, /[/]/],
  ])('%s', (regExp) => {
    const pattern = patternFrom(regExp)
    const found = (test: (text: string) => boolean) => TEXTS.filter(test)
    expect(found((text) => pattern.test(text))).toEqual(found((text) => text.search(regExp) !== -1))
  })
})

describe('is refused', () => {
  it.each(['(?=a)', 'a(?!b)', '(?<=a)b', '(?<!a)b', '(a)\\1', '(?<x>a)\\k<x>', 'a{1001}', '(?:a{100}){100}'])(
    '%s',
    (source) => {
      expect(() => parseRegExp(source)).toThrow(/without look-around, back references|fewer repetitions/)
    },
  )

  it.each(['(', '[', 'a**', '(?i)a(?x)'])('%s, which is none', (source) => {
    expect(() => parseRegExp(source)).toThrow('expected a regular expression')
  })

  it.each(['('.repeat(60_000), 'a'.repeat(1001), '(?:(?:(?:abcdefghij){10}){10}){10}', 'x{1000}'.repeat(50)])(
    'what is too much for anybody (%#)',
    (source) => {
      expect(() => parseRegExp(source)).toThrow(ValueError)
    },
  )

  it('in the line of a list: that line is wrong, with key and column', () => {
    const context = {
      ask: DEFAULT_ASK,
      expect: DEFAULT_EXPECT,
      skip: null,
      settingsOf: null,
      variables: variablesOfList([], {}),
    }
    const { problem } = parseLine('https://example.com/ expect-header="x: (?=a)b"', context)!
    expect(problem).toMatchObject({ kind: 'line.invalid', key: 'expect-header', column: 22 })
    expect(problem!.reason).toContain('without look-around, back references')
  })

  it('in the library, at once', () => {
    expect(() => checkAll([], { include: [/(?=a)/] })).toThrow(TypeError)
    expect(() => checkAll([], { exclude: [/(a)\1/] })).toThrow('exclude: expected a regular expression without')
    expect(() => checkAll([], { expectHeaders: { a: /(?<!a)b/ } })).toThrow('expectHeaders: expected a regular')
  })
})

it('a list that uses one pattern a million times has it once', () => {
  expect(compilePattern('a+b')).toBe(compilePattern('a+b'))
  expect(compilePattern('a+b', 'i')).not.toBe(compilePattern('a+b'))
})
