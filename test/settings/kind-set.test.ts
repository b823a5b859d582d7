import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { ValueError } from '../../src/settings/errors.js'
import { kindSet } from '../../src/settings/kind-set.js'
import { KINDS } from '../../src/settings/kinds.js'
import type { Kind } from '../../src/words/kinds.js'

const CHECKS = ['check.contains', 'check.final-url']
const { read, check, over } = kindSet(() => CHECKS)
const expected = (text: string) => {
  try {
    read(text)
    return null
  } catch (error) {
    if (!(error instanceof ValueError)) throw error
    return error.expected
  }
}

describe('a set of statuses and kinds', () => {
  test.each<[string, number[], number[], Kind[], Kind[]]>([
    ['timeout', [], [200, 403], ['timeout'], ['tcp.reset', 'http.error']],
    ['403,5xx', [403, 500, 599], [404, 499, 600], [], ['timeout', 'http.error']],
    ['200-299 , 404', [200, 299, 404], [300], [], []],
    ['tcp.*', [], [403], ['tcp.reset', 'tcp.timed_out'], ['timeout', 'dns.failed']],
    [
      'tls.cert.*,check.contains',
      [],
      [],
      ['tls.cert.invalid', 'check.contains'],
      ['tls.protocol.error', 'check.final-url'],
    ],
    ['check.*', [], [], ['check.contains', 'check.final-url'], ['http.error']],
    ['http.error', [], [404], ['http.error'], ['http.protocol.error']],
    ['local.*,local.EMFILE', [], [], ['local.offline'], ['timeout']],
  ])('%s', (text, statuses, otherStatuses, kinds, otherKinds) => {
    const set = read(text)
    expect(statuses.filter((status) => set.nameOfStatus(status) === null)).toEqual([])
    expect(otherStatuses.filter((status) => set.nameOfStatus(status) !== null)).toEqual([])
    expect(kinds.filter((kind) => set.nameOfKind(kind) === null)).toEqual([])
    expect(otherKinds.filter((kind) => set.nameOfKind(kind) !== null)).toEqual([])
  })

  it('says what named it, as written', () => {
    const set = read('403,5xx,tcp.*,timeout')
    expect([set.nameOfStatus(503), set.nameOfStatus(403)]).toEqual(['5xx', '403'])
    expect([set.nameOfKind('tcp.reset'), set.nameOfKind('timeout')]).toEqual(['tcp.*', 'timeout'])
  })

  it('is added to another one with a plus, and to nothing', () => {
    expect(`${over!(read('+403'), read('timeout,403'))}`).toBe('timeout,403')
    expect(`${over!(read('+503,tcp.*'), read('timeout'))}`).toBe('timeout,503,tcp.*')
    expect(`${over!(read('+403'), null as never)}`).toBe('403')
    expect(`${over!(read('403'), read('timeout'))}`).toBe('403')
  })

  test.each([
    ['timeot', 'did you mean timeout?'],
    ['check.contain', 'did you mean check.contains?'],
    ['ok', 'ok is no failure of a URL that was asked'],
    ['internal', 'internal is no failure of a URL that was asked'],
    ['url.invalid', 'url.invalid is no failure of a URL that was asked'],
    ['line.invalid', 'line.invalid is no failure of a URL that was asked'],
    ['duplicate', 'duplicate is no failure of a URL that was asked'],
    ['skipped', 'skipped is no failure of a URL that was asked'],
    ['url.*', 'statuses and kinds such as'],
    ['*', 'statuses and kinds such as'],
    ['tcp*', 'statuses and kinds such as'],
    ['.*', 'statuses and kinds such as'],
    ['', 'statuses and kinds such as'],
    ['403,', 'statuses and kinds such as'],
    ['99', 'statuses and kinds such as'],
    ['403,+404', 'statuses and kinds such as'],
    ['constructor', 'statuses and kinds such as'],
    ['x'.repeat(100_000), 'statuses and kinds such as'],
  ])('is refused: %s', (text, why) => expect(expected(text)).toContain(why))

  it('is the same read again from its text', () => {
    const item = fc.constantFrom('403', '5xx', '200-299', 'tcp.*', 'timeout', 'check.contains', 'blocked.cloudflare')
    fc.assert(
      fc.property(fc.array(item, { minLength: 1 }), (items) => {
        const text = `${read(items.join(','))}`
        expect(`${read(text)}`).toBe(text)
      }),
    )
  })

  it('takes every kind that is judged, and nothing but text from a program', () => {
    const kinds = Object.keys(KINDS).filter((kind) => !kind.startsWith('check.'))
    const taken = kinds.filter((kind) => expected(kind) === null)
    const never = ['ok', 'url.invalid', 'line.invalid', 'duplicate', 'skipped', 'aborted', 'internal']
    expect(kinds.filter((kind) => !taken.includes(kind)).sort()).toEqual(never.sort())
    expect(() => check(403 as never)).toThrow(ValueError)
  })
})
