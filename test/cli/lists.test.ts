// Lists of all sorts to rows: where targets come from, what their keys do, and that no line gets lost.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { run } from '../../src/cli.js'
import { testCertificates } from '../support/certificates.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { type Routes, startHttpServer } from '../support/http-server.js'
import { createTestWorld } from '../support/world.js'
import { checkInputs, checkLines, runCli } from './support/run-cli.js'
import { tempFolder } from './support/temp-folder.js'

const serve = async (routes: Routes = { '*': 200 }) => closeAfterTest(await startHttpServer(routes))

test('a list in which all is well is exit 0, with every line accounted for', async () => {
  const { url } = await serve()
  const { code, rows, summary, stdout, stderr } = await checkLines(['# pages', `${url}/a`, '', `${url}/b # second`])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(rows.map(({ line, status, ok }) => [line, status, ok])).toEqual([
    [2, 200, true],
    [4, 200, true],
  ])
  expect(summary.lines).toMatchObject({ total: 4, checked: 2, blank: 2 })
  expect(stdout).toContain('4 = 2 checked + 2 blank or comment')
})

test('a list with one failure is exit 1', async () => {
  const { url } = await serve({ '/a': 200 })
  const { code, rows } = await checkLines([`${url}/a`, `${url}/gone`])
  expect(code).toBe(1)
  expect(rows.map(({ kind }) => kind)).toEqual(['ok', 'http.error'])
})

test('a list in which nothing could be judged is exit 4 and says why', async () => {
  const { url } = await serve({ '*': { status: 403, headers: { 'cf-mitigated': 'challenge' } } })
  const { code, rows, stderr } = await checkLines([`${url}/a`, `${url}/b`])
  expect(code).toBe(4)
  expect(rows.map(({ outcome }) => outcome)).toEqual(['inconclusive', 'inconclusive'])
  expect(stderr).toBe('scrape-status: nothing could be judged: 2 URLs, all inconclusive\n')
})

test('a bad line is a failed row with its number, and the run goes on', async () => {
  const { url } = await serve()
  const bad = ['http://', 'http://x y', `${url} acept=200`, `${url} ${url}`, `${url} timeout=soon`, 'a'.repeat(70_000)]
  const { code, rows, summary, stdout } = await checkLines([`${url}/first`, ...bad, `${url}/last`])
  expect(code).toBe(1)
  expect(rows.map(({ line, kind }) => [line, kind])).toEqual([
    [1, 'ok'],
    [2, 'url.invalid'],
    [3, 'url.invalid'],
    [4, 'line.invalid'],
    [5, 'line.invalid'],
    [6, 'line.invalid'],
    [7, 'line.invalid'],
    [8, 'ok'],
  ])
  expect(rows[2]!.reason).toBe('a space in the URL; write %20')
  expect(rows[3]).toMatchObject({
    reason: expect.stringMatching(/^unknown key acept/),
    hint: 'Did you mean accept?',
    status: 0,
    attempts: 0,
  })
  expect(rows[4]!.reason).toBe('two URLs; write location=… or final-url=…')
  expect(rows[6]!.input.length).toBeLessThan(1000)
  expect(summary.lines).toMatchObject({ total: 8, checked: 2, invalid: 6 })
  expect(stdout).toContain('urls.txt:4')
})

