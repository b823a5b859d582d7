// Where the results go: formats, fields, rows, colours, marks, and outputs that fail or leave.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { run } from '../../src/cli.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import { createTestWorld } from '../support/world.js'
import { checkLines, runCli } from './support/run-cli.js'
import { tempFolder } from './support/temp-folder.js'

const serve = async () => closeAfterTest(await startHttpServer({ '/a': 200, '/b': 404, '/c': 200 }))
const list = (url: string) => `${url}/a\n${url}/b\n${url}/c\n`

test('results go to stdout and nothing else does', async () => {
  const { url } = await serve()
  const { code, stdout, stderr } = await runCli(['-r', 'ndjson'], { stdin: list(url) })
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((row) => JSON.parse(row).status)
      .sort(),
  ).toEqual([200, 200, 404])
})

test('every format can be had on stdout and as a file, all in one run', async () => {
  const { url } = await serve()
  const folder = await tempFolder()
  const files = { 'a.ndjson': 3, 'b.jsonl': 3, 'c.json': 1, 'd.csv': 4, 'e.txt': null, 'summary=f.any': 1 }
  const outputs = Object.keys(files).flatMap((name) => {
    const [format, file] = name.includes('=') ? name.split('=') : [null, name]
    return ['-o', `${format === null ? '' : `${format}=`}${join(folder, file!)}`]
  })
  const { stdout } = await runCli(['-r', 'json', ...outputs], { stdin: list(url) })
  const { schema, summary, verdicts } = JSON.parse(stdout)
  expect(verdicts).toHaveLength(3)
  expect({ schema: typeof schema, failed: summary.failed }).toMatchObject({ failed: 1 })
  for (const [name, lines] of Object.entries(files)) {
    const text = await readFile(join(folder, name.replace(/.*=/, '')), 'utf8')
    expect(text.endsWith('\n'), name).toBe(true)
    if (lines === 3)
      expect(
        text
          .trimEnd()
          .split('\n')
          .map((row) => JSON.parse(row)),
      ).toHaveLength(3)
    if (lines === 1) expect(JSON.parse(text)).toEqual(expect.any(Object))
    if (lines === 4) expect(parse(text, { columns: true })).toHaveLength(3)
    if (lines === null) expect(text).toContain('exit code 1')
  }
})

test('--fields chooses columns and their order', async () => {
  const { url } = await serve()
  const fields = ['--fields', 'status, url,timingsMs.dns']
  const csv = await runCli(['-r', 'csv', ...fields, `${url}/b`])
  expect(parse(csv.stdout)).toEqual([
    ['status', 'url', 'timingsMs.dns'],
    ['404', `${url}/b`, ''],
  ])
  const ndjson = await runCli(['-r', 'ndjson', ...fields, `${url}/b`])
  expect(Object.keys(JSON.parse(ndjson.stdout))).toEqual(['status', 'url', 'timingsMs.dns'])
})

test('--show chooses the rows of the table', async () => {
  const { url } = await serve()
  const rowsOf = async (show: string) =>
    (await runCli(['--show', show], { stdin: list(url) })).stdout.split('\n').filter((line) => /^[+x?] /.test(line))
  expect(await rowsOf('auto')).toHaveLength(3)
  expect(await rowsOf('all')).toHaveLength(3)
  expect(await rowsOf('failed')).toEqual([expect.stringContaining('404')])
})

test('beyond 100 URLs the table shows failures only, and --show all every row', async () => {
  const server = await serve()
  const lines = Array.from({ length: 120 }, (_, at) => `${server.url}/${at % 40 === 0 ? 'b' : 'a'}?${at}`)
  const short = await checkLines(lines)
  expect(short.stdout).not.toContain('/a?')
  expect(short.stdout).toContain('/b?0')
  const long = await checkLines(lines, ['--show', 'all'])
  for (const line of lines) expect(long.stdout).toContain(line)
})

test('one URL alone is a card', async () => {
  const { url } = await serve()
  const { stdout } = await runCli([`${url}/a`])
  expect(stdout).toMatch(/200 {2}OK\n/)
  expect(stdout).toContain('127.0.0.1, HTTP/1.1')
  expect(stdout).toContain('exit code 0')
})

