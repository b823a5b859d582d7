import { describe, expect, test } from 'vitest'
import { basicAuthorization, requestHeaders } from '../../../src/http/exchange/request-headers.js'
import type { HeaderPair } from '../../../src/settings/headers.js'
import { DEFAULT_ASK } from '../../../src/settings/target.js'

const made = (...headers: HeaderPair[]) => requestHeaders({ ...DEFAULT_ASK, headers }, 'urlstatus/1')
const DEFAULTS = ['User-Agent', 'urlstatus/1', 'Accept', '*/*']

describe('to the origin of the list', () => {
  test('a request says who asks and takes anything', () => {
    expect(made().own).toEqual(DEFAULTS)
  })

  test('a later header replaces an earlier one of its name, in any case', () => {
    const { own } = made(['X-A', '1'], ['accept', 'text/html'], ['x-a', '2'], ['USER-AGENT', 'me'])
    expect(own).toEqual(['USER-AGENT', 'me', 'accept', 'text/html', 'x-a', '2'])
  })

  test('names of JavaScript are names', () => {
    expect(made(['__proto__', '1'], ['constructor', '2']).own.slice(4)).toEqual(['__proto__', '1', 'constructor', '2'])
  })
})

test('to another origin goes only what describes the client', () => {
  const { foreign } = made(
    ['X-Api-Key', 'secret'],
    ['Authorization', 'Bearer secret'],
    ['Proxy-Authorization', 'secret'],
    ['Cookie', 'secret=1'],
    ['Host', 'secret.example'],
    ['Referer', 'https://secret.example/'],
    ['Accept-Language', 'de'],
    ['Accept', 'text/html'],
    ['User-Agent', 'me'],
  )
  expect(foreign).toEqual(['User-Agent', 'me', 'Accept', 'text/html', 'Accept-Language', 'de'])
})

test.each([
  ['user:password', 'Basic dXNlcjpwYXNzd29yZA==', 'base64'],
  ['jürgen:', `Basic ${btoa('j\xc3\xbcrgen:')}`, 'of UTF-8 (RFC 7617 §2.1)'],
])('%s is %s: %s', (user, expected) => {
  expect(basicAuthorization(user)).toBe(expected)
})
