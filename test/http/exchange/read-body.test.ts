// A body that is part of the answer: what is asked for, what is a failure, and where reading ends. Real servers.

import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { attempt } from '../../../src/ask/attempt.js'
import { createClient } from '../../../src/ask/create-client.js'
import { engineOf } from '../../../src/ask/engine.js'
import type { Ask } from '../../../src/settings/target.js'
import type { Reply } from '../../../src/words/reply.js'
import { FIRST } from '../../policies/policy-rig.js'
import { startHttpServer } from '../../support/http-server.js'
import { type Script, startRawServer, step } from '../../support/raw-server.js'
import { stopwatch } from '../../support/stopwatch.js'

async function read(url: string, ask: Partial<Ask> = {}, context: { keepAlive?: boolean } = {}): Promise<Reply> {
  const client = createClient()
  onTestFinished(() => client.close())
  const engine = engineOf(client)
  const { keepAlive = false } = context
  const around = {
    engine,
    givesPermits: false,
    breaker: null,
    stop: null,
    keepAlive: () => keepAlive,
  }
  return attempt(around, { url: new URL(url).href, ask: { ...engine.ask, readsUntil: 'Welcome', ...ask } }, FIRST)
}

const head = (headers = '') => `HTTP/1.1 200 OK\r\n${headers}\r\n`
const played = async (...script: Script) => (await startRawServer([step.readHead, ...script])).url

describe('the body is searched', () => {
  it('whole, without Accept-Encoding where nothing is expected of it', async () => {
    const server = await startHttpServer({ '*': { body: 'Welcome home' } })
    expect(await read(`${server.url}/`)).toMatchObject({ status: 200, kind: 'ok', body: 'found', bodyBytes: 12 })
    expect(await read(`${server.url}/`, { readsUntil: 'Goodbye' })).toMatchObject({ status: 200, body: 'absent' })
    expect(await read(`${server.url}/`, { readsUntil: null })).toMatchObject({ status: 200, body: null })
    expect(server.seen().map(({ headers }) => headers['accept-encoding'])).toEqual([
      'gzip, deflate, br',
      'gzip, deflate, br',
      undefined,
    ])
  })

  it("sends the user's own Accept-Encoding instead", async () => {
    const server = await startHttpServer({ '*': { body: 'Welcome' } })
    expect(await read(`${server.url}/`, { headers: [['accept-encoding', 'identity']] })).toMatchObject({
      body: 'found',
    })
    expect(server.seen()[0]?.headers['accept-encoding']).toBe('identity')
  })

  it('of the final answer, never of a redirect', async () => {
    const server = await startHttpServer({
      '/a': { status: 302, headers: { location: '/b' }, body: 'Welcome' },
      '/b': { body: 'nothing' },
      '/endless': (_, response) => {
        response.writeHead(302, { location: '/b', 'content-length': '1000' }).write('x')
      },
    })
    expect(await read(`${server.url}/endless`, { timeoutMs: 3000 })).toMatchObject({ status: 200, body: 'absent' })
    expect(await read(`${server.url}/a`)).toMatchObject({ status: 200, body: 'absent' })
    expect(await read(`${server.url}/a`, { follow: false })).toMatchObject({ status: 302, body: 'found' })
  })

  it('and of a HEAD nothing is read', async () => {
    const server = await startHttpServer({ '*': { body: 'Welcome' } })
    expect(await read(`${server.url}/`, { method: 'HEAD' })).toMatchObject({ status: 200, kind: 'ok', body: 'absent' })
  })

  it('in pieces, compressed and chunked', async () => {
    const server = await startHttpServer({
      '*': (_, response) => {
        const body = gzipSync(`${'x'.repeat(200_000)}Welcome`)
        response.writeHead(200, { 'content-encoding': 'gzip' })
        response.write(body.subarray(0, 30))
        setTimeout(() => response.end(body.subarray(30)), 20)
      },
    })
    expect(await read(`${server.url}/`)).toMatchObject({ status: 200, body: 'found' })
  })

  it('until the text is there, on a page without end', async () => {
    const url = await played(step.write(head()), step.write('Welcome'), step.forever('x', 10))
    const watch = stopwatch()
    expect(await read(url)).toMatchObject({ status: 200, kind: 'ok', body: 'found' })
    expect(watch.ownMs()).toBeLessThan(5000)
  })

  it('to 1 MiB of a page without end', async () => {
    const server = await startRawServer([step.readHead, step.write(head()), step.forever('x'.repeat(65_536))])
    expect(await read(server.url)).toMatchObject({ status: 200, kind: 'ok', body: 'beyond' })
  })

  it('to 1 MiB of a bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * 1_048_576))
    const server = await startHttpServer({ '*': { headers: { 'content-encoding': 'gzip' }, body: bomb } })
    expect(await read(`${server.url}/`)).toMatchObject({ status: 200, kind: 'ok', body: 'beyond' })
  })

  it('and the connection is used again when it was read to its end', async () => {
    const server = await startHttpServer({ '*': { body: 'x'.repeat(300_000) } })
    const client = createClient()
    onTestFinished(() => client.close())
    const engine = engineOf(client)
    const around = {
      engine,
      givesPermits: false,
      breaker: null,
      stop: null,
      keepAlive: () => true,
    }
    const ask = { ...engine.ask, readsUntil: 'Welcome' }
    const first = await attempt(around, { url: `${server.url}/`, ask }, FIRST)
    const second = await attempt(around, { url: `${server.url}/`, ask }, FIRST)
    expect([first.timingsMs.connect === null, second.timingsMs.connect === null]).toEqual([false, true])
  })
})

