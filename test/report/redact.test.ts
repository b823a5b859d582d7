// Secrets: gone from every text, with the rest of the URL still there.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redact } from '../../src/report/redact.js'
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
    ['https://e.com/?a=1;api_key=S;b=2', 'https://e.com/?a=1;api_key=***;b=2'],
    ['https://e.com/?token=S;page=2', 'https://e.com/?token=***;page=2'],
    ['https://e.com/a;jsessionid=S/b?page=2', 'https://e.com/a;jsessionid=***/b?page=2'],
    [
      'https://e.com/?next=https://u:p@h.example/?token=S&page=2',
      'https://e.com/?next=https://***@h.example/?token=***&page=2',
    ],
    [
      'https://e.com/?next=https%3A%2F%2Fu%3Ap%40h%2F%3Ftoken%3DS%26page%3D2&b=3',
      'https://e.com/?next=https%3A%2F%2F***%40h%2F%3Ftoken%3D***%26page%3D2&b=3',
    ],
    ['https://e.com/?next=https:%2F%2Fu:p@h%2F', 'https://e.com/?next=https:%2F%2F***@h%2F'],
    [
      'https://e.com/?n=https%253A%252F%252Fu%253Ap%2540h%252F%253Fsig%253DS%2526b%253D1%26c%3D2',
      'https://e.com/?n=https%253A%252F%252F***%2540h%252F%253Fsig%253D***%2526b%253D1%26c%3D2',
    ],
    ['https://e.com/redirect/https://u:p@h/a', 'https://e.com/redirect/https://***@h/a'],
    ['https://e.com/redirect/https:/u:p@h/a', 'https://e.com/redirect/https:/***@h/a'],
    ['https://e.com/?to=//u:p@h/', 'https://e.com/?to=//***@h/'],
    ['https://e.com/?state=token=S', 'https://e.com/?state=token=***'],
    [
      'https://e.com/?token[]=S&user%5Bpassword%5D=S&token2=S',
      'https://e.com/?token[]=***&user%5Bpassword%5D=***&token2=***',
    ],
    ['https://e.com/?code=S&code=404', 'https://e.com/?code=***&code=404'],
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
    'https://cdn.example/npm/lodash@4.17.21/lodash.js',
    'https://e.com//lodash@4.17.21/https://e.com/@scope/a@1',
    'https://e.com/?author=a&keyword=b&tokenize=c&design=d&page_token_type=e&zipcode=f&passenger=g&assign=h',
    'https://e.com/?u=https://h.example&mail=me@example.com',
    'https://e.com/?u=https%3A%2F%2Fh.example%2F%40me&mail=me%40example.com',
  ])('%s has nothing to hide', (url) => {
    const before = verdict({ url })
    expect(redact(before)).toBe(before)
  })
})

describe('the value of', () => {
  const NAMES = [
    ...['client_secret', 'refresh_token', 'id_token', 'access_token', 'apikey', 'api-key', 'api_key', 'secret', 'auth'],
    ...['jwt', 'pwd', 'passwd', 'password', 'session', 'sessionid', 'code', 'token', 'token[]', 'sig', 'signature'],
    ...['X-Amz-Signature', 'X-Amz-Security-Token', 'X-Goog-Credential', 'X-Goog-Signature', 'X-Amz-Credential'],
    ...['AWSAccessKeyId', 'stripeApiKey', 'csrf_token', 'csrfmiddlewaretoken', 'private_token', 'oauth_signature'],
    ...['auth[password]', 'user_password', 'PHPSESSID', 'my-auth', 'subscription-key', 'token1', 'key'],
  ]
  it.each(NAMES)('%s', (name) => {
    for (const written of [name, name.toUpperCase(), encodeURIComponent(name)]) {
      expect(redact(verdict({ url: `https://e.com/?a=1&${written}=S3CRET` })).url).toBe(
        `https://e.com/?a=1&${written}=***`,
      )
    }
  })
})

it.each([
  ['user:pa55@example.com', 'https://user:pa55@example.com/', '***@example.com'],
  ['https:user:pa55@example.com', 'https://user:pa55@example.com/', 'https:***@example.com'],
  ['https://user:pa/55@example.com', '', 'https://***@example.com'],
  ['http://u:p#q@e.com:99999/', '', 'http://***@e.com:99999/'],
  ['mailto:me@example.com', '', 'mailto:me@example.com'],
  ['https://e.com:99999/lodash@4.17.21/', '', 'https://e.com:99999/lodash@4.17.21/'],
  ['https://e.com/lodash@4 b', '', 'https://e.com/lodash@4 b'],
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
  ['contentType', { contentType: 'text/html; token=S3CRET' }],
  ['source', { source: 'https://u:S3CRET@e.com/list.txt' }],
  ['code', { code: '?token=S3CRET' }],
  ['tls', { tls: { protocol: null, issuer: '?token=S3CRET', validTo: null, error: null } }],
])('sees a secret that is in %s alone', (_, fields) => {
  expect(JSON.stringify(redact(verdict(fields)))).not.toContain('S3CRET')
})

describe('the key of a hidden URL', () => {
  const keyOf = (url: string, method: 'GET' | 'HEAD' = 'GET') => redact(verdict({ url, method })).key!

  it('tells it from others, and is the same for ever', () => {
    expect(keyOf('https://e.com/?token=abc')).toBe('099938e287e63ba7')
    expect(keyOf('https://e.com/?token=abd')).not.toBe(keyOf('https://e.com/?token=abc'))
    expect(keyOf('https://e.com/?token=abc', 'HEAD')).not.toBe(keyOf('https://e.com/?token=abc'))
    expect(keyOf('https://e.com/a?token=abc')).not.toBe(keyOf('https://e.com/?token=abc'))
    expect(keyOf('https://a:b@e.com/?token=c')).not.toBe(keyOf('https://c@e.com/?token=a:b'))
  })

  it('confirms no guess: many passwords have it, and no number of reports says more', () => {
    const guesses = Array.from({ length: 40_000 }, (_, at) => `guess${at}`)
    const fits = (prefix: string) => {
      const key = keyOf(`https://me:S3CRET@${prefix}`)
      return new Set(guesses.filter((guess) => keyOf(`https://me:${guess}@${prefix}`) === key))
    }
    const first = fits('e.com/')
    // 40,000 / 4096 is ten; none at all has a chance of 1 in 17,000, and this one is no chance.
    expect(first.size).toBeGreaterThan(2)
    // The rows of a whole site, and of its other hosts, are no more hints than one.
    expect(fits('www.e.com/other?page=2')).toEqual(first)
  })
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

it('cuts what servers send to 4 KiB before it looks at it, and leaves the URL of the list whole', () => {
  const long = `https://e.com/${'a'.repeat(100_000)}`
  const shown = redact(
    verdict({
      url: long,
      finalUrl: `${long}/b`,
      reason: long,
      contentType: long,
      redirects: [{ url: long, status: 301, location: `https://u:${'S3CRET'.repeat(10_000)}@e.com/` }],
      failedChecks: [{ check: 'location', expected: long, actual: long }],
    }),
  )
  expect(shown.url).toBe(long)
  const [hop] = shown.redirects
  for (const text of [shown.finalUrl, shown.reason, shown.contentType, hop!.url, shown.failedChecks[0]!.actual]) {
    expect(text).toBe(`${long.slice(0, 4095)}…`)
  }
  // Its @ lies behind the cut.
  expect(hop!.location).toBe('https://***')
  expect(redact(shown)).toBe(shown)
})
