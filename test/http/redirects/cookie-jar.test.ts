import { describe, expect, test } from 'vitest'
import { createCookieJar } from '../../../src/http/redirects/cookie-jar.js'

const NOW = Date.parse('2026-06-01T00:00:00Z')

/** What `to` gets after an answer from `from` with these cookies. */
function sent(setCookies: readonly string[], to: string, from = 'https://www.shop.example/a/b'): string {
  const jar = createCookieJar(() => NOW)
  jar.store(new URL(from), setCookies)
  return jar.header(new URL(to))
}

const HOME = 'https://www.shop.example/a/c'

test.each<[setCookies: readonly string[], to: string, expected: string, meaning: string]>([
  [['s=1'], HOME, 's=1', 'goes back to the host that set it'],
  [['s=1', 't=2'], HOME, 's=1; t=2', 'more than one, in order'],
  [['s=1', 's=2'], HOME, 's=2', 'the last of a name wins'],
  [['s=a=b'], HOME, 's=a=b', 'a value may hold an equals sign'],
  [[' s = 1 ; Path=/'], HOME, 's=1', 'space around name and value is none of theirs'],
  [['s='], HOME, 's=', 'an empty value is a value'],
  [['=1', '', '=', ' ; Path=/'], HOME, '1', 'without a name it is a value, without both it is nothing'],
  [['s=1\x00', 't=1\x1b'], HOME, '', 'control characters'],
  // Domain.
  [['s=1'], 'https://shop.example/a/c', '', 'not to the parent'],
  [['s=1'], 'https://x.www.shop.example/a/c', '', 'not to a child without Domain'],
  [['s=1; Domain=shop.example'], 'https://api.shop.example/a/c', 's=1', 'to a sibling with Domain'],
  [['s=1; Domain=.shop.example'], 'https://shop.example/a/c', 's=1', 'a leading dot means nothing'],
  [['s=1; domain=SHOP.EXAMPLE'], 'https://shop.example/a/c', 's=1', 'in any case'],
  [['s=1; Domain=shop.example'], 'https://evilshop.example/a/c', '', 'a name that only ends alike'],
  [['s=1; Domain=other.example'], 'https://other.example/a/c', '', 'never for a stranger'],
  [['s=1; Domain=other.example'], HOME, '', 'and then not for itself either'],
  [['s=1; Domain=example'], 'https://other.example/a/c', '', 'never for a whole top level'],
  [['s=1; Domain=api.www.shop.example'], HOME, '', 'never for a child'],
  // Path.
  [['s=1'], 'https://www.shop.example/a', 's=1', 'the default path is the directory: itself'],
  [['s=1'], 'https://www.shop.example/ab', '', 'not what only begins alike'],
  [['s=1'], 'https://www.shop.example/', '', 'not above'],
  [['s=1; Path=/'], 'https://www.shop.example/', 's=1', 'Path opens it'],
  [['s=1; Path=/x/'], 'https://www.shop.example/x/y', 's=1', 'with a slash at the end'],
  [['s=1; Path=x'], 'https://www.shop.example/a/c', 's=1', 'a Path without a slash is none'],
  // Secure.
  [['s=1; Secure'], 'http://www.shop.example/a/c', '', 'not in the clear'],
  [['s=1; Secure; HttpOnly; SameSite=Strict'], HOME, 's=1', 'unknown attributes are ignored'],
  // Expiry.
  [['s=1', 's=; Max-Age=0'], HOME, '', 'Max-Age 0 removes it'],
  [['s=1', 's=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], HOME, '', 'a past Expires removes it'],
  [['s=1; Expires=Wed, 01 Jul 2026 00:00:00 GMT'], HOME, 's=1', 'a future one keeps it'],
  [['s=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], HOME, 's=1', 'Max-Age beats Expires'],
  [['s=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60'], HOME, 's=1', 'in either order'],
  [['s=1; Expires=nonsense; Max-Age=nonsense'], HOME, 's=1', 'what cannot be read does not count'],
])('%j to %s → %j: %s', (setCookies, to, expected, _meaning) => {
  expect(sent(setCookies, to)).toBe(expected)
})

describe('the jar', () => {
  test('keeps cookies of different paths apart', () => {
    expect(sent(['s=1; Path=/a', 's=2; Path=/a/b'], 'https://www.shop.example/a/b')).toMatch(/s=1.*s=2|s=2.*s=1/)
  })

  test('takes no cookie longer than 4 KiB', () => {
    expect(sent([`s=${'x'.repeat(5000)}`, 't=2'], HOME)).toBe('t=2')
  })

  test('holds 180 and no more, the last ones', () => {
    const many = Array.from({ length: 200 }, (_, index) => `c${index}=1`)
    const names = sent(many, HOME).split('; ')
    expect(names).toHaveLength(180)
    expect([names[0], names.at(-1)]).toEqual(['c20=1', 'c199=1'])
  })

  test('holds 256 KiB and no more', () => {
    const many = Array.from({ length: 180 }, (_, index) => `${String(index).padStart(4, '0')}=${'x'.repeat(4092)}`)
    expect(sent(many, HOME).split('; ')).toHaveLength(64)
  })
})
