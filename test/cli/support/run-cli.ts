// Runs the command in memory on a list and reads back what it found. Every run is checked for promise 1: each line of
// the list is accounted for.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { run } from '../../../src/cli.js'
import type { Summary } from '../../../src/words/summary.js'
import type { Verdict } from '../../../src/words/verdict.js'
import { createTestWorld, type TestWorldOptions } from '../../support/world.js'
import { tempFolder } from './temp-folder.js'

export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface CheckedList extends CommandResult {
  /** In input order. */
  readonly rows: readonly Verdict[]
  readonly summary: Summary
}

/** The command with these arguments, nothing more. */
export async function runCli(argv: readonly string[], options: TestWorldOptions = {}): Promise<CommandResult> {
  const world = createTestWorld(options)
  const code = await run(argv, world)
  return { code, stdout: world.stdoutText(), stderr: world.stderrText() }
}

/** The command on a file with these lines, and on nothing else. */
export async function checkLines(
  lines: readonly string[],
  flags: readonly string[] = [],
  options: TestWorldOptions = {},
): Promise<CheckedList> {
  const list = join(await tempFolder(), 'urls.txt')
  await writeFile(list, lines.map((line) => `${line}\n`).join(''))
  return checkInputs([list], lines.length, flags, options)
}

/** The command on any inputs that hold so many lines together, an argument counted as a line. */
export async function checkInputs(
  inputs: readonly string[],
  lines: number,
  flags: readonly string[] = [],
  options: TestWorldOptions = {},
): Promise<CheckedList> {
  const folder = await tempFolder()
  const [rowFile, summaryFile] = [join(folder, 'rows.ndjson'), join(folder, 'summary.json')]
  const result = await runCli([...flags, '-o', rowFile, '-o', `summary=${summaryFile}`, ...inputs], options)
  const rows = (await readFile(rowFile, 'utf8')).split('\n').flatMap((row) => (row === '' ? [] : [JSON.parse(row)]))
  const summary: Summary = JSON.parse(await readFile(summaryFile, 'utf8'))
  expectWholeAccount(summary, lines, rows.length)
  expect(summary.exitCode).toBe(result.code)
  return { ...result, rows: rows.sort((a: Verdict, b: Verdict) => a.index - b.index), summary }
}

/** `lines = checked + invalid + duplicate + excluded + other shard + not asked + blank or comment`. */
export function expectWholeAccount({ lines, ...summary }: Summary, written: number, rows: number): void {
  const { total, ...parts } = lines
  expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(total)
  expect(total).toBe(written)
  // What is skipped has a row, and is counted with what the filters leave out.
  expect(lines.checked + lines.invalid + lines.duplicate + (summary.kinds.skipped ?? 0)).toBe(rows)
  expect(summary.verdicts).toBe(rows)
  expect(summary.ok + summary.failed + summary.inconclusive + summary.skipped).toBe(rows)
}
