// The public types, as a user writes them; `npm run types` is what can fail here.

import { expectTypeOf, test } from 'vitest'
import {
  type AskOptions,
  type Checking,
  type CheckUrlOptions,
  type Client,
  checkAll,
  checkUrl,
  createClient,
  describeKind,
  type FetchStatusOptions,
  fetchStatus,
  gatherStatuses,
  type KINDS,
  type Kind,
  type KindFacts,
  type StatusReply,
  type StatusTuple,
  type Summary,
  type TargetInput,
  type UsageError,
  type Verdict,
} from '../../src/index.js'

test('fetchStatus gives a tuple with labels, and destructures', () => {
  expectTypeOf(fetchStatus).returns.resolves.toEqualTypeOf<StatusTuple>()
  expectTypeOf<StatusTuple>().toEqualTypeOf<readonly [status: number, url: string, reply: StatusReply]>()
  const use = async (client: Client) => {
    const [status, url, { kind }] = await fetchStatus(client, 'https://example.com')
    expectTypeOf(status).toBeNumber()
    expectTypeOf(url).toBeString()
    expectTypeOf(kind).toEqualTypeOf<Kind>()
    // @ts-expect-error a tuple is not to be written to
    ;(await fetchStatus(client, ''))[0] = 1
    await fetchStatus(client, new URL('https://example.com'))
  }
  expectTypeOf(use).toBeFunction()
})

test('gatherStatuses takes anything that can be looped over', () => {
  expectTypeOf(gatherStatuses).parameter(1).toEqualTypeOf<Iterable<string | URL>>()
  expectTypeOf(gatherStatuses).returns.resolves.toEqualTypeOf<StatusTuple[]>()
})

test('checkAll takes lists and streams, of strings and of settings, and yields verdicts', () => {
  expectTypeOf(checkAll).parameter(0).toEqualTypeOf<Iterable<TargetInput> | AsyncIterable<TargetInput>>()
  expectTypeOf(checkAll).returns.toEqualTypeOf<Checking>()
  expectTypeOf<Checking>().toExtend<AsyncIterable<Verdict>>()
  expectTypeOf<Checking['summary']>().toEqualTypeOf<Summary>()
  expectTypeOf<{ url: string; accept: string; timeoutMs: number }>().toExtend<TargetInput>()
  expectTypeOf<{ accept: string }>().not.toExtend<TargetInput>()
  expectTypeOf<URL>().toExtend<TargetInput>()
  expectTypeOf<{ url: URL; headers: Headers; extra: { row: number } }>().toExtend<TargetInput>()
  expectTypeOf<{ url: string; timeoutMs: undefined }>().toExtend<TargetInput>()
})

test('a run is an iterator, and disposable', () => {
  expectTypeOf<Checking>().toExtend<AsyncIterator<Verdict, undefined>>()
  expectTypeOf<Checking>().toExtend<AsyncDisposable>()
  expectTypeOf<Checking['ended']>().toBeBoolean()
})

test('checkUrl gives a verdict, and takes what a list takes', () => {
  expectTypeOf(checkUrl).returns.resolves.toEqualTypeOf<Verdict>()
  const use = (client: Client, options: CheckUrlOptions) => [
    checkUrl(client, new URL('https://example.com'), { accept: '404', retries: 0, retryTimeouts: true }),
    checkUrl(client, 'https://example.com', options),
    // @ts-expect-error it is one URL: nothing is repeated
    checkUrl(client, 'https://example.com', { dedupe: true }),
  ]
  expectTypeOf(use).toBeFunction()
})

test('a client and the options to make one exclude each other', () => {
  const use = (client: Client) => [
    checkAll([], { client, accept: '2xx', timeoutMs: 500, headers: new Headers(), env: {}, window: 100 }),
    checkAll([], { client: undefined, concurrency: 5 }),
    // @ts-expect-error the limits are the client's
    checkAll([], { client, concurrency: 5 }),
    // @ts-expect-error and so are its connections
    checkAll([], { client, proxy: 'none' }),
  ]
  expectTypeOf(use).toBeFunction()
})

test('fetchStatus has no option that does nothing', () => {
  expectTypeOf<'retries'>().not.toExtend<keyof FetchStatusOptions>()
  expectTypeOf<'retries'>().toExtend<keyof AskOptions>()
})

test('kinds are described', () => {
  expectTypeOf(describeKind).parameter(0).toEqualTypeOf<Kind>()
  expectTypeOf(describeKind).returns.toEqualTypeOf<KindFacts>()
  expectTypeOf<keyof typeof KINDS>().toExtend<Kind>()
  expectTypeOf<UsageError>().toExtend<Error>()
})

test('a client is disposable, and its inside is not for use', () => {
  expectTypeOf<Client>().toExtend<AsyncDisposable>()
  expectTypeOf<'engine'>().not.toExtend<keyof Client>()
})

test('options are checked', () => {
  const use = () => {
    // @ts-expect-error only GET and HEAD
    createClient({ method: 'POST' })
    // @ts-expect-error ms are a number
    createClient({ timeoutMs: '10s' })
    // @ts-expect-error a name that does not exist
    createClient({ timeout: 10 })
    createClient({ headers: new Headers(), proxy: undefined, timeoutMs: undefined })
    return createClient({
      headers: { Accept: 'text/html' },
      connectTimeoutMs: null,
      user: null,
      proxy: new URL('http://a:1'),
    })
  }
  expectTypeOf(use).returns.toEqualTypeOf<Client>()
})

test('kinds are a closed list, but for those of this machine', () => {
  expectTypeOf<'tcp.refused'>().toExtend<Kind>()
  expectTypeOf<'local.EMFILE'>().toExtend<Kind>()
  expectTypeOf<'tcp.rejected'>().not.toExtend<Kind>()
  expectTypeOf<Verdict['kind']>().toEqualTypeOf<Kind>()
})

test('a verdict is to be read, not to be written', () => {
  const use = (verdict: Verdict) => {
    // @ts-expect-error read-only
    verdict.ok = true
    // @ts-expect-error read-only all the way down
    verdict.redirects.push({ url: '', status: 302, location: null })
    expectTypeOf(verdict.outcome).toEqualTypeOf<'ok' | 'failed' | 'inconclusive' | 'skipped'>()
  }
  expectTypeOf(use).toBeFunction()
})
