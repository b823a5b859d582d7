// URLs as people write them, and never as another URL.

import { domainToASCII } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { humanUrl } from '../../../src/report/table/human-url.js'

const encoded = (url: string) => new URL(url).href

describe('is shown as written', () => {
  it.each([
    'https://a.example/日本語/パス',
    'https://a.example/straße?q=größe#über',
    'https://a.example/кириллица',
    'https://a.example/ไทย',
    'https://a.example/☕/menu',
    'https://bücher.example/',
    'https://日本語.example/',
    'https://例え.テスト/',
    'https://пример.рф/',
    'https://президент.рф/',
    'https://παράδειγμα.example/',
    'https://한국.example/',
  ])('%s', (url) => expect(humanUrl(encoded(url))).toBe(url))

  it('a path alone', () =>
    expect(humanUrl(encoded('https://a.example/日本').slice('https://a.example'.length))).toBe('/日本'))
})

describe('stays as it is asked', () => {
  it.each([
    ['delimiters and blanks', 'https://a.example/a%2Fb%3Fc%23d%20e%25f%26g'],
    ['what is no UTF-8', 'https://a.example/%E6%97/%ff%fe'],
    ['a right-to-left override', 'https://a.example/%E2%80%AEfdp.exe'],
    ['a zero-width space', 'https://a.example/a%E2%80%8Bb'],
    ['a no-break space', 'https://a.example/a%C2%A0b'],
    ['an ideographic space', 'https://a.example/a%E3%80%80b'],
    ['a slash that is none', 'https://a.example/a%E2%81%84b%EF%BC%8Fc%E2%88%95d'],
    ['a line separator', 'https://a.example/a%E2%80%A8b'],
    ['a half of a pair', 'https://a.example/%ED%A0%80'],
    ['a variation selector', 'https://a.example/%EF%B8%8F'],
    ['nothing to do', 'https://a.example/plain'],
  ])('%s', (_, url) => expect(humanUrl(url)).toBe(url))

  it.each([
    ['Cyrillic that looks like Latin', 'аррӏе.example'],
    ['Cyrillic that looks like Latin, a shorter one', 'соса.example'],
    ['Greek that looks like Latin', 'ονο.example'],
    ['two scripts in a word', 'pаypal.example'],
    ['Latin beside Japanese', 'ノa.example'],
    ['letters of no script of today', 'ᚠᚢ.example'],
    ['a dotless i', 'lıve.example'],
    ['a script that is rarely seen', 'ᏢᎪᎽ.example'],
  ])('%s', (_, host) => {
    const url = `https://${domainToASCII(host)}/`
    expect(url).toContain('xn--')
    expect(humanUrl(url)).toBe(url)
  })
})

it('whatever is shown leads to the same URL when it is copied', () => {
  fc.assert(
    fc.property(
      fc.webUrl({ withQueryParameters: true }),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      (url, text) => {
        const whole = encoded(`${url.replace(/[?#].*/, '')}/${encodeURIComponent(Buffer.from(text).toString())}`)
        const shown = humanUrl(whole)
        expect(new URL(shown).href).toBe(whole)
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}]/u)
      },
    ),
    { numRuns: 500 },
  )
})
