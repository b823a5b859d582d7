// `scrape-status report`: earlier runs shown, joined and compared, without a request.

import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { afterAll, describe, expect, test } from 'vitest'
import { run } from '../../src/cli.js'
import type { Verdict } from '../../src/words/verdict.js'
import { summarySchema } from '../report/support/schemas.js'
import { VERDICTS } from '../report/support/verdicts.js'
import { type HttpServer, startHttpServer } from '../support/http-server.js'
import { createTestWorld } from '../support/world.js'
import { tempFolder } from './support/temp-folder.js'

async function command(argv: readonly string[], env = {}) {
  const world = createTestWorld({ env })
  const code = await run(argv, world)
  return { code, stdout: world.stdoutText(), stderr: world.stderrText() }
}

const rowsOf = (text: string): Verdict[] => text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
const byIndex = (a: Verdict, b: Verdict) => a.index - b.index

const LIST = ['/0', '/1', 'not a url', '', '# comment', '/2', '/3 skip="later"', '/404', '/4', '/4', '/left-out']

let made: Promise<string> | null = null

/** A list on eight hosts, run as a whole and in two shards, each with its summary. */
async function make(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scrape-status-test-'))
  const path = (name: string) => join(folder, name)
  const server: HttpServer = await startHttpServer({ '/404': 404, '*': 200 }, { host: '0.0.0.0' })
  try {
    // The second /4 is on the host of the first.
    const hosts = [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10]
    const lines = LIST.map((line, at) => (line.startsWith('/') ? server.urlOf(`127.0.0.${hosts[at]}`, line) : line))
    await writeFile(path('urls.txt'), `${lines.join('\n')}\n`)
    const flags = ['--exclude', 'left-out', '--dedupe', '-q']
    await command([path('urls.txt'), ...flags, '-o', path('all.ndjson'), '-o', `summary=${path('all.json')}`])
    for (const shard of [1, 2]) {
      const outputs = ['-o', path(`${shard}.ndjson`), '-o', `summary=${path(`${shard}.json`)}`]
      await command([path('urls.txt'), ...flags, '--shard', `${shard}/2`, ...outputs])
    }
    return folder
  } finally {
    await server.close()
  }
}

afterAll(async () => rm(await (made ?? make()), { recursive: true }))

/** A copy of it. */
async function place() {
  made ??= make()
  const [from, folder] = [await made, await tempFolder()]
  await cp(from, folder, { recursive: true })
  const path = (name: string) => join(folder, name)
  return { folder, from, path, text: (name: string) => readFile(path(name), 'utf8') }
}

test('shows a run as it was: rows, summary and exit code', async () => {
  const { path, text } = await place()
  const rows = await command(['report', path('all.ndjson'), path('all.json'), '-r', 'ndjson'])
  expect(rows).toEqual({ code: 1, stdout: await text('all.ndjson'), stderr: '' })
  const summary = await command(['report', path('all.ndjson'), path('all.json'), '-r', 'summary'])
  const [shown, was] = [JSON.parse(summary.stdout), JSON.parse(await text('all.json'))]
  expect(shown).toEqual(was)
  const { total, ...parts } = shown.lines
  expect(Object.values(parts as Record<string, number>).reduce((sum, part) => sum + part, 0)).toBe(total)
  expect(total).toBe(LIST.length)
})

test('joins shards, and the account adds up', async () => {
  const { path, text } = await place()
  const inputs = ['1.ndjson', '1.json', '2.json', '2.ndjson'].map(path)
  const { code, stdout } = await command(['report', ...inputs, '-r', 'json', '-o', path('joined.csv')])
  const { verdicts, summary } = JSON.parse(stdout)
  const was = JSON.parse(await text('all.json'))
  expect(code).toBe(1)
  expect(verdicts.map((row: Verdict) => row.line).toSorted()).toEqual(
    rowsOf(await text('all.ndjson'))
      .map((row) => row.line)
      .toSorted(),
  )
  expect(summary.lines).toEqual(was.lines)
  expect(summary.kinds).toEqual(was.kinds)
  expect(parse(await text('joined.csv'), { bom: true, columns: true })).toHaveLength(verdicts.length)
})

