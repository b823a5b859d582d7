// Options of the library: what makes no sense is said at once, everywhere it can be given, and asks nothing.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checkAll,
  checkUrl,
  createClient,
  fetchStatus,
  gatherStatuses,
  KINDS,
  type TargetInput,
  UsageError,
  type Verdict,
} from '../../src/index.js'
import { ROWS } from '../../src/settings/options.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'

type Wrong = Readonly<Record<string, unknown>>
const URL_NEVER_ASKED = 'http://127.0.0.1:1/'

/** What each way in says to options: the message of what it throws at once or rejects with; null: nothing. */
const WAYS_IN: Readonly<Record<string, (options: Wrong) => Promise<string | null>>> = {
  createClient: async (options) => said(() => void createClient(options as never).close()),
  fetchStatus: (options) => with_((own) => fetchStatus(own, URL_NEVER_ASKED, options as never)),
  gatherStatuses: (options) => with_((own) => gatherStatuses(own, [], options as never)),
  checkUrl: (options) => with_((own) => checkUrl(own, URL_NEVER_ASKED, options as never)),
  checkAll: async (options) => said(() => void checkAll([], options as never)),
  'a target of a list': async (options) => {
    for await (const verdict of checkAll([{ ...options, url: URL_NEVER_ASKED } as TargetInput], { retries: 0 })) {
      return verdict.kind === 'line.invalid' ? verdict.reason : null
    }
    return null
  },
}
const ASKING = Object.keys(WAYS_IN)
const CLIENT = ['createClient', 'checkAll']

function said(call: () => void): string | null {
  try {
    call()
    return null
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as Error).message
  }
}

async function with_(call: (own: ReturnType<typeof createClient>) => Promise<unknown>): Promise<string | null> {
  await using own = createClient({ retries: 0 })
  return call(own).then(
    () => null,
    (error: unknown) => {
      expect(error).toBeInstanceOf(TypeError)
      return (error as Error).message
    },
  )
}

describe('an option that makes no sense is named, with its value and what is allowed', () => {
  test.each<[Wrong, string, readonly string[]]>([
    [{ method: 'DELETE' }, 'method: expected GET or HEAD, got DELETE', ASKING],
    [{ timeoutMs: 2 ** 31 }, 'timeoutMs: expected a number of ms from 1 to 2147483647, got 2147483648', ASKING],
    [{ timeoutMs: 0 }, 'timeoutMs: expected a number of ms from 1 to 2147483647, got 0', ASKING],
    [{ timeoutMs: '10s' }, 'timeoutMs: expected a number of ms from 1 to 2147483647, got 10s', ASKING],
    [
      { connectTimeoutMs: Number.NaN },
      'connectTimeoutMs: expected a number of ms from 1 to 2147483647, or null, got NaN',
      ASKING,
    ],
    [{ timeout: 5 }, 'timeout: no such option; did you mean timeoutMs?', ASKING],
    [{ maxRedirect: 5 }, 'maxRedirect: no such option; did you mean maxRedirects?', ASKING],
    [{ headers: { 'X-A': 5 } }, 'headers: expected a string', ASKING],
    [
      { headers: { 'X-A': 'a\r\nX-B: b' } },
      'headers: expected a header value without line breaks and control characters',
      ASKING,
    ],
    [{ headers: 'X-A: secret' }, 'headers: expected an object of names and values', ASKING],
    [{ user: 'secret' }, 'user: expected NAME:PASSWORD, or null', ASKING],
    [{ follow: 'no' }, 'follow: expected true or false, got no', ASKING],
    [
      { concurrency: Number.POSITIVE_INFINITY },
      'concurrency: expected a whole number from 1 to 100000, got Infinity',
      CLIENT,
    ],
    [{ rate: 0 }, 'rate: expected a number above 0, or null, got 0', CLIENT],
    [{ ratePerHost: '50/s' }, 'ratePerHost: expected a number above 0, or null, got 50/s', CLIENT],
    [
      { userAgent: 'a\r\nX-B: b' },
      'userAgent: expected a header value without line breaks and control characters, or null, got a\r\nX-B: b',
      CLIENT,
    ],
    [{ family: 5 }, 'family: expected 4 or 6, or null, got 5', CLIENT],
    [{ proxy: 'ftp://secret@a.example/' }, 'proxy: expected a proxy such as http://host:3128', CLIENT],
    [{ ca: ['no certificate'] }, 'ca: not a certificate in PEM format', CLIENT],
    [{ key: 'secret' }, 'key: only together with cert', CLIENT],
    [{ cert: 'secret' }, 'cert: not a certificate with its key in PEM format', CLIENT],
    [{ recheckMs: 5, waitMs: 5 }, 'recheckMs: not together with waitMs', ['checkAll']],
    [{ ca: 'text' }, 'ca: expected an array, got text', CLIENT],
    [{ denyPrivate: true, proxy: 'http://a.example:1' }, 'denyPrivate: not with a proxy', CLIENT],
    [{ dnsServers: ['a.example'] }, 'dnsServers: expected an IP address with or without port', CLIENT],
    [{ env: null }, 'env: expected an object of names and values, got null', CLIENT],
    [
      { retries: -1 },
      'retries: expected a whole number from 0 to 100, got -1',
      ['createClient', 'checkUrl', 'checkAll', 'a target of a list'],
    ],
    [{ retries: 1 }, 'retries: no option of fetchStatus', ['fetchStatus', 'gatherStatuses']],
    [
      { signal: 'now' },
      'signal: expected an AbortSignal, got now',
      ['fetchStatus', 'gatherStatuses', 'checkUrl', 'checkAll'],
    ],
    [{ rate: 5 }, 'rate: no option of ', ['fetchStatus', 'gatherStatuses', 'checkUrl', 'a target of a list']],
    [{ skip: 'why' }, 'skip: no option of ', ['createClient', 'fetchStatus', 'checkUrl', 'checkAll']],
    [
      { shard: { index: 9, count: 8 } },
      'shard: expected a shard from 1/8 to 8/8, or null, got {"index":9,"count":8}',
      ['checkAll'],
    ],
    [{ window: 0 }, 'window: expected a whole number from 1 to 1000000, got 0', ['checkAll']],
    [{ baseUrl: 'mailto:secret' }, 'baseUrl: expected an http or https URL such as', ['checkAll']],
    [{ include: ['('] }, 'include: expected a regular expression', ['checkAll']],
    [
      { accept: 'fine' },
      'accept: expected statuses such as 200-299,301,4xx',
      ['checkUrl', 'checkAll', 'a target of a list'],
    ],
    [
      { contains: 'a', method: 'HEAD' },
      'contains needs a body, and HEAD has none',
      ['checkUrl', 'checkAll', 'a target of a list'],
    ],
  ])('%j', async (options, message, ways) => {
    for (const way of ways) {
      const heard = await WAYS_IN[way]!(options)
      expect(heard?.startsWith(message), `${way}: ${heard}`).toBe(true)
      expect(heard).not.toContain('secret')
      expect(heard).not.toContain('--')
    }
  })

  test.each([[null], [5], ['text']])('%j is no object with options', async (options) => {
    for (const way of ['createClient', 'fetchStatus', 'gatherStatuses', 'checkUrl', 'checkAll']) {
      expect(await WAYS_IN[way]!(options as never), way).toMatch(/expected an object with options, got /)
    }
  })

  test.each([[undefined], [null], [5], ['https://a.example/'], [{}]])('%j is no list', (list) => {
    expect(() => checkAll(list as never)).toThrow(/^targets: expected a list of URLs, got /)
  })

  test('a client and what a client is made with exclude each other', async () => {
    await using own = createClient()
    const both = (options: Wrong) => said(() => void checkAll([], { client: own, ...options } as never))
    const why = 'no option of checkAll with a client of yours; it is one of createClient'
    expect(both({ concurrency: 5 })).toBe(`concurrency: ${why}`)
    expect(both({ proxy: null })).toBe(`proxy: ${why}`)
    expect(both({ concurrency: undefined, timeoutMs: 500, env: {} })).toBeNull()
    expect(said(() => void checkAll([], { client: {} } as never))).toBe('client: expected one that createClient made')
    expect(said(() => void checkAll([], { client: null } as never))).toBe('client: expected one that createClient made')
  })

  test('what the user wrote and not the program is a UsageError', () => {
    expect(() => createClient({ env: { HTTP_PROXY: 'ftp://a.example' } })).toThrow(UsageError)
    expect(() => checkAll([], { rules: ['a.example user=x:$NAME'], env: {} })).toThrow(UsageError)
    expect(() => checkAll([], { rules: ['a.example colour=red'] })).toThrow(/^rules 'a\.example …': /)
  })
})

