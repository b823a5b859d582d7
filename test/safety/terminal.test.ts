// Text of strangers never steers a terminal or commands a CI runner, whatever way it takes to stdout and stderr: every
// report, every message, the dry run. Looked at are the raw bytes.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { crashText, run } from '../../src/cli.js'
import { createTestWorld } from '../support/world.js'
import { harmIn, SECRET } from './harm.js'

/** One of each: a colour, a title, a link, eight-bit controls, direction, what is not seen, commands of three runners. */
const NASTY = [
  '\x1b[31m',
  '\x1b]0;title\x07',
  '\x1b]8;;http://evil.example\x1b\\',
  '\x9b2J\x90q\x9c',
  '\u202e\u2066\u200f\u061c',
  '\u200b\ufeff\u00ad\u{e0041}',
  '\u2028::error::x\u2029',
  '::error::x',
  '##[error]x',
  '##vso[task.x]y',
  '##teamcity[x]',
]
const ALL = NASTY.join('')
const DEAD = 'http://127.0.0.1:1'

const LINES = NASTY.flatMap((text) => [
  `${DEAD}/${text}`,
  `${text}${DEAD}/`,
  `${DEAD}/ ${text}`,
  `${DEAD}/ ${text}=1`,
  `${DEAD}/ accept=${text}`,
  `${DEAD}/ contains="${text}" expect-header="x: ${text}("`,
  `${DEAD}/ skip="${text}"`,
  `${DEAD}/ header="${text}: $NAME" user="${text}"`,
  `${DEAD}/ location="${text}"`,
  `http://${text}.invalid/`,
  `${text}://h.invalid/`,
  `http://u:${SECRET}@h.invalid:x${text}/?token=${SECRET}`,
])

let folder = ''
let list = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terminal-'))
  list = join(folder, `${ALL.replace(/[/\x00]/g, '_')}.txt`)
  await writeFile(list, `${LINES.join('\n')}\n`)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function played(argv: readonly string[], env: Record<string, string> = {}) {
  const world = createTestWorld({ env, stdin: LINES.join('\n') })
  const code = await run(argv, world)
  return { code, texts: [world.stdoutText().replaceAll('\r\n', '\n'), world.stderrText()] }
}

const harm = (texts: readonly string[]) => texts.flatMap((text) => harmIn(text, [SECRET]))

it.each(['table', 'ndjson', 'json', 'csv', 'summary'])('the report %s', async (report) => {
  const { code, texts } = await played(['-r', report, '--retries', '0', list, '-'])
  expect(code).toBe(1)
  expect(texts.join('').length).toBeGreaterThan(LINES.length)
  expect(harm(texts)).toEqual([])
})