const UTF8 = { LANG: 'C.UTF-8' }
test.each<[string, string[], Record<string, string>, isTTY: boolean, colored: boolean]>([
  ['a terminal', [], {}, true, true],
  ['a pipe', [], {}, false, false],
  ['a terminal and NO_COLOR', [], { NO_COLOR: '1' }, true, false],
  ['a terminal and an empty NO_COLOR', [], { NO_COLOR: '' }, true, true],
  ['a terminal that is dumb', [], { TERM: 'dumb' }, true, false],
  ['a pipe and FORCE_COLOR', [], { FORCE_COLOR: '1' }, false, true],
  ['a terminal and FORCE_COLOR=0', [], { FORCE_COLOR: '0' }, true, false],
  ['both variables: NO_COLOR', [], { NO_COLOR: '1', FORCE_COLOR: '1' }, false, false],
  ['a pipe and --color', ['--color'], {}, false, true],
  ['NO_COLOR and --color: the flag', ['--color'], { NO_COLOR: '1' }, false, true],
  ['a terminal and --no-color', ['--no-color'], {}, true, false],
  ['FORCE_COLOR and --no-color: the flag', ['--no-color'], { FORCE_COLOR: '1' }, true, false],
])('colour: %s', async (_, flags, env, isTTY, colored) => {
  const { url } = await serve()
  const { stdout } = await runCli(['--no-progress', ...flags], { stdin: list(url), env: { ...UTF8, ...env }, isTTY })
  expect(/\x1b\[3[12]m/.test(stdout)).toBe(colored)
  expect(/\x1b/.test(stdout)).toBe(colored)
})

test('a file gets no colours and is not cut, even beside a narrow terminal', async () => {
  const { url } = await serve()
  const file = join(await tempFolder(), 'table.txt')
  const long = `${url}/a?${'x'.repeat(200)}`
  const { stdout } = await runCli(['--color', '-o', file], { stdin: `${long}\n${url}/b\n`, isTTY: true, columns: 60 })
  expect(stdout).not.toContain(long)
  const text = await readFile(file, 'utf8')
  expect(text).toContain(long)
  expect(text).not.toContain('\x1b')
})

test.each([
  [{ LANG: 'C.UTF-8' }, '✓✗'],
  [{ LANG: 'de_DE.utf8' }, '✓✗'],
  [{ LANG: 'C.UTF-8', LC_ALL: 'C' }, '+x'],
  [{ LC_CTYPE: 'en_US.UTF-8', LANG: 'C' }, '✓✗'],
  [{ LANG: 'de_DE.ISO-8859-1' }, '+x'],
  [{}, '+x'],
])('the marks in the locale %j are %s', async (env, marks) => {
  const { url } = await serve()
  const { stdout } = await runCli([], { stdin: list(url), env })
  const found = [...stdout.matchAll(/^(\S) {2}(?:200|404)/gm)].map(([, mark]) => mark)
  expect([...new Set(found)].join('')).toBe(marks)
  if (marks === '+x') expect(stdout).toMatch(/^[\x20-\x7e\n]*$/)
})

test('-q leaves out progress and notices, never the results', async () => {
  const { url } = await serve()
  const stdin = Buffer.from(`${url}/a # caf\xe9\n${url}/c\n`, 'latin1')
  expect((await runCli([], { stdin })).stdout).toContain('Windows-1252')
  expect((await runCli(['-r', 'csv'], { stdin })).stderr).toMatch(/^scrape-status: stdin:1 is .* Windows-1252\n$/)
  const quiet = await runCli(['-q', '-r', 'csv'], { stdin, isTTY: true })
  expect(quiet.stderr).toBe('')
  expect(parse(quiet.stdout, { columns: true })).toHaveLength(2)
})

test('a notice is not lost when there is one URL alone', async () => {
  const { url } = await serve()
  const { stdout, stderr } = await runCli([], { stdin: Buffer.from(`${url}/a # caf\xe9\n`, 'latin1') })
  expect(`${stdout}${stderr}`).toContain('Windows-1252')
})

test('a terminal shows one live line, which is gone when the table comes', async () => {
  const server = closeAfterTest(await startHttpServer({ '*': { delayMs: 500 } }))
  const events: string[] = []
  const recorder = (name: string) =>
    Object.assign(
      new Writable({
        write(chunk, _, done) {
          events.push(`${name}${chunk}`)
          done()
        },
      }),
      { isTTY: true, columns: 80 },
    )
  const world = { ...createTestWorld({ stdin: `${server.url}/1\n${server.url}/2\n`, env: UTF8 }) }
  Object.assign(world, { stdout: recorder('out:'), stderr: recorder('err:') })
  expect(await run([], world)).toBe(0)
  const table = events.findIndex((event) => event.startsWith('out:'))
  expect(events[0]).toMatch(/^err:\r0 of 2 .* waiting for 127\.0\.0\.1\x1b\[K$/)
  expect(events[table - 1]).toBe('err:\r\x1b[K')
  expect(events.slice(table).filter((event) => event.startsWith('err:'))).toEqual([])
})

test('an output that fails in the middle is exit 3 with a message, and the other reports are whole', async () => {
  const { url } = await serve()
  // One row: of several the first may end the run before the others are done.
  const { code, stdout, stderr } = await runCli(['-o', 'ndjson=/dev/full'], { stdin: `${url}/a\n` })
  expect(code).toBe(3)
  expect(stderr).toBe('scrape-status: /dev/full: no space left on the device (ENOSPC)\n')
  expect(stdout).toContain('200  OK')
})

test('a reader of stdout that left ends the run quietly, but not while a file is being written', async () => {
  const server = await serve()
  const file = join(await tempFolder(), 'rows.ndjson')
  const closed = () =>
    new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
      },
    })
  const stdin = list(server.url).repeat(2000)
  const alone = createTestWorld({ stdin, stdout: closed() })
  await run(['-r', 'ndjson'], alone)
  expect(alone.stderrText()).toBe('')
  expect(server.requests()).toBeLessThan(6000)

  const withFile = createTestWorld({ stdin: list(server.url), stdout: closed() })
  expect(await run(['-r', 'ndjson', '-o', file], withFile)).toBe(1)
  expect((await readFile(file, 'utf8')).trimEnd().split('\n')).toHaveLength(3)
})
