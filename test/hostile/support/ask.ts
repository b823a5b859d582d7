// The real command on a list, and its rows read back. Every run is held to what is true of all: one row a line, no row
// that blames our own program, no stack on stderr.

import { expect } from 'vitest'
import type { Verdict } from '../../../src/words/verdict.js'
import { type CliResult, type SpawnCliOptions, spawnCli } from '../../support/spawn-cli.js'

export interface Asked extends CliResult {
  /** In the order of the lines. */
  readonly rows: readonly Verdict[]
  /** In the order in which they were printed: the order in which they were done. */
  readonly printed: readonly Verdict[]
}

/** Asks these lines, one target each, through stdin. */
export async function ask(
  lines: readonly string[],
  flags: readonly string[] = [],
  options: Omit<SpawnCliOptions, 'input'> = {},
): Promise<Asked> {
  const result = await spawnCli(['--retries', '0', '-r', 'ndjson', ...flags], {
    ...options,
    input: `${lines.join('\n')}\n`,
  })
  const asked = read(result)
  expect(asked.rows.map(({ index }) => index)).toEqual(lines.map((_, index) => index))
  return asked
}

/** Reads the rows of a run with `-r ndjson`, whatever its input was. */
export function read(result: CliResult): Asked {
  const { stdout, stderr } = result
  expect(stderr).not.toMatch(/^\s+at /m)
  const printed: Verdict[] = stdout.split('\n').flatMap((row) => (row === '' ? [] : [JSON.parse(row)]))
  expect(printed.filter(({ kind }) => kind === 'internal')).toEqual([])
  return { ...result, printed, rows: printed.toSorted((a, b) => a.index - b.index) }
}

/** The status, or the kind where there is none: what most cases are about. */
export const ending = ({ status, kind }: Verdict): string | number => (status > 0 && kind === 'ok' ? status : kind)