test('counts the lines of a shard that is not there', async () => {
  const { path, text } = await place()
  const { stdout } = await command(['report', path('1.ndjson'), path('1.json'), '-r', 'summary'])
  expect(JSON.parse(stdout).lines).toEqual(JSON.parse(await text('1.json')).lines)
})

test('does not know the lines without a summary, nor with a wrong one', async () => {
  const { path } = await place()
  const without = await command(['report', path('1.ndjson'), path('2.ndjson'), '-r', 'summary'])
  expect(JSON.parse(without.stdout).lines).toBeNull()
  expect(summarySchema.faults(JSON.parse(without.stdout))).toBe('')
  const table = await command(['report', path('1.ndjson')])
  expect(table.stdout).toMatch(/^ {2}lines {4}unknown$/m)
  const half = await command(['report', path('1.ndjson'), path('2.ndjson'), path('1.json'), '-r', 'summary'])
  expect(half.stderr).toMatch(/lines unknown: the summaries are of \d rows, the reports hold \d+/)
})

test('an index that is there twice is a mistake, with both places', async () => {
  const { path } = await place()
  const { code, stdout, stderr } = await command(['report', path('1.ndjson'), path('all.ndjson'), '-o', path('x.csv')])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(
    /report: .*1\.ndjson, line \d and .*all\.ndjson, line \d are both row \d+ of their list: these are reports of two/,
  )
  expect(await readdir(path('.'))).not.toContain('x.csv')
})

test('compares with an older report', async () => {
  const { folder, path } = await place()
  const rows = rowsOf(await readFile(path('all.ndjson'), 'utf8'))
  const older = rows.map((row) => (row.status === 404 ? { ...row, outcome: 'ok', ok: true } : row))
  await writeFile(path('older.ndjson'), older.map((row) => `${JSON.stringify(row)}\n`).join(''))
  const flags = ['report', path('all.ndjson'), '--baseline', path('older.ndjson')]
  const found = await command([...flags, '-r', 'json', '-o', join(folder, 'with.ndjson')])
  expect(JSON.parse(found.stdout).summary.baseline).toEqual({ new: 1, stillFailing: 1, fixed: 0, gone: 0 })
  // What was compared then is known of the rows later.
  const again = await command(['report', path('with.ndjson'), '-r', 'summary'])
  expect(JSON.parse(again.stdout).baseline).toMatchObject({ new: 1, stillFailing: 1, fixed: 0 })
  expect((await command([...flags, '--fail-on', 'new'])).code).toBe(1)
  expect(
    (await command(['report', path('all.ndjson'), '--baseline', path('all.ndjson'), '--fail-on', 'new'])).code,
  ).toBe(0)
})

test('judges the whole as a run does', async () => {
  const { path } = await place()
  expect((await command(['report', path('all.ndjson'), '--max-failures', '2'])).code).toBe(0)
  const inconclusive = VERDICTS.filter(({ outcome, kind }) => outcome === 'ok' || kind === 'blocked.cloudflare')
  await writeFile(path('i.ndjson'), inconclusive.map((row) => `${JSON.stringify(row)}\n`).join(''))
  expect((await command(['report', path('i.ndjson')])).code).toBe(0)
  expect((await command(['report', path('i.ndjson'), '--strict'])).code).toBe(1)
})

test('a run that ended early is not whole', async () => {
  const { path, text } = await place()
  const summary = { ...JSON.parse(await text('all.json')), unfinished: 'interrupted' }
  await writeFile(path('all.json'), `${JSON.stringify(summary)}\n`)
  const { code, stderr } = await command(['report', path('all.ndjson'), path('all.json'), '-r', 'summary'])
  expect({ code, stderr }).toMatchObject({ code: 4, stderr: expect.stringContaining('ended early: interrupted') })
})