describe('the body is part of the answer', () => {
  const promised = head('content-length: 1000\r\n')

  it.each<[why: string, script: Script, expected: Partial<Reply>]>([
    [
      'cut by a reset before the text',
      [step.write(promised), step.write('Wel'), step.wait(50), step.rst],
      { status: 0, kind: 'tcp.reset', code: 'ECONNRESET', detail: 'answered 200, but the body broke off', body: null },
    ],
    [
      'cut by an end before the text',
      [step.write(promised), step.write('Wel'), step.wait(50), step.fin],
      { status: 0, kind: 'tcp.closed', detail: 'answered 200, but the body broke off', body: null },
    ],
    [
      'cut in the middle of chunks',
      [step.write(head('transfer-encoding: chunked\r\n')), step.write('5\r\nWelco'), step.fin],
      { status: 0, kind: 'tcp.closed' },
    ],
    [
      'with wrong chunks before the text',
      [step.write(head('transfer-encoding: chunked\r\n')), step.write('zz\r\nWelcome')],
      { status: 0, kind: 'http.protocol.error', detail: 'answered 200, but the body broke off' },
    ],
    [
      'cut behind the text',
      [step.write(`${promised}Welcome`), step.wait(20), step.rst],
      { status: 200, kind: 'ok', body: 'found' },
    ],
    [
      'without a length, ended by the connection',
      [step.write(`${head()}We are`), step.fin],
      { status: 200, kind: 'ok', body: 'absent' },
    ],
  ])('%s', async (_, script, expected) => {
    expect(await read(await played(...script))).toMatchObject(expected)
  })

  it('cut behind the text, which is still in the decoder', async () => {
    const body = gzipSync('Welcome').toString('latin1')
    const url = await played(
      step.write(`${head('content-length: 1000\r\ncontent-encoding: gzip\r\n')}${body}`),
      step.fin,
    )
    expect(await read(url)).toMatchObject({ status: 200, kind: 'ok', body: 'found' })
  })

  it('that does not come in time is a timeout of the body', async () => {
    const url = await played(step.write(promised), step.write('Wel'))
    const reply = await read(url, { timeoutMs: 300 })
    expect(reply).toMatchObject({
      status: 0,
      kind: 'timeout',
      code: 'body',
      detail: 'answered 200, but the body was not whole in 300 ms',
      hint: 'If it is only slow: -t 900ms',
    })
    expect(reply.durationMs).toBeGreaterThanOrEqual(299)
    expect(await read(url, { timeoutMs: 5000, readsUntil: null })).toMatchObject({ status: 200, kind: 'ok' })
  })

  it('has its share of one budget with the redirects before it', async () => {
    const url = await played(step.write(promised), step.drip('Welcome'.repeat(100).toLowerCase(), 20))
    const watch = stopwatch()
    expect(await read(url, { timeoutMs: 400 })).toMatchObject({ kind: 'timeout', code: 'body' })
    expect(watch.ownMs()).toBeLessThan(2000)
  })

  it('whose end the run does not wait for is no answer', async () => {
    const client = createClient()
    onTestFinished(() => client.close())
    const engine = engineOf(client)
    const stop = { running: new Set<{ abort(): void }>(), stopped: false }
    const url = await played(step.write(promised))
    const around = {
      engine,
      givesPermits: false,
      breaker: null,
      stop,
      keepAlive: () => false,
    }
    const reply = attempt(around, { url: new URL(url).href, ask: { ...engine.ask, readsUntil: 'Welcome' } }, FIRST)
    setTimeout(() => {
      for (const job of stop.running) job.abort()
    }, 200)
    expect(await reply).toMatchObject({ status: 0, kind: 'aborted' })
  })
})
