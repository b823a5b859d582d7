// Expectations that nobody could check, and how much of what a server says gets into a row.

import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { run } from '../../src/cli.js'
import { createClient, fetchStatus } from '../../src/index.js'
import type { Verdict } from '../../src/words/verdict.js'
import { verdictSchema } from '../report/support/schemas.js'
import { startHttpServer } from '../support/http-server.js'
import { startRawServer, step } from '../support/raw-server.js'
import { createTestWorld } from '../support/world.js'

async function check(list: readonly string[], flags: readonly string[] = []) {
  const world = createTestWorld({ stdin: `${list.join('\n')}\n` })
  const code = await run(['-r', 'ndjson', '--no-progress', '--retries', '0', ...flags], world)
  const rows = world.stdoutText().trim().split('\n').filter(Boolean)
  const verdicts = rows.map((row) => JSON.parse(row) as Verdict).sort((a, b) => a.index - b.index)
  for (const verdict of verdicts) expect(verdictSchema.faults(verdict)).toBe('')
  return { code, verdicts, stderr: world.stderrText() }
}

const encoded = (encoding: string, body: string | Buffer, more = {}) => ({
  headers: { 'content-encoding': encoding, ...more },
  body,
})

it('is nothing against a page that its body could not be decoded', async () => {
  const wrong = gzipSync('Goodbye')
  wrong[wrong.length - 6]! ^= 0xff
  const { url } = await startHttpServer({
    '/plain': encoded('gzip', 'Goodbye'),
    '/plain-but-there': encoded('none', 'Welcome'),
    '/zstd': encoded('zstd', 'Goodbye'),
    '/wrong-end': encoded('gzip', wrong),
    '/both': encoded('gzip', 'Goodbye', { 'content-type': 'text/plain' }),
    '/404': { ...encoded('gzip', 'Goodbye'), status: 404 },
    '/ok': { body: 'Welcome' },
    '/absent': { body: 'Goodbye' },
  })
  const { code, verdicts } = await check(
    [
      ...['plain', 'plain-but-there', 'zstd', 'wrong-end'].map((path) => `${url}/${path}`),
      `${url}/both expect-header=content-type:json`,
      ...['404', 'ok', 'absent'].map((path) => `${url}/${path}`),
    ],
    ['--contains', 'Welcome'],
  )
  expect(verdicts.map(({ outcome, kind }) => `${outcome} ${kind}`)).toEqual([
    'inconclusive check.contains',
    'ok ok',
    'inconclusive check.contains',
    'inconclusive check.contains',
    'failed check.expect-header',
    'failed http.error',
    'ok ok',
    'failed check.contains',
  ])
  const reason = 'the body could not be decoded, so nobody looked for "Welcome" in all of it'
  expect(verdicts[0]).toMatchObject({ reason, status: 200 })
  expect(verdicts[4]?.failedChecks.map(({ check: name }) => name)).toEqual(['contains', 'expect-header'])
  for (const { reason: said } of verdicts.slice(0, 6)) expect(said).not.toMatch(/does not contain/)
  expect(code).toBe(1)
})

it('is no green run when nothing could be checked, and the table says why', async () => {
  const { url } = await startHttpServer({ '*': encoded('gzip', 'Goodbye') })
  expect((await check([url], ['--contains', 'Welcome'])).code).toBe(4)
  const world = createTestWorld({ stdin: `${url}/a\n${url}/b\n` })
  expect(await run(['--no-progress', '--contains', 'Welcome'], world)).toBe(4)
  const table = world.stdoutText()
  expect(table).toMatch(/could not be checked/)
  expect(table).toMatch(/2 inconclusive: a check could not be made/)
  expect(table).not.toMatch(/does not contain|refused/)
})

it('is found in a body that the parser refuses', async () => {
  const odd = 'HTTP/1.1 200 OK\r\nOdd name: x\r\n\r\n<h1>Welcome</h1>'
  const { url } = await startRawServer([step.readHead, step.write(odd), step.fin])
  const { verdicts } = await check([`${url}/ contains=Welcome`, `${url}/ contains=Goodbye`])
  expect(verdicts[0]).toMatchObject({ outcome: 'ok', secondLook: true, bodyBytes: 16 })
  expect(verdicts[1]).toMatchObject({ outcome: 'failed', reason: 'the body does not contain "Goodbye"' })
})

it('keeps a few KiB of what a server says, however much it is', async () => {
  const long = 'x'.repeat(60_000)
  const script = (head: string) => [step.readHead, step.write(`${head}\r\nContent-Length: 0\r\n\r\n`), step.fin]
  const heads = [
    `HTTP/1.1 599 ${long}\r\nContent-Type: ${long}`,
    `HTTP/1.1 302 Found\r\nLocation: /${long}`,
    `HTTP/1.1 302 Found\r\nLocation: /${long}`,
    `HTTP/1.1 200 OK\r\nX: ${long}`,
  ]
  const server = await startRawServer((connection) => script(heads[connection]!))
  const { verdicts } = await check(
    [
      `${server.url}/`,
      `${server.url}/ location=/elsewhere`,
      `${server.url}/`,
      `${server.url}/ expect-header=x:elsewhere`,
    ],
    ['-c', '1'],
  )
  expect(verdicts.map(({ kind }) => kind)).toEqual([
    'http.error',
    'check.location',
    'http.response.invalid_redirect',
    'check.expect-header',
  ])
  for (const verdict of verdicts) expect(JSON.stringify(verdict).length).toBeLessThan(10_000)
})

it('keeps of a reason phrase 1 KiB, by the parser and by the second look', async () => {
  const long = 'x'.repeat(60_000)
  for (const odd of ['', 'Odd name: x\r\n']) {
    const bytes = `HTTP/1.1 599 ${long}\r\n${odd}Content-Length: 0\r\n\r\n`
    const { url } = await startRawServer([step.readHead, step.write(bytes), step.fin])
    const client = createClient()
    const [status, , reply] = await fetchStatus(client, url)
    expect([status, reply.statusText.length]).toEqual([599, 1024])
    await client.close()
  }
})
