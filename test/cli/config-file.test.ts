// scrape-status.config.json: flags in a file.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfigFile } from '../../src/command/config-file.js'
import { CONFIG_KEYS } from '../../src/command/config-keys.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import { spawnCli } from '../support/spawn-cli.js'
import { tempFolder } from './support/temp-folder.js'

const NAME = 'scrape-status.config.json'

async function folderWith(config: unknown, more: Record<string, string> = {}) {
  const folder = await tempFolder()
  await writeFile(join(folder, NAME), typeof config === 'string' ? config : JSON.stringify(config, null, 2))
  for (const [name, text] of Object.entries(more)) await writeFile(join(folder, name), text)
  return folder
}

const serve = async () =>
  closeAfterTest(
    await startHttpServer((request, response) => {
      response.statusCode = ({ '/gone': 410, '/old': 301 } as Record<string, number>)[request.url!] ?? 200
      if (request.url === '/old') response.setHeader('Location', '/a')
      response.end()
    }),
  )

describe('the file of the working folder', () => {
  test('names lists and settings, is said on stderr, and flags win', async () => {
    const { url } = await serve()
    const folder = await folderWith(
      { inputs: ['urls.txt'], accept: '200,410', follow: false, retries: 0, report: 'csv', fields: 'status' },
      { 'urls.txt': `${url}/a\n${url}/gone\n${url}/old\n` },
    )
    const said = `scrape-status: settings of ${NAME}\n`
    const byFile = await spawnCli([], { cwd: folder })
    expect([byFile.code, byFile.stderr]).toEqual([1, said])
    expect(byFile.stdout.trim().split('\r\n').slice(1).toSorted()).toEqual(['200', '301', '410'])
    const byFlags = await spawnCli(['--accept', '2xx,3xx,410', '-r', 'summary', '-q'], { cwd: folder })
    expect([byFlags.code, byFlags.stderr]).toEqual([0, ''])
    const none = await spawnCli(['--config', 'none', 'urls.txt', '-r', 'summary'], { cwd: folder })
    expect([none.code, none.stderr]).toEqual([1, ''])
  })

  test('a flag that is repeated replaces what the file has', async () => {
    const { url } = await serve()
    const folder = await folderWith({ exclude: ['gone', 'old'] }, { 'urls.txt': `${url}/a\n${url}/gone\n${url}/old\n` })
    const { stdout } = await spawnCli(['urls.txt', '--exclude', 'gone', '-q', '-r', 'csv', '--fields', 'status'], {
      cwd: folder,
    })
    expect(stdout.trim().split('\r\n')).toHaveLength(3)
  })

  test('is not read by --untrusted, unless it is named', async () => {
    const { url } = await serve()
    const folder = await folderWith({ accept: 410 }, { 'urls.txt': `${url}/gone\n` })
    const codes = []
    for (const argv of [[], ['--untrusted'], ['--untrusted', '--config', NAME]]) {
      const { stderr } = await spawnCli([...argv, 'urls.txt', '-r', 'summary'], { cwd: folder })
      codes.push(stderr.includes('settings of'))
    }
    expect(codes).toEqual([true, false, true])
  })

  test('a report of earlier runs does not read it', async () => {
    const folder = await folderWith('no JSON')
    const { stderr } = await spawnCli(['report', 'no.ndjson'], { cwd: folder })
    expect(stderr).not.toContain(NAME)
  })
})

