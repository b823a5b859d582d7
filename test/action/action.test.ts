// The Action as a runner starts it: the released file alone, with nothing installed beside it, its inputs in the environment.

import { execFile, spawn } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { tempFolder } from '../cli/support/temp-folder.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const { splitArguments } = createRequire(import.meta.url)('../../action/split-arguments.cjs') as {
  splitArguments(text: string): string[]
}
let released: string

beforeAll(async () => {
  released = await mkdtemp(join(tmpdir(), 'scrape-status-action-'))
  await promisify(execFile)(process.execPath, [join(ROOT, 'action/release.mjs'), released])
  for (const name of ['package.json', 'action.yml']) await copyFile(join(ROOT, name), join(released, name))
})

afterAll(() => rm(released, { recursive: true, force: true }))

async function act(inputs: Record<string, string>, env: Record<string, string> = {}) {
  const { url } = closeAfterTest(await startHttpServer({ '/a': 200, '/b': 200 }))
  const folder = await tempFolder()
  await writeFile(join(folder, 'urls.txt'), `${url}/a\n${url}/gone\n`)
  await writeFile(join(folder, 'fine.txt'), `${url}/a\n`)
  await writeFile(join(folder, 'more.csv'), `url,team\n${url}/b,web\n`)
  await mkdir(join(folder, 'sub'))
  await writeFile(join(folder, 'sub', 'fine.txt'), `${url}/a\n`)
  const { runs, inputs: known } = parse(await readFile(join(released, 'action.yml'), 'utf8'))
  const given = Object.fromEntries(
    Object.entries(known as Record<string, { default?: string }>).map(([name, { default: value = '' }]) => [
      `INPUT_${name.toUpperCase()}`,
      inputs[name] ?? value,
    ]),
  )
  const files = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary.md') }
  const child = spawn(process.execPath, [join(released, runs.main)], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      LANG: 'C.UTF-8',
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: folder,
      ...files,
      ...given,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ])
  const output = await readFile(files.GITHUB_OUTPUT, 'utf8').catch(() => '')
  const outputs = Object.fromEntries(
    [...output.matchAll(/^([\w-]+)<<(.+)\n([\s\S]*?)\n\2$/gm)].map(([, name, , value]) => [name, value]),
  )
  const summary = await readFile(files.GITHUB_STEP_SUMMARY, 'utf8').catch(() => '')
  return { code, stdout, stderr, outputs, summary, folder, url }
}

test('checks the lists, annotates, sums up, writes the page and gives what it found', async () => {
  const { code, stdout, stderr, outputs, summary, folder } = await act({ list: 'urls.txt\nmore.csv\n' })
  expect(code).toBe(1)
  expect(stdout).toContain('2 ok · 1 failed')
  expect(stderr).toMatch(/^::error file=urls\.txt,line=2,title=404 Not Found::/m)
  expect(summary).toMatch(/^## 1 of 3 URLs failed\n/)
  expect(outputs).toEqual({
    ...{ 'exit-code': '1', total: '3', ok: '2', failed: '1', inconclusive: '0', new: '' },
    report: join(folder, 'scrape-status.html'),
  })
  expect(await readFile(outputs.report!, 'utf8')).toContain('<title>✗ 1 of 3 URLs failed')
})

test('says no more than it is asked to', async () => {
  const quiet = { list: 'urls.txt', summary: 'false', annotations: 'False', report: '' }
  const { stderr, summary, outputs } = await act(quiet)
  expect([stderr, summary, outputs.report]).toEqual(['', '', ''])
})

test('fails only where it should', async () => {
  const codes = []
  for (const [list, args] of [
    ['urls.txt', ''],
    ['fine.txt', ''],
    ['no.txt', ''],
    ['fine.txt', '--no-such-flag'],
    ['fine.txt', '-o /no/such/folder/x.csv'],
  ] as const) {
    const { code, outputs } = await act({ list, args, fail: 'false' })
    codes.push([outputs['exit-code'], code])
  }
  expect(codes).toEqual([
    ['1', 0],
    ['0', 0],
    ['2', 2],
    ['2', 2],
    ['2', 2],
  ])
})

test('compares with a baseline, and works in another folder', async () => {
  const { outputs, code } = await act({ list: 'urls.txt', args: '--fail-on new', baseline: 'none.ndjson' })
  expect([outputs.new, code]).toEqual(['1', 1])
  const sub = await act({ list: 'fine.txt', 'working-directory': 'sub' })
  expect([sub.outputs.total, sub.outputs.report]).toEqual(['1', join(sub.folder, 'sub', 'scrape-status.html')])
})

test('arguments are words, and nothing in them is evaluated', async () => {
  const { code, stderr, folder } = await act({
    list: 'fine.txt',
    args: `-H 'A: $(touch pwned) \`touch pwned\`' --user-agent "a 'b' c" ; touch pwned`,
  })
  expect(code).toBe(2)
  expect(stderr).toContain('no file ;')
  await expect(readFile(join(folder, 'pwned'))).rejects.toThrow('ENOENT')
})

test('a list is needed, and quotes that end', async () => {
  const open = await act({ list: 'fine.txt', args: "-H 'A" })
  expect([open.code, open.stderr]).toEqual([2, "::error title=scrape-status::args: a ' without its end\n"])
  const { code, stderr } = await act({ list: ' \n' })
  expect([code, stderr]).toEqual([2, '::error title=scrape-status::list: expected at least one list or URL\n'])
})

describe('words of arguments', () => {
  test.each([
    ['', []],
    ['  -t 5s\n--retries  2 ', ['-t', '5s', '--retries', '2']],
    [`-H 'A: b c' -A "x \\"y\\" \\\\ \\z"`, ['-H', 'A: b c', '-A', 'x "y" \\ \\z']],
    [`a\\ b '' "" c'd'"e"`, ['a b', '', '', 'cde']],
    [`'$HOME' $HOME "$(x)" *`, ['$HOME', '$HOME', '$(x)', '*']],
  ])('%s', (given, words) => expect(splitArguments(given)).toEqual(words))

  test('a quote without its end is refused', () =>
    expect(() => splitArguments(`-H 'A`)).toThrow("args: a ' without its end"))
})

test('action.yml, the hook and the Dockerfile are what their readers take', async () => {
  const action = parse(await readFile(join(ROOT, 'action.yml'), 'utf8'))
  expect(action).toMatchObject({
    name: expect.any(String),
    description: expect.any(String),
    runs: { using: 'node24', main: 'dist/action.cjs' },
  })
  expect(Object.keys(action).toSorted()).toEqual([
    'author',
    'branding',
    'description',
    'inputs',
    'name',
    'outputs',
    'runs',
  ])
  for (const input of Object.values<Record<string, unknown>>(action.inputs)) {
    expect(Object.keys(input).filter((key) => !['description', 'required', 'default'].includes(key))).toEqual([])
    expect(typeof input.required).toBe('boolean')
  }
  const [hook] = parse(await readFile(join(ROOT, '.pre-commit-hooks.yaml'), 'utf8'))
  expect(hook).toMatchObject({
    id: 'scrape-status',
    entry: 'scrape-status',
    language: 'node',
    stages: ['manual', 'pre-push'],
  })
  const lines = (await readFile(join(ROOT, 'Dockerfile'), 'utf8')).split('\n').filter((line) => /^[A-Z]/.test(line))
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['FROM', 'COPY', 'RUN', 'USER', 'WORKDIR', 'ENTRYPOINT'])
})
