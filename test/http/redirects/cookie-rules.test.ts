// Where browsers and RFC 6265bis differ from the RFC 6265 of old.

import { describe, expect, test } from 'vitest'
import { createCookieJar } from '../../../src/http/redirects/cookie-jar.js'

const NOW = Date.parse('2026-06-01T00:00:00Z')

/** What `to` (default: where they came from) gets after an answer from `from` with these cookies. */
function sent(from: string, setCookies: readonly string[], to = from): string {
  const jar = createCookieJar(() => NOW)
  jar.store(new URL(from), setCookies)
  return jar.header(new URL(to))
}

const WWW = 'https://www.shop.example/a/b'

describe('Domain', () => {
  test.each([
    ['https://shop.example/', 'Domain=shop.example', 'https://shop.example/', true, 'the host itself'],
    ['https://shop.example/', 'Domain=shop.example', 'https://a.shop.example/', true, 'and then its children'],
    ['http://intranet/', 'Domain=intranet', 'http://intranet/', true, 'a host of one label'],
    ['http://intranet/', 'Domain=intranet', 'http://a.intranet/', false, 'but not its children'],
    ['http://127.0.0.1/', 'Domain=127.0.0.1', 'http://127.0.0.1/', true, 'an address itself'],
    ['http://127.0.0.1:81/', 'Domain=127.0.0.1', 'http://127.0.0.1:82/', true, 'ports share cookies'],
    ['http://127.0.0.1/', 'Domain=0.0.1', 'http://127.0.0.1/', false, 'never the end of an address'],
    ['http://[::1]/', 'Domain=[::1]', 'http://[::1]/', true, 'an IPv6 address'],
    ['https://me.github.io/', 'Domain=github.io', 'https://me.github.io/', false, 'a public suffix'],
    ['https://github.io/', 'Domain=github.io', 'https://github.io/', true, 'a public suffix that is the host'],
    ['https://github.io/', 'Domain=github.io', 'https://me.github.io/', false, 'is for itself alone'],
    ['https://a.b.co.uk/', 'Domain=co.uk', 'https://a.b.co.uk/', false, 'one of two labels'],
    ['https://a.b.co.uk/', 'Domain=b.co.uk', 'https://c.b.co.uk/', true, 'a name below it'],
    [
      'https://a.shop.example/',
      'Domain=shop.example; Domain=',
      'https://b.shop.example/',
      false,
      'the last one counts',
    ],
    [
      'https://a.xn--bcher-kva.example/',
      'Domain=b\xfccher.example',
      'https://a.xn--bcher-kva.example/',
      false,
      'ASCII only',
    ],
    ['http://app.localhost/', 'Domain=localhost', 'http://app.localhost/', false, 'not a whole localhost'],
  ])('of %s with %s reaches %s: %s (%s)', (from, attribute, to, reached) => {
    expect(sent(from, [`s=1; ${attribute}; Path=/`], to)).toBe(reached ? 's=1' : '')
  })
})

describe('Secure', () => {
  test.each([
    ['http://localhost/', true],
    ['http://localhost:3000/', true],
    ['http://app.localhost/', true],
    ['http://127.0.0.1/', true],
    ['http://127.9.8.7/', true],
    ['http://[::1]/', true],
    ['http://10.0.0.1/', false],
    ['http://127.0.0.1.example/', false],
    ['http://notlocalhost/', false],
    ['https://10.0.0.1/', true],
  ])('is kept and sent at %s: %s', (url, kept) => {
    expect(sent(url, ['s=1; Secure'])).toBe(kept ? 's=1' : '')
  })

  test('is not written over in the clear, nor beside it; another one is free to come', () => {
    const jar = createCookieJar(() => NOW)
    jar.store(new URL(WWW), ['s=1; Secure; Path=/; Domain=shop.example'])
    jar.store(new URL('http://www.shop.example/'), ['s=2; Path=/', 's=; Max-Age=0; Path=/; Domain=shop.example', 't=3'])
    expect(jar.header(new URL(WWW))).toBe('s=1; t=3')
  })
})

describe('prefixes', () => {
  test.each([
    ['__Host-s=1; Secure; Path=/', true],
    ['__host-s=1; secure; path=/', true],
    ['__Host-s=1; Path=/', false],
    ['__HOST-s=1; Path=/', false],
    ['__Host-s=1; Secure', false],
    ['__Host-s=1; Secure; Path=/; Domain=www.shop.example', false],
    ['__Secure-s=1; Secure; Domain=shop.example', true],
    ['__Secure-s=1', false],
    ['__secure-s=1', false],
    ['__Secure-s', false],
    ['=__Host-s=1; Secure; Path=/', false],
  ])('%s is kept: %s', (text, kept) => {
    expect(sent(WWW, [text]) !== '').toBe(kept)
  })
})

