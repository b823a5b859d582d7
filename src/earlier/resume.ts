// The interrupted run that this one goes on with (`--resume`): which of its reports, and what of it is kept.

import type { CommandOptions, OutputRequest } from '../report/formats/output-request.js'
import { UsageError } from '../settings/errors.js'
import { isRowOf } from '../targets/shard-of.js'
import { counted } from '../words/counted.js'
import { findRows } from './find-output.js'
import { changedJudgingFlags } from './judging-flags.js'
import { type KeptRows, readKeptRows } from './kept-rows.js'
import { openRows } from './open-rows.js'
import { NEEDED_FIELDS } from './verdict-row.js'

/** A growing report that an earlier run has left. */
export interface ResumedReport {
  readonly output: OutputRequest
  readonly rows: KeptRows
  readonly partPath: string
  /** The part, or the whole report of a run that had finished. */
  readonly rowsPath: string
}

/** What resuming depends on. */
export interface ResumeRequest {
  readonly options: CommandOptions
  /** Told of what belongs into the summary. */
  notice(text: string): void
  /** Told at once of what cannot wait for the summary. */
  say(text: string): void
  /** Ends the wait for what comes from a pipe; then it rejects with its reason. */
  readonly signal: AbortSignal
}

/** Null where there is nothing to go on with: then the run begins anew, so that one command does for both. */
export async function resume({ options, signal, say, notice }: ResumeRequest): Promise<ResumedReport | null> {
  const output = resumedOutput(options)
  const { path } = output
  try {
    const { partPath, rowsPath } = await findRows(path, '--resume')
    if (rowsPath === null) return null
    const rows = await readKeptRows(rowsPath, () => openRows(rowsPath, '--resume', signal))
    await refuseOtherShards(rows, rowsPath, options)
    const { count, inconclusive } = rows
    const again = inconclusive === 0 ? '' : `; ${inconclusive} inconclusive there: asked again`
    if (count + inconclusive > 0) notice(`${counted(count, 'row')} kept from ${rowsPath}${again}`)
    const changed = rowsPath === partPath && count > 0 ? await changedJudgingFlags(partPath, options) : []
    if (changed.length > 0) {
      say(
        `--resume: ${changed.join(' ')} not as in the run before; the rows kept from ${rowsPath} are judged as they were`,
      )
    }
    return { output, rows, partPath, rowsPath }
  } catch (cause) {
    if (cause instanceof UsageError || cause === signal.reason) throw cause
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause)
    throw new UsageError(`--resume: the rows of ${path} cannot be read (${code})`, { cause })
  }
}

async function refuseOtherShards(rows: KeptRows, rowsPath: string, { shard }: CommandOptions): Promise<void> {
  const stranger = shard === null ? null : await rows.find(({ url }) => !isRowOf(shard, url))
  if (stranger === null) return
  const { line, index } = stranger
  const what = line === null ? `number ${index + 1}` : `the row of line ${line}`
  throw new UsageError(`--resume: ${rowsPath}: ${what} is of another shard; go on with the --shard that wrote it`)
}

/** Rows without them cannot be gone on with. */
export function missingFields({ fields }: CommandOptions): readonly string[] {
  return fields === null ? [] : NEEDED_FIELDS.filter((name) => !fields.includes(name))
}

/** The report that `--resume` means: the first in which rows can be gone on with. Throws `UsageError` where there is none. */
export function resumedOutput({ output }: CommandOptions): OutputRequest {
  const found = output.find(({ format }) => format === 'ndjson')
  if (found !== undefined) return found
  const [other] = output
  const what = other === undefined ? 'a report to go on with' : `${other.path} has no rows that can be gone on with`
  throw new UsageError(`--resume: ${what}; it needs -o FILE.ndjson`)
}