it('all rows of the table', async () => {
  const { texts } = await played(['--show', 'all', '--retries', '0', '--color', list])
  // Its own colours are the only escapes.
  expect(harm(texts.map((text) => text.replace(/\x1b\[\d+m/g, '')))).toEqual([])
})

it('the dry run', async () => {
  const { texts } = await played(['--dry-run', list, '-'])
  expect(texts[0]).toContain('to ask')
  expect(harm(texts)).toEqual([])
})

describe.each(NASTY.map((text) => [JSON.stringify(text), text]))('a message that repeats %s of', (_, text) => {
  it.each<[string, () => readonly string[]]>([
    ['a name of a file', () => [join(folder, `no${text}`)]],
    ['a name with a password', () => [`ftp://u:${SECRET}@h${text}`]],
    ['an unknown flag', () => [`--${text}`, list]],
    ['an unknown short flag', () => [`-${text}`, list]],
    ['a duration', () => ['-t', text, list]],
    ['a header', () => ['-H', `${text}`, list]],
    ['a rule', () => ['--rule', text, list]],
    ['a setting of a rule', () => ['--rule', `h.invalid ${text}=1`, list]],
    ['a pattern', () => ['--include', `(${text}`, list]],
    ['a pattern of a header', () => ['--expect-header', `x: (${text}`, list]],
    ['an address', () => ['--resolve', text, list]],
    ['a name server', () => ['--dns-server', text, list]],
    ['a proxy', () => ['--proxy', `http://u:${SECRET}@${text}:x`, list]],
    ['a format', () => ['-r', text, list]],
    ['a field', () => ['--fields', text, list]],
    ['an output', () => ['-o', text, list]],
    ['a folder of an output', () => ['-o', join(folder, `no${text}`, 'rows.csv'), list]],
    ['a certificate', () => ['--ca-file', join(folder, `no${text}`), list]],
    ['a baseline', () => ['--baseline', join(folder, `no${text}`), '--update-baseline', '--fail-on', 'x', list]],
    ['a shard', () => ['--shard', text, list]],
    ['a status', () => ['-a', text, list]],
    ['a base', () => ['--base-url', text, list]],
    ['a variable', () => ['--env', text, list]],
  ])('%s', async (_name, argv) => {
    const { code, texts } = await played(argv())
    expect(code).toBe(2)
    expect(texts[1]).not.toBe('')
    expect(harm(texts)).toEqual([])
  })
})

it('a proxy of the environment', async () => {
  const env = { http_proxy: `http://u:${SECRET}@${ALL}:x`, https_proxy: ALL, no_proxy: ALL, LANG: ALL, TERM: ALL }
  const { texts } = await played(['--retries', '0', list], env)
  expect(harm(texts)).toEqual([])
})

it('rows of an earlier run that somebody else wrote', async () => {
  const wild = (fields: object) => `${JSON.stringify({ ...fields, url: ALL, input: ALL, reason: ALL })}\n`
  const row = { index: 0, line: 1, source: ALL, outcome: ALL, status: ALL, kind: ALL, method: ALL, attempts: 1 }
  await mkdir(join(folder, 'earlier'))
  const rows = join(folder, 'earlier', 'rows.ndjson')
  for (const content of [ALL, wild(row), wild({ ...row, durationMs: ALL, key: null, ok: ALL, inferred: ALL })]) {
    for (const report of ['table', 'ndjson', 'csv', 'json', 'summary']) {
      await writeFile(`${rows}.part`, content)
      const resumed = await played(['--resume', '-o', rows, '-r', report, '--retries', '0', '-'])
      await writeFile(rows, content)
      const compared = await played(['--baseline', rows, '-r', report, '--retries', '0', list])
      expect(harm([...resumed.texts, ...compared.texts])).toEqual([])
      await rm(rows, { force: true })
    }
  }
})

it('the command to go on with, and the name of what was kept', async () => {
  const rows = join(folder, `${ALL.replace(/[/\x00]/g, '_')}.ndjson`)
  const { texts } = await played(['--bail', '1', '-o', rows, '--retries', '0', list])
  expect(texts[1]).toContain('.part')
  expect(harm(texts)).toEqual([])
})

it('the stack of a bug', () => {
  const error = new TypeError(`${ALL}\n${NASTY.join('\n')} https://u:${SECRET}@h/?token=${SECRET}`)
  expect(harm([crashText(error), crashText(ALL), crashText(null)])).toEqual([])
  expect(crashText(error)).toContain('please report it')
})

it('CSV shows what is not seen, and loses none of it', async () => {
  const { texts } = await played(['-r', 'csv', '--fields', 'input', '--retries', '0', list])
  expect(texts[0]).toContain('\\u{202e}\\u{2066}\\u{200f}\\u{61c}')
})

it('a list to run again holds the lines as they were written', async () => {
  const failed = join(folder, 'failed.txt')
  await played(['--write-failed', failed, '--retries', '0', '-q', list])
  const text = await readFile(failed, 'utf8')
  expect(text).toContain(`${DEAD}/ accept=::error::x`)
})
