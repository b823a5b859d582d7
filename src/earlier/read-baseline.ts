// The report of an earlier run as the baseline of this one.

import { UsageError } from '../settings/errors.js'
import type { Options } from '../settings/options.js'
import { isRowOf } from '../targets/shard-of.js'
import { type Baseline, createBaseline } from './baseline.js'
import { baselineRow } from './baseline-row.js'
import { openRows } from './open-rows.js'
import { readRows } from './read-rows.js'

export interface BaselineRequest {
  readonly options: Options
  /** Told of what belongs into the summary. */
  notice(text: string): void
  /** Ends the wait for what comes from a pipe; then reading rejects with its reason. */
  readonly signal: AbortSignal
}

/** Rows of other shards are left out: what this run does not ask is not gone. */
export async function readBaseline(
  path: string,
  { options: { shard, updateBaseline }, signal, notice }: BaselineRequest,
): Promise<Baseline> {
  const baseline = createBaseline()
  try {
    for await (const { lines, firstLine } of readRows(await openRows(path, '--baseline', signal))) {
      lines.forEach((line, at) => {
        if (line === '') return
        const row = baselineRow(line, `--baseline ${path}, line ${firstLine + at}`)
        if (isRowOf(shard, row.url)) baseline.add(row)
        else if (updateBaseline) {
          const what = `line ${firstLine + at} of ${path} is another shard's and would be lost`
          throw new UsageError(`--update-baseline: ${what}; give each shard a baseline of its own`)
        }
      })
    }
  } catch (cause) {
    if (cause instanceof UsageError || cause === signal.reason) throw cause
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause)
    if (code !== 'ENOENT') throw new UsageError(`--baseline ${path}: cannot be read (${code})`, { cause })
    notice(`no baseline ${path} yet: every failure is new`)
  }
  return baseline
}
