import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSplitUrl, splitUrl } from '../../../src/http/wire/split-url.js'

describe('cuts a URL as `new URL` does', () => {
  const text = (unit: 'grapheme' | 'grapheme-ascii') => fc.string({ unit, maxLength: 12 })
  const authority = fc.oneof(
    fc.domain(),
    fc.domain().map((name) => `${name}.`),
    fc.ipV4(),
    fc.ipV6().map((address) => `[${address}]`),
    fc.constantFrom('localhost', 'BÜCHER.example', '0x7f.1', 'a_b.example'),
  )
  const url = fc
    .record({
      scheme: fc.constantFrom('http', 'https'),
      user: fc.option(text('grapheme')),
      password: fc.option(text('grapheme')),
      authority,
      port: fc.option(fc.integer({ min: 1, max: 65_535 })),
      tail: fc.tuple(
        fc.constantFrom('', '/', '/a/b', '/@x:1/', '//', '/:@'),
        fc.oneof(
          fc.constant(''),
          text('grapheme').map((query) => `?${query}`),
          fc.constant('?a=http://u@v:1/'),
        ),
        fc.oneof(
          fc.constant(''),
          text('grapheme').map((hash) => `#${hash}`),
          fc.constant('#/@:?'),
        ),
      ),
    })
    .map(({ scheme, user, password, authority, port, tail }) => {
      const userinfo =
        user === null
          ? ''
          : `${encodeURIComponent(user)}${password === null ? '' : `:${encodeURIComponent(password)}`}@`
      return `${scheme}://${userinfo}${authority}${port === null ? '' : `:${port}`}${tail.join('')}`
    })
    .filter((written) => URL.canParse(written))
    .map((written) => new URL(written))

  test('whatever the URL', () => {
    fc.assert(
      fc.property(url, fc.boolean(), (url, insecure) => {
        const parts = splitUrl(url.href, insecure)
        const secure = url.protocol === 'https:'
        expect(parts.origin).toEqual({
          href: url.origin,
          secure,
          hostname: url.hostname,
          port: Number(url.port) || (secure ? 443 : 80),
          insecure: insecure && secure,
        })
        // An empty query is one; `search` does not tell.
        const search = url.search || (url.href.replace(/#.*$/, '').endsWith('?') ? '?' : '')
        expect(parts.path).toBe(url.pathname + search)
        expect(parts.where).toEqual({ host: url.hostname.replace(/\.$/, ''), origin: url.origin })
        const plain = (part: string) => decodeURIComponent(part)
        const expected = url.username || url.password ? `${plain(url.username)}:${plain(url.password)}` : null
        expect(parts.userinfo).toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })
})

test.each([
  ['http://u%zz:p%40q@a.example/', 'u%zz:p@q', 'what cannot be decoded stays as it is'],
  ['http://u@a.example/', 'u:', 'no password is an empty one'],
  ['http://:p@a.example/', ':p', 'no name is an empty one'],
  ['http://a.example/@b', null, 'an at sign in the path is none'],
  ['http://a.example/?x=u:p@b', null, 'nor one in the query'],
])('userinfo of %s is %j: %s', (url, expected, _meaning) => {
  expect(splitUrl(new URL(url).href, false).userinfo).toBe(expected)
})

describe('URLs in a row', () => {
  const inTurn = (...urls: readonly (readonly [url: string, insecure: boolean])[]) => {
    const split = createSplitUrl()
    return urls.map(([url, insecure]) => split(url, insecure))
  }

  test('of one origin share it', () => {
    const [first, second] = inTurn(['https://u:p@a.example/1#x', true], ['https://a.example/2?y#z', true])
    expect(second!.origin).toBe(first!.origin)
    expect(second!.where).toBe(first!.where)
    expect(second).toMatchObject({ path: '/2?y', userinfo: null })
  })

  test('share it under --insecure as well where there is no certificate', () => {
    const [first, second] = inTurn(['http://a.example/1', true], ['http://a.example/2', true])
    expect(second!.origin).toBe(first!.origin)
  })

  test.each([
    ['http://a.example/', false, 'https://a.example/', false, 'another scheme'],
    ['http://a.example/', false, 'http://a.example:81/', false, 'another port'],
    ['http://a.example/', false, 'http://a.example.org/', false, 'a longer name'],
    ['http://a.example/', false, 'http://a.example@b.example/', false, 'a user of that name'],
    ['https://a.example/', false, 'https://a.example/', true, 'certificates that do not count'],
  ])('share nothing where the next is of another origin: %s %j, %s %j: %s', (first, one, second, other, _meaning) => {
    expect(inTurn([first, one], [second, other])[1]).toEqual(splitUrl(second, other))
  })
})

test('only a secure origin can be an insecure one', () => {
  expect(splitUrl('http://a.example/', true).origin.insecure).toBe(false)
  expect(splitUrl('https://a.example/', true).origin.insecure).toBe(true)
})
