// One URL, judged as in a list.

import { describe, expect, test } from 'vitest'
import { checkUrl, createClient } from '../../src/index.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { type Handler, type Routes, startHttpServer } from '../support/http-server.js'

const client = (options = {}) => closeAfterTest(createClient(options))
const serve = async (behaviour: Handler | Routes) => closeAfterTest(await startHttpServer(behaviour))

test('gives the verdict that a list would have', async () => {
  const { url } = await serve({ '/ok': 200, '/gone': 410 })
  expect(await checkUrl(client(), `${url}/ok`)).toMatchObject({ outcome: 'ok', status: 200, attempts: 1, index: 0 })
  expect(await checkUrl(client(), new URL(`${url}/gone`))).toMatchObject({ outcome: 'failed', reason: '410 Gone' })
  expect(await checkUrl(client(), 'ftp://a.example/')).toMatchObject({ kind: 'url.invalid', attempts: 0 })
})

test('asks again what may pass, and expects what it is told to', async () => {
  let times = 0
  const { url } = await serve((_, response) => void response.writeHead(++times === 3 ? 200 : 503).end('Welcome'))
  expect(await checkUrl(client(), url, { contains: 'Welcome' })).toMatchObject({ outcome: 'ok', attempts: 3 })
  expect(await checkUrl(client(), url, { retries: 0 })).toMatchObject({ outcome: 'failed', status: 503, attempts: 1 })
  expect(await checkUrl(client({ retries: 0 }), url, { accept: '503' })).toMatchObject({ outcome: 'ok', attempts: 1 })
  expect(await checkUrl(client(), url, { retries: 0, accept: '503', contains: 'Adieu' })).toMatchObject({
    kind: 'check.contains',
  })
})

test('twenty at once keep the limits of their client', async () => {
  const server = await serve({ '*': { delayMs: 20 } })
  const shared = client({ perHost: 4 })
  const verdicts = await Promise.all(Array.from({ length: 20 }, (_, at) => checkUrl(shared, `${server.url}/${at}`)))
  expect(verdicts.map(({ ok }) => ok)).toEqual(Array(20).fill(true))
  expect(server.maxInFlight()).toBe(4)
})

describe('what ends it', () => {
  const ABORTED = { outcome: 'inconclusive', kind: 'aborted', status: 0, reason: 'stopped before it was done' }

  test('before it began', async () => {
    const server = await serve({ '*': 200 })
    expect(await checkUrl(client(), server.url, { signal: AbortSignal.abort() })).toMatchObject(ABORTED)
    expect(server.connections()).toBe(0)
  })

  test('on the wire and in the wait for a retry: a signal, or the end of the client', async () => {
    const server = await serve({ '/busy': { status: 503, headers: { 'retry-after': '20' } }, '/silent': () => {} })
    const abort = new AbortController()
    const shared = client()
    const asked = ['/busy', '/silent'].flatMap((path) => [
      checkUrl(shared, server.url + path, { signal: abort.signal }),
      checkUrl(shared, server.url + path),
    ])
    await expect.poll(() => server.requests()).toBeGreaterThanOrEqual(3)
    abort.abort()
    expect(await asked[0]).toMatchObject(ABORTED)
    expect(await asked[2]).toMatchObject(ABORTED)
    await shared.close()
    for (const verdict of await Promise.all(asked)) expect(verdict).toMatchObject(ABORTED)
    await expect(checkUrl(shared, server.url)).rejects.toThrow(new TypeError('client: this one is closed'))
  })

  test('not a URL that is none at all: that is a mistake of the program', async () => {
    for (const wrong of [undefined, null, 5, {}, { url: 'https://a.example/' }]) {
      await expect(checkUrl(client(), wrong as never)).rejects.toThrow(/^url: expected a string or a URL, got /)
    }
  })
})
