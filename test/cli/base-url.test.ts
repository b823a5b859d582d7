// Lines that are paths: whatever else a run does with URLs, it does with what they are paths of.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkAll } from '../../src/index.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { type Routes, startHttpServer } from '../support/http-server.js'
import { checkLines, runCli } from './support/run-cli.js'
import { tempFolder } from './support/temp-folder.js'

const serve = async (routes: Routes = { '*': 200 }) => closeAfterTest(await startHttpServer(routes))

test('paths are asked of the base, beside URLs of their own', async () => {
  const server = await serve({ '/app/next': 200, '/a': { body: 'c0ffee' }, '/b': 404, '*': 200 })
  const { rows, summary } = await checkLines(
    [
      '/healthz',
      '/a?q=$SHA contains=$SHA',
      '/b accept=404 # gone',
      './next',
      `${server.url}/a`,
      '//127.0.0.1:1/x accept=nonsense',
    ],
    ['--base-url', `${server.url}/app/page`, '--env', 'SHA', '--rule', '127.0.0.1 header="X-Rule: 1"'],
    { env: { SHA: 'c0ffee' } },
  )
  expect(rows.map(({ input, url, kind }) => [input, url, kind])).toEqual([
    ['/healthz', `${server.url}/healthz`, 'ok'],
    ['/a?q=$SHA', `${server.url}/a?q=c0ffee`, 'ok'],
    ['/b', `${server.url}/b`, 'ok'],
    ['./next', `${server.url}/app/next`, 'ok'],
    [`${server.url}/a`, `${server.url}/a`, 'ok'],
    ['//127.0.0.1:1/x', '', 'line.invalid'],
  ])
  expect(summary.lines.checked).toBe(5)
  expect(server.seen().every(({ headers }) => headers['x-rule'] === '1')).toBe(true)
})

test('without a base they are wrong, and the hint names the flag', async () => {
  const { rows } = await checkLines(['/healthz'])
  expect(rows[0]).toMatchObject({ kind: 'url.invalid', reason: 'a path without a host' })
  expect(rows[0]!.hint).toContain('--base-url URL')
})

test('filters, repeats, shards and the dry run see the whole URL', async () => {
  const server = await serve()
  const lines = ['/a', `${server.url}/a`, '/b.pdf', '/c']
  const flags = ['--base-url', server.url, '--dedupe', '--include', `^${server.url}/`, '--exclude', 'pdf$']
  const { rows, summary } = await checkLines(lines, [...flags, '--shard', '1/1'])
  expect(rows.map(({ kind, duplicateOf }) => [kind, duplicateOf])).toEqual([
    ['ok', null],
    ['duplicate', 0],
    ['ok', null],
  ])
  expect(summary.lines).toMatchObject({ excluded: 1, otherShard: 0 })
  const folder = await tempFolder()
  await writeFile(join(folder, 'urls.txt'), lines.join('\n'))
  const { stdout } = await runCli(['--dry-run', ...flags, join(folder, 'urls.txt')])
  expect(stdout).toContain('4 = 2 to ask + 1 duplicate + 1 excluded')
  expect(stdout).toContain('2  127.0.0.1')
})

test('the failed list, a baseline and a resumed run are about the same URLs', async () => {
  const server = await serve({ '/gone': 404, '*': 200 })
  const folder = await tempFolder()
  const path = (name: string) => join(folder, name)
  await writeFile(path('urls.txt'), '/ok\n/gone retries=0\n')
  const flags = ['--base-url', server.url, '-q']
  const first = [
    '--write-failed',
    path('failed.txt'),
    '-o',
    path('rows.ndjson'),
    '--baseline',
    path('base.ndjson'),
    '--update-baseline',
  ]
  expect((await runCli([...flags, ...first, path('urls.txt')])).code).toBe(1)
  expect((await runCli([...flags, '-r', 'ndjson', path('failed.txt')])).stdout).toContain(`"url":"${server.url}/gone"`)
  const again = ['--baseline', path('base.ndjson'), '--fail-on', 'new']
  expect((await runCli([...flags, ...again, path('urls.txt')])).code).toBe(0)
  const rows = await readFile(path('rows.ndjson'), 'utf8')
  await writeFile(path('part.ndjson.part'), `${rows.split('\n').find((row) => row.includes('/ok'))}\n`)
  const before = server.seen().length
  expect((await runCli([...flags, '-o', path('part.ndjson'), '--resume', path('urls.txt')])).code).toBe(1)
  expect(
    server
      .seen()
      .slice(before)
      .map(({ target }) => target),
  ).toEqual(['/gone'])
})

test('a password in the base is sent, and hidden', async () => {
  const server = await serve()
  const base = server.url.replace('://', '://me:$PW@')
  const { rows, stdout } = await checkLines(['/a'], ['--base-url', base], { env: { PW: 's3cret/@' } })
  expect(server.seen()[0]!.headers.authorization).toBe(`Basic ${Buffer.from('me:s3cret/@').toString('base64')}`)
  expect(JSON.stringify(rows) + stdout).not.toContain('s3cret')
  expect(rows[0]!.url).toBe(`${server.url.replace('://', '://***@')}/a`)
})

test.each([
  ['ftp://u:s3cret@x/', 'only http and https'],
  ['/x', 'a path without a host'],
  ['', 'no host'],
  ['http://u:s3cret@x:99999/', 'the port must be 1 to 65535'],
  ['https://u:s3cret@a,b/', 'not a host name'],
])('the base %j is exit 2', async (base, why) => {
  const { code, stderr } = await runCli(['--base-url', base, '--dry-run', 'https://x/'])
  const expected = 'expected an http or https URL such as https://staging.example.com; this is'
  expect([code, stderr]).toEqual([2, `scrape-status: --base-url: ${expected} ${why}\n`])
})

test('the library takes it too', async () => {
  const server = await serve()
  const urls: string[] = []
  for await (const { url, kind } of checkAll(['/a', { url: '/b$C' }], { baseUrl: server.url }))
    urls.push(`${kind} ${url}`)
  expect(urls.sort()).toEqual([`ok ${server.url}/a`, `ok ${server.url}/b$C`])
  expect(() => checkAll([], { baseUrl: 'ftp://x' })).toThrow(
    new TypeError(
      'baseUrl: expected an http or https URL such as https://staging.example.com; this is only http and https',
    ),
  )
})
