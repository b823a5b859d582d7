// What would be asked, with the settings that hold, before anything is asked.

import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { run } from '../../src/cli.js'
import { createTestWorld } from '../support/world.js'

const LIST = [
  'https://a.example/ timeout=2s header="Authorization: Bearer s3cret"',
  'mailto:a@example.com',
  'https://u:s3cret@b.example/ accept=404',
  'not a url',
  'https://a.example/ # again',
  'https://c.example/ skip="later"',
  'https://out.example/',
].join('\n')
const FLAGS = [
  '--dry-run',
  '--dedupe',
  '--exclude',
  'out\\.',
  '-t',
  '5s',
  '-H',
  'X: s3cret',
  '--rule',
  'b.example user=x:s3cret retries=0',
]

async function rehearse(argv: readonly string[], stdin = LIST) {
  const world = createTestWorld({ stdin })
  const code = await run([...FLAGS, '--proxy', 'http://me:s3cret@proxy.example:1', ...argv], world)
  expect(`${world.stdoutText()}${world.stderrText()}`).not.toContain('s3cret')
  return { code, stdout: world.stdoutText(), stderr: world.stderrText() }
}

const ACTIONS = ['ask', 'skipped', 'ask', 'invalid', 'ask', 'skipped', 'excluded']

test('every target is a row with what becomes of it and its settings', async () => {
  const { code, stdout } = await rehearse(['-r', 'ndjson'])
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(code).toBe(1)
  expect(rows.map(({ action }) => action)).toEqual(ACTIONS)
  expect(rows[0]).toEqual({
    ...{ index: 0, line: 1, source: '-', input: 'https://a.example/', url: 'https://a.example/', host: 'a.example' },
    ...{ action: 'ask', reason: null, settings: { timeout: '2s', header: '***' } },
  })
  expect(rows[2].settings).toEqual({ accept: '404', timeout: '5s', header: '***', user: '***', retries: 0 })
  expect(rows[5].reason).toBe('later')
})

test('CSV and JSON say the same', async () => {
  const csv = parse((await rehearse(['-r', 'csv'])).stdout, { columns: true }) as Record<string, string>[]
  expect(csv.map(({ action }) => action)).toEqual(ACTIONS)
  expect(JSON.parse(csv[0]!.settings!)).toEqual({ timeout: '2s', header: '***' })
  const json = JSON.parse((await rehearse(['-r', 'json'])).stdout)
  expect(json.targets.map(({ action }: { action: string }) => action)).toEqual(ACTIONS)
  expect(json.settings).toMatchObject({ timeout: '5s', headers: '***', dedupe: true, exclude: ['/out\\./'] })
})

test('the table counts, and says which settings hold', async () => {
  const { stdout } = await rehearse([])
  expect(stdout).toContain('settings\n')
  expect(stdout).toContain('  timeout "5s"\n')
  expect(stdout).toContain('  rules ["b.example user=*** retries=0"]\n')
  expect(stdout).toContain('lines    7 = 3 to ask + 1 invalid + 3 excluded\n')
})

test('a repeat is one', async () => {
  const { stdout } = await rehearse(['-r', 'ndjson'], 'https://c.example/\nhttps://c.example/\n')
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).action),
  ).toEqual(['ask', 'duplicate'])
})

test('a report that has no such rows is refused', async () => {
  const { code, stderr } = await rehearse(['-r', 'html'])
  expect([code, stderr]).toEqual([2, 'scrape-status: --dry-run: prints a table, ndjson, json or csv, and no html\n'])
})
