import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isRedirect, type NextHop, nextHop } from '../../../src/http/redirects/next-hop.js'
import type { Hop } from '../../../src/words/reply.js'

const FROM = 'http://a.example/dir/page?q=1'
const never = () => false
const hops = (count: number): Hop[] => Array.from({ length: count }, () => ({ url: FROM, status: 302, location: '/' }))

const follow = (locations: readonly string[], status = 302, url = FROM): NextHop =>
  nextHop({ url, status, locations }, { before: [], maxRedirects: 20, isLoop: never })
const told = (hop: NextHop) => (hop.type === 'next' ? hop.url : hop.type === 'failed' ? hop.failure.kind : 'final')

describe('where a Location leads', () => {
  test.each([
    ['/x', 'http://a.example/x', 'the path alone'],
    ['x', 'http://a.example/dir/x', 'relative to the directory'],
    ['../x', 'http://a.example/x', 'up'],
    ['?q=2', 'http://a.example/dir/page?q=2', 'another query'],
    ['//b.example/x', 'http://b.example/x', 'another host, the same scheme'],
    ['https://b.example', 'https://b.example/', 'absolute'],
    ['HTTP://B.EXAMPLE/X', 'http://b.example/X', 'in capitals'],
    ['\\x', 'http://a.example/x', 'a backslash is a slash (WHATWG)'],
    ['\\\\b.example\\x', 'http://b.example/x', 'two of them are a host'],
    ['/\\b.example/x', 'http://b.example/x', 'mixed as well'],
    ['http:/x', 'http://a.example/x', 'one slash: relative (WHATWG)'],
    [' \t/x ', 'http://a.example/x', 'space around it'],
    ['/a\tb\nc', 'http://a.example/abc', 'tabs and line ends inside vanish (WHATWG)'],
    ['/a b', 'http://a.example/a%20b', 'a space inside is escaped'],
    ['/café', 'http://a.example/caf%C3%A9', 'letters beyond ASCII'],
    ['http://bücher.example/', 'http://xn--bcher-kva.example/', 'a host beyond ASCII'],
    ['http://0x7f.1/', 'http://127.0.0.1/', 'an address in disguise'],
    ['http://u:p@b.example/', 'http://b.example/', 'userinfo is never sent'],
    ['http://b.example:80/', 'http://b.example/', 'the usual port'],
    ['#top', 'http://a.example/dir/page?q=1#top', 'a fragment alone is the same page'],
  ])('%j → %s (%s)', (location, expected) => {
    expect(told(follow([location]))).toBe(expected)
  })

  test.each([
    ['file:///etc/passwd'],
    ['javascript:alert(1)'],
    ['data:text/html,hi'],
    ['mailto:a@b.example'],
    ['ftp://b.example/'],
    ['ws://b.example/'],
    ['http://['],
    ['http://b.example:99999/'],
    ['http://b.example:0/'],
    ['http://'],
    ['https:///'],
    ['http://a b/'],
    ['http://xn--a/'],
    ['http://www.xn--a-b-c.example/'],
  ])('%j is a redirect that cannot be followed', (location) => {
    expect(told(follow([location]))).toBe('http.response.invalid_redirect')
  })

  test('none and an empty one make the redirect the final answer', () => {
    for (const locations of [[], [''], ['   ']]) expect(follow(locations)).toEqual({ type: 'final' })
  })

  test('two different ones cannot be followed', () => {
    expect(told(follow(['/a', '/b']))).toBe('http.response.invalid_redirect')
  })

  test('whatever stands in it, the result is final, a reason, or a web address without userinfo', () => {
    const location = fc.oneof(fc.webUrl(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme-ascii' }))
    fc.assert(
      fc.property(location, (text) => {
        const hop = follow([text])
        if (hop.type !== 'next') return
        const url = new URL(hop.url)
        expect(url.href).toBe(hop.url)
        expect(['http:', 'https:']).toContain(url.protocol)
        expect([url.username, url.password]).toEqual(['', ''])
        expect(url.port).not.toBe('0')
      }),
    )
  })
})

describe('a fragment', () => {
  test.each([
    ['http://a.example/#old', '/x', 'http://a.example/x#old', 'is inherited'],
    ['http://a.example/#old', '/x#new', 'http://a.example/x#new', 'gives way to another'],
    ['http://a.example/', '/x', 'http://a.example/x', 'is not made up'],
  ])('%s, Location %s → %s: it %s', (url, location, expected) => {
    expect(told(follow([location], 302, url))).toBe(expected)
  })
})

test.each([
  [300, true],
  [301, true],
  [302, true],
  [303, true],
  [304, false],
  [305, false],
  [306, false],
  [307, true],
  [308, true],
  [200, false],
  [201, false],
  [399, false],
  [404, false],
])('a %i with a Location redirects: %s', (status, redirects) => {
  expect(isRedirect(status)).toBe(redirects)
  expect(follow(['/x'], status).type).toBe(redirects ? 'next' : 'final')
})

describe('the end of a chain', () => {
  test('a URL asked before is a loop', () => {
    const isLoop = (url: string) => url === 'http://a.example/x'
    const hop = nextHop({ url: FROM, status: 301, locations: ['/x'] }, { before: [], maxRedirects: 20, isLoop })
    expect(told(hop)).toBe('http.response.redirect_loop')
  })

  test.each([
    [0, 0, 'http.response.too_many_redirects'],
    [19, 20, 'http://a.example/x'],
    [20, 20, 'http.response.too_many_redirects'],
  ])('after %i hops of at most %i → %s', (before, most, expected) => {
    const course = { before: hops(before), maxRedirects: most, isLoop: never }
    expect(told(nextHop({ url: FROM, status: 302, locations: ['/x'] }, course))).toBe(expected)
  })

  test('what is wrong with the Location comes before what is wrong with the chain', () => {
    const course = { before: hops(20), maxRedirects: 20, isLoop: () => true }
    const hop = nextHop({ url: FROM, status: 302, locations: ['file:///'] }, course)
    expect(told(hop)).toBe('http.response.invalid_redirect')
  })
})