describe('the end of a cookie', () => {
  test.each([
    ['Expires=0', true],
    ['Expires=-1', true],
    ['Expires=', true],
    ['Expires=Thu, 01-Jan-70 00:00:01 GMT', false],
    ['Expires=Thu, 01 Jan 1970 00:00:00', false],
    ['Expires="Wed, 01 Jul 2026 00:00:00 GMT"', true],
    ['Expires=Wednesday, 01-Jul-26 00:00:00 GMT', true],
    ['Expires=1 May 2026 0:0:0', false],
    ['Expires=2026-05-01T00:00:00Z', true],
    ['Expires=Fri, 31 Feb 2026 00:00:00 GMT', true],
    ['Expires=Sun, 01 Mar 2026 25:00:00 GMT', true],
    ['Expires=1 May 2026 00:00:00; Expires=0', false],
    ['Expires=Mon, 01 Jan 9999 00:00:00 GMT', true],
    ['Max-Age=1', true],
    ['Max-Age=-1', false],
    ['Max-Age=00', false],
    ['Max-Age=1.5', true],
    ['Max-Age=+0', true],
    ['Max-Age=99999999999999999999999', true],
    ['Max-Age=60; Max-Age=0', false],
    ['Max-Age=0; Max-Age=soon', false],
    ['Max-Age=', true],
  ])('%s keeps it: %s', (attribute, kept) => {
    expect(sent(WWW, ['s=1', `s=2; ${attribute}`])).toBe(kept ? 's=2' : '')
  })

  test('comes while the chain goes on, however often it was sent', () => {
    let now = NOW
    const jar = createCookieJar(() => now)
    jar.store(new URL(WWW), ['s=1; Max-Age=2', 't=1'])
    for (const second of [0, 1, 2]) {
      now = NOW + second * 1000
      expect(jar.header(new URL(WWW))).toBe(second < 2 ? 's=1; t=1' : 't=1')
    }
  })
})

describe('what is sent', () => {
  test.each([
    [['a=1; Path=/', 'b=2; Path=/a/b', 'c=3'], 'b=2; c=3; a=1', 'the longest path first'],
    [['a=1', 'b=2', 'a=3'], 'a=3; b=2', 'what is set again keeps its place'],
    [['a=1', 'a=2; Domain=www.shop.example'], 'a=1; a=2', 'with and without Domain they are two'],
    [['a="b c"'], 'a="b c"', 'quotes and blanks inside'],
    [['a=\xe9\xff'], 'a=\xe9\xff', 'bytes as they came'],
    [['a=voil\xc3\xa0'], 'a=voil\xc3\xa0', 'the last byte too, which is no blank'],
    [['\xa0a\xa0=\xa0'], '\xa0a\xa0=\xa0', 'nor elsewhere'],
    [['a=b\tc'], 'a=b\tc', 'a tab inside'],
    [['a=1, b=2; Path=/'], 'a=1, b=2', 'a comma is a letter'],
    [['flag'], 'flag', 'without a name'],
    [['flag', '=other'], 'other', 'which is a name like another'],
    [['=a=b'], 'a=b', 'an equals sign in a value without a name'],
    [['constructor=1', '__proto__=2'], 'constructor=1; __proto__=2', 'a name is only a name'],
    [[`a=${'x'.repeat(4095)}`], `a=${'x'.repeat(4095)}`, '4,096 bytes of name and value'],
    [[`a=${'x'.repeat(4096)}`], '', 'and no more'],
    [[`a=1; Path=/a; x=${'y'.repeat(9000)}`], 'a=1', 'attributes do not count'],
    [[`a=1; Path=/${'y'.repeat(1024)}`], 'a=1', 'one of more than 1,024 bytes is not read'],
    [['a=1; Path=/a; Path='], 'a=1', 'the last Path counts, and an empty one is none'],
    [['a=1; Path=/x', 'b=2;Path=/x;path=/a'], 'b=2', 'the last Path counts'],
  ])('of %j is %s: %s', (setCookies, expected) => {
    expect(sent(WWW, setCookies)).toBe(expected)
  })

  test('paths are compared as they are written', () => {
    expect(sent('https://a.example/caf%C3%A9/x', ['s=1; Path=/caf%C3%A9', 't=2'])).toBe('s=1; t=2')
    expect(sent('https://a.example/a%2Fb/x', ['s=1; Path=/a'])).toBe('')
  })
})