test('nothing in a list crashes the program or draws on the terminal', async () => {
  const { url } = await serve()
  const hostile = [
    'http://[::1',
    'http://%00/',
    'http://a..b/',
    '=',
    'accept=200',
    '\x1b[31mhttp://x/',
    `${url}/\u202e\u2066`,
    '{"url":"x"}',
    '\\\\server\\share',
    'javascript:alert(1)',
    'http://user:pa ss@x/',
    `${url} header="X: \x1b]0;title\x07"`,
    'http://xn--a/',
    `http://${'a'.repeat(300)}/`,
    '🙂',
  ]
  const { rows, stdout, stderr } = await checkLines([...hostile, url], [], { isTTY: true })
  expect(rows).toHaveLength(hostile.length + 1)
  expect(rows.filter(({ kind }) => kind === 'internal')).toEqual([])
  expect(rows.at(-1)).toMatchObject({ ok: true })
  // Colours are ours; nothing else may come through.
  expect(`${stdout}${stderr}`.replace(/\x1b\[\d*m|\r|\x1b\[K/g, '')).not.toMatch(
    /[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]/,
  )
  expect(stderr).not.toMatch(/at .*\.[jt]s:\d+/)
})

test('stdin is read when it is piped, and as - among other inputs, in the order given', async () => {
  const { url } = await serve()
  const list = join(await tempFolder(), 'more.txt')
  await writeFile(list, `# more\n${url}/file\n`)
  const piped = await checkInputs([], 2, [], { stdin: `${url}/one\n${url}/two` })
  expect(piped.rows.map(({ source, line }) => [source, line])).toEqual([
    ['-', 1],
    ['-', 2],
  ])
  const mixed = await checkInputs([`${url}/arg`, '-', list, `${url}/end`], 5, [], { stdin: `${url}/stdin\n` })
  expect(mixed.rows.map(({ source, line, url }) => [source, line, new URL(url).pathname])).toEqual([
    ['argv', null, '/arg'],
    ['-', 1, '/stdin'],
    [list, 2, '/file'],
    ['argv', null, '/end'],
  ])
})

test.each([
  ['UTF-8 with a byte order mark', (text: string) => Buffer.from(`\ufeff${text}`), null],
  ['UTF-16', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le'), null],
  ['UTF-16 without a mark', (text: string) => Buffer.from(text, 'utf16le'), /read as UTF-16/],
  ['Windows-1252', (text: string) => Buffer.from(`${text}# caf\xe9\n`, 'latin1'), /read as Windows-1252/],
  ['CR alone', (text: string) => Buffer.from(text.replaceAll('\n', '\r')), null],
  ['CRLF', (text: string) => Buffer.from(text.replaceAll('\n', '\r\n')), null],
])('a list in %s is understood', async (name, encode, notice) => {
  const { url } = await serve()
  const list = join(await tempFolder(), 'urls.txt')
  await writeFile(list, encode(`${url}/a\n${url}/b\n`))
  const { code, summary, stdout, stderr } = await checkInputs([list], name === 'Windows-1252' ? 3 : 2)
  expect(code).toBe(0)
  expect(summary.notices).toEqual(notice === null ? [] : [expect.stringMatching(notice)])
  expect(stderr).toBe('')
  expect(stdout).toMatch(notice ?? /^/)
})

test('an input that breaks in the middle: what was read is reported, exit 4', async () => {
  const { url } = await serve()
  const pipe = new PassThrough()
  pipe.write(`${url}/a\n${url}/b\n${url}/half-a-l`)
  const world = createTestWorld({ stdin: pipe })
  const done = run(['-r', 'ndjson'], world)
  while (world.stdoutText().split('\n').length < 3) await new Promise((resolve) => setTimeout(resolve, 5))
  pipe.destroy(Object.assign(new Error('gone'), { code: 'EIO' }))
  expect(await done).toBe(4)
  const rows = world
    .stdoutText()
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row))
  expect(rows.map(({ kind }) => kind)).toEqual(['ok', 'ok', 'line.invalid'])
  expect(world.stderrText()).toContain('the input broke')
})

test('the first row is printed while the list is still coming', async () => {
  const { url } = await serve()
  const pipe = new PassThrough()
  const world = createTestWorld({ stdin: pipe })
  const done = run(['-r', 'ndjson'], world)
  pipe.write(`${url}/a\n`)
  while (!world.stdoutText().includes('\n')) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(JSON.parse(world.stdoutText())).toMatchObject({ index: 0, status: 200 })
  pipe.end(`${url}/b\n`)
  expect(await done).toBe(0)
  expect(world.stdoutText().trimEnd().split('\n')).toHaveLength(2)
})

test('twenty URLs of one host are asked at once with default flags, so they take as long as the slowest', async () => {
  const server = await serve({ '*': { delayMs: 400 } })
  const { code } = await checkLines(Array.from({ length: 20 }, (_, at) => `${server.url}/${at}`))
  expect(code).toBe(0)
  expect(server.maxInFlight()).toBe(20)
})

test('--per-host and --concurrency bound what the servers see', async () => {
  const server = closeAfterTest(await startHttpServer({ '*': { delayMs: 30 } }, { host: '0.0.0.0' }))
  const lines = Array.from({ length: 24 }, (_, at) => server.urlOf(`127.0.0.${1 + (at % 3)}`, `/${at}`))
  await checkLines(lines, ['--per-host', '2'])
  expect(server.maxInFlight('127.0.0.1')).toBe(2)
  expect(server.maxInFlight()).toBeGreaterThan(2)
  const other = await serve({ '*': { delayMs: 30 } })
  await checkLines(
    Array.from({ length: 12 }, (_, at) => `${other.url}/${at}`),
    ['-c', '3'],
  )
  expect(other.maxInFlight()).toBe(3)
})

test('--include and --exclude choose by the normalised URL, and what is left out is counted', async () => {
  const { url } = await serve()
  const lines = [`${url}/docs/a`, `${url}/docs/b.pdf`, `${url}/img/c`, 'no url at all', '# nothing']
  const { rows, summary } = await checkLines(lines, ['--include', '/docs/', '--exclude', '\\.pdf$'])
  expect(rows.map(({ line, kind }) => [line, kind])).toEqual([
    [1, 'ok'],
    [4, 'url.invalid'],
  ])
  expect(summary.lines).toMatchObject({ total: 5, checked: 1, invalid: 1, excluded: 2, blank: 1 })
})

test('--dedupe asks a URL once; a repeat is a skipped row that names the first', async () => {
  const server = await serve()
  const { code, rows, summary } = await checkLines(
    [`${server.url}/a`, `${server.url}/b`, `${server.url}/a#part`, `${server.url}/a method=HEAD`],
    ['--dedupe'],
  )
  expect(code).toBe(0)
  expect(server.requests()).toBe(3)
  expect(rows.map(({ outcome, duplicateOf }) => [outcome, duplicateOf])).toEqual([
    ['ok', null],
    ['ok', null],
    ['skipped', 0],
    ['ok', null],
  ])
  expect(summary.lines).toMatchObject({ total: 4, checked: 3, duplicate: 1 })
})

test('--dry-run asks nothing, accounts for every line and names the hosts and the bad lines', async () => {
  const server = await serve()
  const list = join(await tempFolder(), 'urls.txt')
  const lines = [
    '# list',
    '',
    `${server.url}/a`,
    `${server.url}/a`,
    'https://b.example/',
    'https://c.example/x.pdf',
    'x y',
  ]
  await writeFile(list, lines.join('\n'))
  const { code, stdout } = await runCli(['--dry-run', '--dedupe', '--exclude', 'pdf$', list])
  expect(server.connections()).toBe(0)
  expect(code).toBe(1)
  expect(stdout).toBe(
    [
      'lines    7 = 2 to ask + 1 invalid + 1 duplicate + 1 excluded + 2 blank or comment',
      'hosts    2',
      '  1  127.0.0.1',
      '  1  b.example',
      'invalid  1',
      `  ${list}:7  x y`,
      '    a space in the URL; write %20',
      'settings',
      '  exclude ["/pdf$/"]',
      '  dedupe true',
      '',
    ].join('\n'),
  )
  expect((await runCli(['--dry-run', server.url])).code).toBe(0)
})

test('--dry-run opens no output', async () => {
  const folder = await tempFolder()
  await writeFile(join(folder, 'kept.csv'), 'from the last run\n')
  const { code } = await runCli(['--dry-run', '-o', join(folder, 'kept.csv'), 'https://a.example/'])
  expect(code).toBe(0)
  expect((await import('node:fs')).readFileSync(join(folder, 'kept.csv'), 'utf8')).toBe('from the last run\n')
})

test('the keys of a line change how that URL alone is asked and judged, as the server sees it', async () => {
  const server = await serve({
    '/gone': 404,
    '/slow': { delayMs: 3000 },
    '/moved': { status: 301, headers: { location: '/here' } },
    '/twice': { status: 302, headers: { location: '/moved' } },
    '*': 200,
  })
  const { code, rows } = await checkLines(
    [
      `${server.url}/plain`,
      `${server.url}/gone accept=404`,
      `${server.url}/gone accept=+404 # the default and 404`,
      `${server.url}/slow timeout=100ms`,
      `${server.url}/head method=head`,
      `${server.url}/moved follow=no accept=301`,
      `${server.url}/twice max-redirects=1`,
      `${server.url}/headers header="X-One: 1" header="X-Token: $TOKEN"`,
      `${server.url}/user user=ann:$PASSWORD`,
      `${server.url}/unset header="X: $NOT_SET"`,
    ],
    ['-H', 'X-All: yes', '--env', 'TOKEN', '--env', 'PASSWORD'],
    { env: { TOKEN: 'secret token', PASSWORD: 'pw:1' } },
  )
  expect(code).toBe(1)
  expect(rows.map(({ status, kind }) => [status, kind])).toEqual([
    [200, 'ok'],
    [404, 'ok'],
    [404, 'ok'],
    [0, 'timeout'],
    [200, 'ok'],
    [301, 'ok'],
    [301, 'http.response.too_many_redirects'],
    [200, 'ok'],
    [200, 'ok'],
    [0, 'line.invalid'],
  ])
  expect(rows[9]!.reason).toContain('NOT_SET')
  expect(rows[4]!.method).toBe('HEAD')
  const request = (target: string) => server.seen().find((seen) => seen.target === target)!
  for (const { headers } of server.seen()) expect(headers['x-all']).toBe('yes')
  expect(request('/plain').method).toBe('GET')
  expect(request('/head').method).toBe('HEAD')
  expect(request('/headers').headers).toMatchObject({ 'x-one': '1', 'x-token': 'secret token' })
  expect(request('/plain').headers['x-one']).toBeUndefined()
  const credentials = Buffer.from(request('/user').headers.authorization!.replace('Basic ', ''), 'base64').toString()
  expect(credentials).toBe('ann:pw:1')
  // One /here would be the followed /moved; the two that were not to be followed left none.
  expect(server.seen().filter(({ target }) => target === '/here')).toEqual([])
})

test('insecure=yes and -k report the status of a bad certificate, and only where they are given', async () => {
  const { expired } = testCertificates()
  const server = closeAfterTest(await startHttpServer({ '*': 200 }, { tls: expired }))
  const mixed = await checkLines([`${server.url}/a insecure`, `${server.url}/b`, `${server.url}/c insecure=yes`])
  expect(mixed.rows.map(({ status, kind }) => [status, kind.split('.')[0]])).toEqual([
    [200, 'ok'],
    [0, 'tls'],
    [200, 'ok'],
  ])
  expect(mixed.rows[0]!.tls?.error).toEqual(expect.any(String))
  const all = await checkLines([`${server.url}/a`, `${server.url}/b insecure=no`], ['-k'])
  expect(all.rows.map(({ status }) => status)).toEqual([200, 0])
})

test('the flags are the defaults of every line', async () => {
  const server = await serve({
    '/moved': { status: 301, headers: { location: '/here' } },
    '/gone': 404,
    '/slow': { delayMs: 3000 },
    '*': 200,
  })
  const { rows } = await checkLines(
    [`${server.url}/moved`, `${server.url}/gone`, `${server.url}/moved follow=yes`, `${server.url}/slow`],
    ['--no-follow', '-a', '200,301,404', '-X', 'HEAD', '-A', 'me/1.0', '-t', '200ms'],
  )
  expect(rows.map(({ status, kind }) => [status, kind])).toEqual([
    [301, 'ok'],
    [404, 'ok'],
    [200, 'ok'],
    [0, 'timeout'],
  ])
  for (const { method, headers } of server.seen()) {
    expect([method, headers['user-agent']]).toEqual(['HEAD', 'me/1.0'])
  }
})

test('without -A the program names itself, and no word in the name is on a list of bad bots', async () => {
  const server = await serve()
  await checkLines([server.url])
  const { headers } = server.seen()[0]!
  expect(headers['user-agent']).toMatch(/^urlstatus\/\d+\.\d+\.\d+$/)
  expect(headers.accept).toBe('*/*')
  expect(headers['accept-encoding']).toBeUndefined()
})
