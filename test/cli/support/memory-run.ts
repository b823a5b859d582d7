// A folder with a list of URLs of a local server, and the command run on it in memory: what the tests of baselines,
// resumed runs and lists of failures start from.

import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { run } from '../../../src/cli.js'
import type { Summary } from '../../../src/words/summary.js'
import type { Verdict } from '../../../src/words/verdict.js'
import { createTestWorld, type TestWorldOptions } from '../../support/world.js'

/** A place for the files of one test; the names are relative to it. */
export interface Place {
  path(name: string): string
  write(name: string, text: string): Promise<void>
  text(name: string): string
  exists(name: string): boolean
  /** The rows of an ndjson file in the order of their targets. */
  rows(name: string): Verdict[]
  /** The command; `-o` and the like take paths of `path()`. */
  run(argv: readonly string[], options?: TestWorldOptions): Promise<Outcome>
}

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** Where `-r summary` was asked for. */
  readonly summary: Summary | null
}

export async function createPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'scrape-status-memory-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const path = (name: string) => join(folder, name)
  return {
    path,
    write: (name, text) => writeFile(path(name), text),
    text: (name) => readFileSync(path(name), 'utf8'),
    exists: (name) => existsSync(path(name)),
    rows: (name) => rowsOf(readFileSync(path(name), 'utf8')),
    async run(argv, options = {}) {
      const world = createTestWorld(options)
      const code = await run(argv, world)
      const [stdout, stderr] = [world.stdoutText(), world.stderrText()]
      const isSummary = argv.includes('summary') && stdout !== ''
      return { code, stdout, stderr, summary: isSummary ? (JSON.parse(stdout) as Summary) : null }
    },
  }
}

/** Every row of an ndjson text, by index. */
export function rowsOf(text: string): Verdict[] {
  const rows = text.split('\n').flatMap((row) => (row === '' ? [] : [JSON.parse(row) as Verdict]))
  return rows.sort((a, b) => a.index - b.index)
}
