// The body of an answer that the parser refuses: searched like another, within the same bounds. Real servers.

import { brotliCompressSync, gzipSync } from 'node:zlib'
import { expect, it, onTestFinished } from 'vitest'
import { attempt } from '../../../src/ask/attempt.js'
import { createClient } from '../../../src/ask/create-client.js'
import { engineOf } from '../../../src/ask/engine.js'
import type { Ask } from '../../../src/settings/target.js'
import type { Reply } from '../../../src/words/reply.js'
import { FIRST } from '../../policies/policy-rig.js'
import { type Script, startRawServer, step } from '../../support/raw-server.js'

async function read(script: Script, ask: Partial<Ask> = {}): Promise<Reply> {
  const server = await startRawServer([step.readHead, ...script])
  const client = createClient()
  onTestFinished(() => client.close())
  const engine = engineOf(client)
  const around = {
    engine,
    givesPermits: false,
    stop: null,
    keepAlive: () => false,
    breaker: null,
  }
  return attempt(around, { url: `${server.url}/`, ask: { ...engine.ask, readsUntil: 'Welcome', ...ask } }, FIRST)
}

/** A head that undici refuses and curl does not. */
const odd = (...headers: string[]) => ['HTTP/1.1 200 OK', 'Odd name: x', ...headers, '', ''].join('\r\n')
const gzip = gzipSync('Welcome home').toString('latin1')
const brotli = brotliCompressSync('Welcome home').toString('latin1')
const found = { status: 200, kind: 'ok', body: 'found', secondLook: true } as const

it.each<[why: string, script: Script, expected: Partial<Reply>]>([
  ['until the end of the stream', [step.write(`${odd()}Welcome home`), step.fin], { ...found, bodyBytes: 12 }],
  ['by its length, on a connection that stays', [step.write(`${odd('Content-Length: 12')}Welcome home`)], found],
  [
    'in chunks, on a connection that stays',
    [step.write(`${odd('Transfer-Encoding: chunked')}4;a=b\r\nWelc\r\n003\nome\n0\r\n\r\n`)],
    { ...found, bodyBytes: 7 },
  ],
  ['a byte a segment', [step.drip(`${odd('Transfer-Encoding: chunked')}7\r\nWelcome\r\n0\r\n\r\n`, 0)], found],
  ['in gzip', [step.write(`${odd('Content-Encoding: gzip')}${gzip}`), step.fin], found],
  ['in brotli', [step.write(`${odd('Content-Encoding: br')}${brotli}`), step.fin], found],
  ['where the text is there before the end', [step.write(`${odd()}Welcome`), step.forever('x', 10)], found],
  ['with lengths that disagree', [step.write(`${odd('Content-Length: 2, 9')}Welcome`), step.fin], found],
  ['cut behind the text', [step.write(`${odd('Content-Length: 99')}Welcome`), step.wait(20), step.rst], found],
  ['that says something else', [step.write(`${odd()}Goodbye`), step.fin], { ...found, body: 'absent', bodyBytes: 7 }],
  ['without one', [step.write(odd('Content-Length: 0'))], { ...found, body: 'absent', bodyBytes: 0 }],
  [
    'of 204, which has none',
    [step.write(odd().replace('200 OK', '204 No'))],
    { ...found, status: 204, body: 'absent' },
  ],
  ['to 1 MiB of one without end', [step.write(odd()), step.forever('x'.repeat(65_536))], { ...found, body: 'beyond' }],
  [
    'of a bomb',
    [step.write(`${odd('Content-Encoding: gzip')}${gzipSync(Buffer.alloc(5_000_000)).toString('latin1')}`), step.fin],
    { ...found, body: 'beyond' },
  ],
  [
    'cut before the text',
    [step.write(`${odd('Content-Length: 99')}Wel`), step.fin],
    { status: 0, kind: 'tcp.closed', detail: 'answered 200, but the body broke off', body: null, secondLook: true },
  ],
  [
    'in chunks that are none',
    [step.write(`${odd('Transfer-Encoding: chunked')}zz\r\nWelcome`)],
    { status: 0, kind: 'http.protocol.error', detail: 'answered 200, but the body broke off' },
  ],
])('reads the body %s', async (_why, script, expected) => {
  expect(await read(script)).toMatchObject(expected)
})

it('that does not come in time is a timeout of the body', async () => {
  const reply = await read([step.write(`${odd('Content-Length: 99')}Wel`)], { timeoutMs: 400 })
  expect(reply).toMatchObject({ status: 0, kind: 'timeout', code: 'body', secondLook: true })
})

it('is not read where nothing is looked for, nor of a redirect', async () => {
  const script = [step.write(`${odd('Content-Length: 99')}Wel`)]
  expect(await read(script, { readsUntil: null })).toMatchObject({ status: 200, body: null, bodyBytes: 0 })
  const redirect = odd('Location: http://127.0.0.1:1/', 'Content-Length: 99').replace('200 OK', '302 Found')
  expect(await read([step.write(redirect)])).toMatchObject({ kind: 'tcp.refused', redirects: [{ status: 302 }] })
})
