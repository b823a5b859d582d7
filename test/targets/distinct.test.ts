import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseStatusSet } from '../../src/settings/status-set.js'
import type { Ask } from '../../src/settings/target.js'
import { DEFAULT_EXPECT } from '../../src/settings/target.js'
import { createDistinct } from '../../src/targets/distinct.js'
import { compilePattern } from '../../src/words/pattern.js'
import { ASK, target } from './support.js'

const ask = (change: Partial<Ask>) => ({ ...ASK, ...change })

describe('a repeat', () => {
  it('is given the index of the first target, again and again', () => {
    const distinct = createDistinct()
    const found = ['https://a/', 'https://b/', 'https://a/', 'https://a/', 'https://b/'].map((url, index) =>
      distinct(target({ url, index })),
    )
    expect(found).toEqual([null, null, 0, 0, 1])
  })

  it.each<[string, Parameters<typeof target>[0], boolean]>([
    ['another fragment', { url: 'https://example.com/#b' }, true],
    ['another timeout', { ask: ask({ timeoutMs: 1 }) }, true],
    ['an equal ask that is another object', { ask: ask({}) }, true],
    ['another case in a header name', { ask: ask({ headers: [] }) }, true],
    ['another path', { url: 'https://example.com/a' }, false],
    ['another query', { url: 'https://example.com/?' }, false],
    ['another method', { ask: ask({ method: 'HEAD' }) }, false],
    ['another user', { ask: ask({ user: 'a:b' }) }, false],
    ['another header', { ask: ask({ headers: [['A', 'b']] }) }, false],
    [
      'another accept',
      { expect: { ...DEFAULT_EXPECT, accept: parseStatusSet('404')!, acceptIsExplicit: true } },
      false,
    ],
    ['another text', { expect: { ...DEFAULT_EXPECT, contains: 'a' } }, false],
    ['another location', { expect: { ...DEFAULT_EXPECT, location: '/a' } }, false],
    ['another final URL', { expect: { ...DEFAULT_EXPECT, finalUrl: '/a' } }, false],
    [
      'another header pattern',
      { expect: { ...DEFAULT_EXPECT, expectHeaders: [{ name: 'a', pattern: compilePattern('b') }] } },
      false,
    ],
    ['another latency', { expect: { ...DEFAULT_EXPECT, maxLatencyMs: 1 } }, false],
    ['other certificate days', { expect: { ...DEFAULT_EXPECT, certDays: 1 } }, false],
    ['not following', { ask: ask({ follow: false }) }, false],
    ['a problem', { url: null, host: '' }, false],
  ])('with %s', (_, change, expected) => {
    const distinct = createDistinct()
    distinct(target({ index: 7 }))
    expect(distinct(target({ ...change, index: 8 }))).toBe(expected ? 7 : null)
  })

  it('counts header names without case, values with it', () => {
    const distinct = createDistinct()
    const given = (name: string, value: string) => target({ ask: ask({ headers: [[name, value]] }) })
    expect(distinct(given('Accept', 'a'))).toBeNull()
    expect(distinct(given('accept', 'a'))).toBe(0)
    expect(distinct(given('Accept', 'A'))).toBeNull()
  })

  it('is never a target with a problem, however often it comes', () => {
    const distinct = createDistinct()
    const wrong = target({ url: null, host: '', input: 'x y' })
    expect([distinct(wrong), distinct(wrong)]).toEqual([null, null])
  })

  it('is what a map of strings finds', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200), { maxLength: 2000 }), (numbers) => {
        const distinct = createDistinct()
        const first = new Map<number, number>()
        for (const [index, number] of numbers.entries()) {
          const expected = first.get(number) ?? null
          if (expected === null) first.set(number, index)
          expect(distinct(target({ index, url: `https://example.com/${number}` }))).toBe(expected)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('costs at most 24 bytes a URL at 300,000, and every one of them is found again', () => {
    const distinct = createDistinct()
    const count = 300_000
    const at = (index: number) => target({ index, url: `https://example.com/${index}` })
    let repeats = 0
    for (let index = 0; index < count; index++) if (distinct(at(index)) !== null) repeats++
    expect(repeats).toBe(0)
    expect(distinct.bytes() / count).toBeLessThanOrEqual(24)
    for (let index = 0; index < count; index++) if (distinct(at(index)) === index) repeats++
    expect(repeats).toBe(count)
  })
})