describe('what is wrong is one line with the place', () => {
  test.each<[config: unknown, line: string]>([
    ['{\n  "timout": "5s"\n}', ':2: unknown key timout; did you mean timeout?'],
    ['{\n  "accept": "200",\n  "--retries": 3\n}', ':3: unknown key --retries; did you mean retries?'],
    ['{ "env": ["TOKEN"] }', ':1: unknown key env; only by a flag: --env NAME'],
    ['{\n  "timeout": "soon"\n}', ':2: timeout soon: expected a duration such as 800ms, 10s or 2m'],
    ['{ "timeout": ["5s"] }', ':1: timeout: expected one text or number'],
    ['{ "retries": true }', ':1: retries: expected a text or a number'],
    ['{ "dedupe": "yes" }', ':1: dedupe: expected true or false'],
    ['{\n "accept": 200,\n "accept": 404\n}', ':3: accept is there twice'],
    ['{\n // why\n "accept": 200\n}', ':2: a comment, which JSON does not have'],
    ['{\n "accept": 200\n "retries": 1\n}', ':3: no JSON: comma is missing'],
    ['{ "accept": 200', ':1: no JSON: close brace is missing'],
    ['[]', ':1: expected an object with options'],
    ['', ':1: no JSON: value is missing'],
    [{ headers: ['Authorization: $TOKEN'] }, ':3: headers: $TOKEN is read from the environment only with --env TOKEN'],
    [
      { rules: ['a.example user=x:$PW'] },
      ":3: rules 'a.example …': user: $PW is read from the environment only with --env PW",
    ],
    [
      { expectHeaders: ['x: \\\\$TOKEN'] },
      ':3: expectHeaders: $TOKEN is read from the environment only with --env TOKEN',
    ],
    [
      { rules: ['a.example expect-header="x: \\\\\\\\$TOKEN"'] },
      ":3: rules 'a.example …': expect-header: $TOKEN is read from the environment only with --env TOKEN",
    ],
    [{ headers: ['no header'] }, ":3: headers: expected a header such as 'Accept-Language: en'"],
    [{ output: '../report.csv' }, ':2: output ../report.csv: a file outside of this folder is named by a flag only'],
    [
      { output: 'csv=/etc/passwd' },
      ':2: output csv=/etc/passwd: a file outside of this folder is named by a flag only',
    ],
    [
      { writeFailed: 'a/../../b.txt' },
      ':2: writeFailed a/../../b.txt: a file outside of this folder is named by a flag only',
    ],
    [{ inputs: [{}] }, ':3: inputs: expected a text or a number'],
  ])('%j', async (config, line) => {
    const folder = await folderWith(config)
    const named = join(folder, NAME)
    const request = { named, untrusted: false, granted: [], env: { TOKEN: 's3cret', PW: 's3cret' } }
    expect(() => readConfigFile(request)).toThrow(`${named}${line}`)
  })

  test('exit code 2, and nothing is asked', async () => {
    const { code, stderr } = await spawnCli(['https://a.example/'], { cwd: await folderWith('{ "timout": 1 }') })
    expect([code, stderr]).toEqual([2, `scrape-status: ${NAME}:1: unknown key timout; did you mean timeout?\n`])
    const missing = await spawnCli(['--config', 'none.json', 'https://a.example/'], { cwd: await tempFolder() })
    expect([missing.code, missing.stderr]).toEqual([2, 'scrape-status: --config none.json: no such file\n'])
  })
})

test('a byte order mark and null are fine, and a name that was granted is put in', async () => {
  const named = join(
    await folderWith(`\ufeff${JSON.stringify({ headers: ['A: $TOKEN'], maxLatency: null, contains: 'a\\$b' })}`),
    NAME,
  )
  const found = readConfigFile({ named, untrusted: false, granted: ['TOKEN'], env: { TOKEN: 'x' } })
  expect(found!.options).toEqual({ headers: [['A', 'x']], maxLatencyMs: null, contains: 'a$b' })
})

test('keys are the names of the library, without the unit, and none twice', () => {
  const keys = CONFIG_KEYS.map(({ key }) => key)
  expect(new Set(keys).size).toBe(keys.length)
  for (const key of [
    'accept',
    'timeout',
    'perHost',
    'headers',
    'follow',
    'output',
    'writeFailed',
    'progress',
    'github',
    'rules',
  ]) {
    expect(keys).toContain(key)
  }
  for (const key of ['config', 'dryRun', 'env', 'resume']) expect(keys).not.toContain(key)
})
