// Secrets: gone from every text, with the rest of the URL still there.

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redact } from '../../src/reporters/redact.js'
import { anyVerdict } from './support/arbitrary-verdict.js'
import { VERDICTS, verdict } from './support/verdicts.js'

describe('a URL', () => {
  it.each([
    ['https://user:pa55@example.com/a', 'https://***@example.com/a'],
    ['https://tok3n@example.com/a', 'https://***@example.com/a'],
    ['https://e.com/?token=abc&page=2', 'https://e.com/?token=***&page=2'],
    ['https://e.com/?page=2&X-Amz-Signature=abc#top', 'https://e.com/?page=2&X-Amz-Signature=***#top'],
    ['https://e.com/?API_KEY=abc', 'https://e.com/?API_KEY=***'],
    ['https://e.com/?t%6fken=abc', 'https://e.com/?t%6fken=***'],
    ['https://e.com/#access_token=abc', 'https://e.com/#access_token=***'],
    ['https://e.com/?sig=a=b;c', 'https://e.com/?sig=***'],
  ])('%s reads %s', (url, shown) => {
    expect(redact(verdict({ url, input: url, finalUrl: url }))).toMatchObject({
      url: shown,
      input: shown,
      finalUrl: shown,
    })
  })

  it.each([
    'https://e.com/@user',
    'https://e.com/a?mail=a@b.c',
    'https://e.com/?monkey=1&tokens=2&token',
    'https://e.com/?key=',
  ])('%s has nothing to hide', (url) => {
    const before = verdict({ url })
    expect(redact(before)).toBe(before)
  })
})

it.each([
  ['user:pa55@example.com', 'https://user:pa55@example.com/', '***@example.com'],
  ['https:user:pa55@example.com', 'https://user:pa55@example.com/', 'https:***@example.com'],
  ['https://user:pa/55@example.com', '', 'https://***@example.com'],
  ['http://u:p#q@e.com:99999/', '', 'http://***@e.com:99999/'],
])('what was written, %s, hides it too', (input, url, shown) => {
  expect(redact(verdict({ input, url, finalUrl: url })).input).toBe(shown)
})

it('hides secrets in hops, sentences, checks and unknown members', () => {
  const secret = 'https://u:S3CRET@e.com/?token=S3CRET'
  const before = verdict({
    redirects: [{ url: secret, status: 301, location: '/?sig=S3CRET' }],
    reason: `redirects to ${secret}`,
    hint: `try "${secret}"`,
    failedChecks: [{ check: 'location', expected: secret, actual: secret }],
    extra: { token: 'S3CRET', note: [secret], deep: { password: 'S3CRET' }, n: 1 },
  })
  const text = JSON.stringify(before)
  const shown = redact(before)
  expect(JSON.stringify(shown)).not.toContain('S3CRET')
  expect(shown.extra).toEqual({ token: '***', note: ['https://***@e.com/?token=***'], deep: { password: '***' }, n: 1 })
  expect(shown.key).toBeNull()
  expect(JSON.stringify(before)).toBe(text)
})

it.each([
  ['reason', { reason: 'went to https://u:S3CRET@e.com/' }],
  ['hint', { hint: '?token=S3CRET' }],
  ['failedChecks', { failedChecks: [{ check: 'location', expected: '/', actual: '/?token=S3CRET' }] }],
  ['redirects', { redirects: [{ url: 'https://e.com/', status: 301, location: '/?token=S3CRET' }] }],
  ['finalUrl', { finalUrl: 'https://e.com/?token=S3CRET' }],
  ['extra', { extra: { token: 'S3CRET' } }],
])('sees a secret that is in %s alone', (_, fields) => {
  expect(JSON.stringify(redact(verdict(fields)))).not.toContain('S3CRET')
})

it('keeps hidden URLs apart by a key of the method and the whole URL', () => {
  const url = 'https://e.com/?token=abc'
  const key = createHash('sha256').update(`GET ${url}`).digest('hex').slice(0, 16)
  expect(redact(verdict({ url })).key).toBe(key)
  expect(redact(verdict({ url, method: 'HEAD' })).key).not.toBe(key)
})

it('is the same object when there is nothing to hide', () => {
  for (const one of VERDICTS) expect(redact(one)).toBe(one)
})

it('twice is once', () => {
  fc.assert(
    fc.property(anyVerdict, (one) => {
      const shown = redact(one)
      expect(redact(shown)).toBe(shown)
    }),
  )
})
