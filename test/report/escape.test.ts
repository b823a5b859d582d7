// What foreign text may never do: move a cursor, hide, turn around, or command a CI runner.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeHidden, escapeText, guardLine } from '../../src/report/escape.js'
import { HOSTILE, hostileText } from './support/arbitrary-verdict.js'

const DANGEROUS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u
const COMMAND = /^\s*::|##(?:\[|vso\[|teamcity\[)/i

describe('escapeText', () => {
  it.each([
    ['plain', 'plain'],
    ['https://x/#a?b=::c', 'https://x/#a?b=::c'],
    ['a\x1b[31mb', 'a\\x1b[31mb'],
    ['a\r\nb', 'a\\x0d\\x0ab'],
    ['\x9b31m', '\\x9b31m'],
    ['\u202etxt', '\\u{202e}txt'],
    ['\ud800', '\\u{d800}'],
    ['\u{e0041}', '\\u{e0041}'],
    ['::error::x', '\\x3a\\x3aerror::x'],
    ['  ::error::x', '  \\x3a\\x3aerror::x'],
    ['a ##[error]x', 'a \\x23#[error]x'],
    ['###[error]x', '#\\x23#[error]x'],
    ['##VSO[task]', '\\x23#VSO[task]'],
    ['漢字 é', '漢字 é'],
    ['e\u0301', 'e\u0301'],
  ])('%j becomes %j', (text, escaped) => {
    expect(escapeText(text)).toBe(escaped)
  })

  it('cuts to the given length, never within a pair', () => {
    expect(escapeText('x'.repeat(70_000))).toBe(`${'x'.repeat(299)}…`)
    for (const max of [10, 11]) expect(escapeText('😀'.repeat(400), max)).toMatch(/^😀{1,9}…$/u)
    expect(escapeText('\x1b'.repeat(400), 10)).toBe('\\x1b\\x1b\\…')
  })

  it('keeps a tower of marks off other lines', () => {
    expect(escapeText(`a${'\u0301'.repeat(6)}`)).toBe(`a${'\u0301'.repeat(4)}\\u{301}\\u{301}`)
  })

  it('leaves nothing dangerous of any text', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, fc.constantFrom(...HOSTILE)), fc.integer({ min: 2, max: 60 }), (text, max) => {
        const escaped = escapeText(text, max)
        expect(escaped).not.toMatch(DANGEROUS)
        expect(escaped).not.toMatch(COMMAND)
        expect(Array.from(escaped).length).toBeLessThanOrEqual(max)
      }),
      { numRuns: 1000 },
    )
  })
})

it('guardLine breaks a command that two cells make together, and is done after once', () => {
  expect(guardLine(`:${':9'}  x`)).toBe('\\x3a\\x3a9  x')
  fc.assert(
    fc.property(hostileText, (text) => {
      const guarded = guardLine(text)
      expect(guarded).not.toMatch(COMMAND)
      expect(guardLine(guarded)).toBe(guarded)
    }),
  )
})

it('escapeHidden keeps tabs and all visible text', () => {
  expect(escapeHidden('a\tb\u202e漢\x00\n\u2028')).toBe('a\tb\\u{202e}漢\\x00\\x0a\\u{2028}')
})