test('reads what is packed, marked, in UTF-16, cut by a kill or written by an editor', async () => {
  const { path, text } = await place()
  const rows = await text('all.ndjson')
  const count = rowsOf(rows).length
  const files = {
    'a.ndjson.gz': gzipSync(rows),
    'b.ndjson': Buffer.from(`\ufeff${rows}`),
    'c.ndjson': Buffer.from(`\ufeff${rows}`, 'utf16le'),
    'd.ndjson': Buffer.from(rows.replaceAll('\n', '\r\n')),
    'e.ndjson': Buffer.from(rows.trimEnd()),
  }
  for (const [name, bytes] of Object.entries(files)) {
    await writeFile(path(name), bytes)
    const { stdout } = await command(['report', path(name), '-r', 'ndjson'])
    expect(rowsOf(stdout), name).toHaveLength(count)
  }
  await writeFile(path('f.ndjson.part'), rows.slice(0, -20))
  const torn = await command(['report', path('f.ndjson.part'), '-r', 'ndjson'])
  expect(rowsOf(torn.stdout)).toHaveLength(count - 1)
  expect(torn.stderr).toContain(`f.ndjson.part, line ${count}: torn, and left out`)
})

test('joins the part of a run that was interrupted with what was asked later', async () => {
  const { path, text } = await place()
  const [first, ...others] = rowsOf(await text('all.ndjson')).sort(byIndex)
  await writeFile(path('a.ndjson.part'), `${JSON.stringify(first)}\n`)
  await writeFile(path('b.ndjson'), others.map((row) => `${JSON.stringify(row)}\n`).join(''))
  const { stdout } = await command(['report', path('a.ndjson.part'), path('b.ndjson'), '-r', 'ndjson'])
  expect(rowsOf(stdout)).toHaveLength(others.length + 1)
})

test('gives GitHub its annotations and its summary', async () => {
  const { path, text, from } = await place()
  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: path('summary.md'), GITHUB_WORKSPACE: from }
  const { stderr } = await command(['report', path('all.ndjson')], env)
  expect(stderr).toContain('::error file=urls.txt,line=8,title=404 Not Found::')
  expect(await text('summary.md')).toMatch(/^## 2 of \d URLs failed/)
})

describe('a mistake', () => {
  test.each([
    [['report'], 'report: no report named, such as report old.ndjson; a list of this name is ./report'],
    [['report', 'all.ndjson', '--timeout', '3s'], 'report: --timeout is for a run; a report only shows'],
    [['report', 'all.ndjson', '-c', '3'], 'report: --concurrency is for a run'],
    [['report', 'all.ndjson', '--resume'], 'report: --resume is for a run'],
    [['report', 'all.ndjson', '--no-follow'], 'report: --no-follow is for a run'],
    [['report', 'all.ndjson', '--in-order'], 'report: --in-order is for a run'],
    [['report', 'all.ndjson', '--update-baseline'], 'report: --update-baseline is for a run'],
    [['report', 'all.ndjson', '--fail-on', 'new'], '--fail-on new: only together with --baseline'],
    [['report', 'nothing.ndjson'], 'report: no file '],
    [['report', 'urls.txt'], 'urls.txt, line 1: not a row of an ndjson report'],
    [['report', 'folder'], 'folder is not a file'],
    [['report', '-'], 'report: no file -'],
    [['report', 'all.ndjson', '-o', 'all.ndjson'], 'that is the input'],
    [['report', 'all.ndjson', '--baseline', 'old.ndjson', '-o', 'old.ndjson'], 'that is the baseline'],
    [['report', 'all.ndjson', '--fields', 'urll'], '--fields urll: no such field; did you mean url?'],
  ])('%j: %s', async (argv, message) => {
    const given = await place()
    await mkdir(given.path('folder'))
    const named = argv.map((word) => (/^(?:.*\.\w+|folder)$/.test(word) ? given.path(word) : word))
    const { code, stderr } = await command(named)
    expect(code).toBe(2)
    expect(stderr.replaceAll(`${given.folder}/`, '')).toContain(message)
  })
})

test('a list that is called report is ./report', async () => {
  const { folder, path } = await place()
  await rename(path('urls.txt'), path('report'))
  const before = process.cwd()
  process.chdir(folder)
  try {
    const { stdout } = await command(['./report', '--dry-run'])
    expect(stdout).toContain('to ask')
  } finally {
    process.chdir(before)
  }
})
