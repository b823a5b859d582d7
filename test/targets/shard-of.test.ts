import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { parseUrl } from '../../src/targets/parse-url.js'
import { shardOf } from '../../src/targets/shard-of.js'

const MOST = 2 ** 21

describe('the shard of a host', () => {
  // Made by a second program, in Python. They are promises: other machines and later versions have to agree.
  it.each<[host: string, of2: number, of3: number, of8: number, of100: number, ofMost: number]>([
    ['example.com', 2, 3, 8, 95, 1981109],
    ['www.example.com', 2, 3, 8, 89, 1845561],
    ['a', 1, 1, 1, 11, 217111],
    ['localhost', 1, 1, 1, 2, 41272],
    ['127.0.0.1', 2, 2, 5, 56, 1161005],
    ['127.0.255.255', 1, 1, 2, 19, 387010],
    ['[::1]', 1, 2, 3, 35, 728529],
    ['xn--mnchen-3ya.de', 2, 3, 6, 71, 1476807],
    ['münchen.de', 2, 3, 8, 93, 1947641],
    ['www.site042.com', 1, 1, 1, 11, 226871],
    ['', 1, 1, 1, 1, 1],
  ])('%j never changes', (host, ...expected) => {
    expect([2, 3, 8, 100, MOST].map((count) => shardOf(host, count))).toEqual(expected)
    expect(shardOf(host, 1)).toBe(1)
  })

  it('is the same for 100,000 hosts as it was in the first version', () => {
    let sum = 0
    for (let at = 0; at < 100_000; at++) sum = (Math.imul(sum, 31) + shardOf(`www.site${at}.com`, 1000)) >>> 0
    expect(sum).toBe(2646609708)
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, MOST + 1])('is a mistake of %d', (count) => {
    expect(() => shardOf('example.com', count)).toThrow(RangeError)
  })

  it('is the same for every way to write a URL of the host', () => {
    const part = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/)
    const host = fc.oneof(
      fc.tuple(part, part).map(([a, b]) => `${a}.${b}.example`),
      fc.ipV4(),
      fc.constant('[2001:db8::1]'),
    )
    const bits = fc.array(fc.boolean(), { minLength: 40, maxLength: 40 })
    fc.assert(
      fc.property(
        host,
        bits,
        fc.integer({ min: 1, max: 65_535 }),
        fc.nat(3),
        fc.integer({ min: 1, max: 1000 }),
        (...of) => {
          const [name, upper, port, form, count] = of
          const written = [...name].map((letter, at) => (upper[at] ? letter.toUpperCase() : letter)).join('')
          const dot = form & 1 && !name.startsWith('[') ? '.' : ''
          const url = `${form & 2 ? 'HTTP' : 'https'}://me:pw@${written}${dot}:${port}/path?q#f`
          expect(parseUrl(url)).toMatchObject({ problem: null })
          expect(shardOf(parseUrl(url).host, count)).toBe(shardOf(name, count))
          expect(shardOf(`${written}${dot}`, count)).toBe(shardOf(name, count))
        },
      ),
    )
  })
})

it('is 1 to count, and shards of shards nest, so that one can be split further', () => {
  const counts = fc.integer({ min: 1, max: 1000 })
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), counts, counts, (host, count, parts) => {
      const shard = shardOf(host, count)
      const part = shardOf(host, count * parts)
      expect(shard >= 1 && shard <= count).toBe(true)
      expect(Math.ceil(part / parts)).toBe(shard)
    }),
  )
})

test.each<[string, (at: number) => string]>([
  ['addresses', (at) => `127.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`],
  ['sites', (at) => `www.site${at}.com`],
  ['subdomains', (at) => `${at}.example.com`],
])('100,000 %s are spread evenly', (_, hostOf) => {
  for (const count of [2, 3, 8]) {
    const sizes = new Array<number>(count).fill(0)
    for (let at = 0; at < 100_000; at++) sizes[shardOf(hostOf(at), count) - 1]!++
    expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(1.04)
  }
})

it('spreads the parts of one shard evenly too', () => {
  const sizes = new Array<number>(4).fill(0)
  for (let at = 0; at < 100_000; at++) {
    const host = `www.site${at}.com`
    if (shardOf(host, 8) === 3) sizes[shardOf(host, 32) - 9]!++
  }
  expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(1.1)
})
