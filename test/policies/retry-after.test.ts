import { afterEach, describe, expect, test, vi } from 'vitest'
import { answeringOrigin, retryAfterMs } from '../../src/policies/retry-after.js'
import { answered, targetOf } from './policy-rig.js'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const asks = (text: string, status = 429) => retryAfterMs(answered(status, { 'retry-after': text }), NOW)

afterEach(() => void vi.unstubAllEnvs())

describe('a Retry-After is', () => {
  test.each([
    ['2', 2000, 'seconds'],
    [' 2 ', 2000, 'seconds with white space'],
    ['0', 0, 'no wait'],
    ['0.5', 500, 'a fraction, which no standard knows and some servers send'],
    ['3600', 3_600_000, 'an hour: how long may be waited is not its matter'],
    ['9'.repeat(400), 2_147_483_647, 'clamped to what timers hold'],
    ['Sun, 01 Mar 2026 12:00:07 GMT', 7000, 'an HTTP-date'],
    ['Sunday, 01-Mar-26 12:00:07 GMT', 7000, 'an RFC 850 date'],
    ['Sun Mar  1 12:00:07 2026', 7000, 'an asctime date'],
    ['2026-03-01T12:00:07Z', 7000, 'an ISO date'],
    ['Sun, 01 Mar 2026 11:59:00 GMT', 0, 'a date that is past: no wait'],
    ['Mon, 02 Mar 2026 12:00:00 GMT', 86_400_000, 'a date far away'],
  ])('%j: %d ms, %s', (text, ms) => {
    expect(asks(text)).toBe(ms)
  })

  test.each([[''], ['soon'], ['-5'], ['foo 5'], ['5, 10'], ['120s'], ['1e3'], ['Sun, 99 Foo 2026'], ['0x10']])(
    '%j: not there',
    (text) => {
      expect(asks(text)).toBeNull()
    },
  )

  test('an asctime date in UTC, whatever zone this machine is in', () => {
    vi.stubEnv('TZ', 'America/New_York')
    expect(new Date(NOW).getHours()).toBe(7)
    expect(asks('Sun Mar  1 12:00:07 2026')).toBe(7000)
  })

  test('read of what asks for fewer requests only: 429, 503, and a 403 that has one', () => {
    expect([200, 301, 403, 429, 500, 503].filter((status) => asks('1', status) !== null)).toEqual([403, 429, 503])
  })

  test('null where there is no such header', () => {
    expect(retryAfterMs(answered(503), NOW)).toBeNull()
  })
})

describe('the origin that answered is', () => {
  const hop = { url: 'http://a.test/', status: 301, location: 'http://b.test/' }

  test('the target’s without a redirect', () => {
    expect(answeringOrigin(targetOf('http://a.test/'), answered(429)).host).toBe('a.test')
  })

  test('the last hop’s, its host without port and trailing dot', () => {
    const reply = answered(429, {}, { redirects: [hop], finalUrl: 'http://b.test.:8080/' })
    expect(answeringOrigin(targetOf('http://a.test/'), reply)).toEqual({
      host: 'b.test',
      origin: 'http://b.test.:8080',
    })
  })
})