test('undefined is not given, and a Headers object is headers', async () => {
  const server = await startHttpServer({ '*': 200 })
  await using own = createClient(Object.fromEntries(ROWS.map(([name]) => [name, undefined])))
  const headers = new Headers({ 'X-A': 'b' })
  await fetchStatus(own, server.url, { headers, timeoutMs: undefined, signal: undefined })
  await checkUrl(own, server.url, { headers: new Map([['X-A', 'b']]), accept: undefined })
  for await (const { ok } of checkAll([{ url: server.url, headers }], { client: own, bail: undefined }))
    expect(ok).toBe(true)
  expect(server.seen().map((request) => request.headers['x-a'])).toEqual(['b', 'b', 'b'])
  await server.close()
})

test('whatever the options are: said at once, or a run that ends, never a request of another kind', async () => {
  const server = closeAfterTest(await startHttpServer({ '*': 200 }))
  const value = fc.oneof(
    fc.constantFrom<unknown>(
      undefined,
      null,
      Number.NaN,
      Infinity,
      -1,
      0,
      0.5,
      1,
      2 ** 31,
      '',
      'GET',
      'DELETE',
      '5/s',
      [],
      {},
    ),
    fc.anything(),
  )
  // What waits as long as it is told to is right to.
  const names = ROWS.map(([name]) => name as string).filter(
    (name) => !/^(?:rate|ratePerHost|waitMs|recheckMs|now)$/.test(name),
  )
  const options = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.constantFrom('timeout', 'agent')), value, {
    maxKeys: 2,
  })
  await fc.assert(
    fc.asyncProperty(options, options, async (given, ofTarget) => {
      const verdicts: Verdict[] = []
      try {
        const run = checkAll([{ ...ofTarget, url: server.url } as TargetInput], given as never)
        for await (const verdict of run) verdicts.push(verdict)
        expect(JSON.stringify(run.summary)).not.toMatch(/NaN|null:/)
      } catch (error) {
        expect(error instanceof TypeError || error instanceof UsageError, String(error)).toBe(true)
        return
      }
      expect(verdicts.length).toBeLessThanOrEqual(1)
      for (const { kind } of verdicts) {
        expect(kind in KINDS || kind.startsWith('local.'), kind).toBe(true)
        expect(kind).not.toBe('internal')
      }
    }),
    { numRuns: 400 },
  )
  expect(server.seen().every(({ method }) => method === 'GET' || method === 'HEAD')).toBe(true)
})
