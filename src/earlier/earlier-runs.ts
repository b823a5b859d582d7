// What a run knows of earlier ones: the rows of an interrupted run (`--resume`), a baseline to compare with; and the files
// that it leaves for later ones. Everything wrong with them is a `UsageError` before the first request.

import { resolve } from 'node:path'
import { escapeText } from '../report/escape.js'
import type { CommandOptions, OutputRequest } from '../report/formats/output-request.js'
import { redact } from '../report/redact.js'
import type { ReportPart } from '../report/report.js'
import { UsageError } from '../settings/errors.js'
import type { RunMemory, TargetSource } from '../settings/seams.js'
import type { LineContext } from '../targets/parse-line.js'
import { isRowOf } from '../targets/shard-of.js'
import type { ReporterContext } from '../words/output.js'
import type { Summary } from '../words/summary.js'
import type { Verdict } from '../words/verdict.js'
import type { Baseline } from './baseline.js'
import { canBeReadAgain, heldAgainst, refuseChangedList } from './changed-list.js'
import { createFailedList } from './failed-list.js'
import { findRows, lockOutput } from './find-output.js'
import { isReadAs } from './is-read-as.js'
import { changedJudgingFlags, forgetJudgingFlags } from './judging-flags.js'
import { type FileLock, lockOwner, type Process } from './lock-file.js'
import { openRows } from './open-rows.js'
import { type Earlier, openFiles } from './outputs.js'
import type { PartFile } from './part-file.js'
import { readBaseline } from './read-baseline.js'
import { NEEDED_FIELDS, readKeptRows } from './resume.js'
import { resumeCommand } from './resume-command.js'

export interface MemoryRequest {
  readonly options: CommandOptions
  /** As the user wrote them, for the command that goes on. */
  readonly argv: readonly string[]
  /** Inputs as named: files, URLs, `-`. */
  readonly names: readonly string[]
  readonly context: ReporterContext
  /** Opens the list; called twice where it is to be read before the run. */
  openSource(): TargetSource
  /** What the lines of the list start from. */
  readonly lines: LineContext
  /** Told at once of what cannot wait for the summary. */
  say(text: string): void
  /** This process, for the locks of files that belong to one run. */
  readonly process: Process
  /** Ends the wait for a reader of a pipe; then `openMemory` rejects with its reason. */
  readonly signal: AbortSignal
}

export interface Memory {
  readonly source: TargetSource
  /** Null where the flags ask for nothing of it. */
  readonly run: RunMemory | null
  /** The files to write. */
  readonly parts: readonly ReportPart[]
  /** How to go on with a run that is not whole; null where it is, or where nothing was kept. */
  wayOn(summary: Summary): string | null
  /** Gives up files that nothing was asked for. */
  discard(): Promise<void>
  /** What befell files while they were written. */
  notices(): readonly string[]
  /** Gives the files back to other runs. */
  close(): Promise<void>
}

/** Of a run that had to end before it began. */
export function noMemory(): Memory {
  const source = {
    batches: (async function* () {})(),
    blank: () => 0,
    otherShard: () => 0,
    notices: [],
    broke: () => null,
    close() {},
  }
  return { source, run: null, parts: [], wayOn: () => null, notices: () => [], async discard() {}, async close() {} }
}

/** Takes the files for this run, reads what is there, checks it against the list, and opens all of them. */
export async function openMemory(request: MemoryRequest): Promise<Memory> {
  refuseMistakes(request.options)
  const locks: FileLock[] = []
  const release = async () => {
    for (const lock of locks) await lock.release()
  }
  try {
    const owner = await lockOwner(request.process)
    for (const { path, flag } of filesOf(request.options)) {
      const lock = await lockOutput(path, flag, owner)
      if (lock !== null) locks.push(lock)
    }
    const opened = await openLocked(request)
    const close = () => opened.close().finally(release)
    return { ...opened, close }
  } catch (error) {
    await release()
    throw error
  }
}

/** Whatever is written to. */
function filesOf({ output, baseline, updateBaseline, writeFailed }: CommandOptions) {
  return [
    ...output.map(({ path }) => ({ path, flag: '--output' })),
    ...(updateBaseline && baseline !== null ? [{ path: baseline, flag: '--baseline' }] : []),
    ...(writeFailed === null ? [] : [{ path: writeFailed, flag: '--write-failed' }]),
  ]
}

async function openLocked(request: MemoryRequest): Promise<Memory> {
  const { options, context, say, signal } = request
  const notices: string[] = []
  const baseline = options.baseline === null ? null : await readBaseline(options.baseline, request, notices)
  const earlier = options.resume ? await readEarlier(resumedOutput(options), request, notices) : null
  if (earlier !== null && (await canBeReadAgain(request.names)))
    await refuseChangedList(earlier.rows, request.openSource(), signal)
  const list = request.openSource()
  const failedList =
    options.writeFailed === null
      ? null
      : createFailedList({ strict: options.strict, safe: escapeText, isReadAs: isReadAs(request.lines) })
  const replay = { isOn: earlier !== null }
  const files = await openFiles(options, context, { earlier, failedList, replay, say, signal })
  const source = earlier === null ? list : heldAgainst(earlier.rows, list, files.failed)

  const run: RunMemory = {
    async *kept() {
      if (earlier !== null) yield* earlier.rows.rows()
      replay.isOn = false
    },
    has: (target) => earlier?.rows.has(target.index) ?? false,
    passes: (target) => failedList?.begins(target),
    compare: (verdict) => (baseline === null ? verdict : { ...verdict, change: baseline.compare(comparable(verdict)) }),
    changes: (isWhole) => (baseline === null ? null : changesOf(baseline, isWhole)),
    newFailures: () => (options.failOn === 'new' ? (baseline?.changes().new ?? null) : null),
  }
  return {
    source: withNotices(source, notices),
    run: baseline === null && earlier === null && failedList === null ? null : run,
    parts: files.parts,
    wayOn: (summary) => wayOn(summary, files.growing, request),
    notices: () => files.all.flatMap(({ notice }) => (notice === null ? [] : [notice])),
    async discard() {
      for (const file of files.all) await file.discard()
    },
    async close() {
      for (const { partPath } of files.growing) if (partPath !== null) await forgetJudgingFlags(partPath)
    },
  }
}

function refuseMistakes(options: CommandOptions): void {
  const { baseline, updateBaseline, failOn, resume, writeFailed, output } = options
  if (updateBaseline && baseline === null) throw new UsageError('--update-baseline: only together with --baseline FILE')
  if (failOn === 'new' && baseline === null) throw new UsageError('--fail-on new: only together with --baseline FILE')
  if (resume) {
    resumedOutput(options)
    const missing = missingFields(options)
    if (missing.length > 0) throw new UsageError(`--fields: --resume needs ${missing.join(' ')} as well`)
  }
  for (const { path } of output) {
    if (baseline === null || resolve(path) !== resolve(baseline)) continue
    throw new UsageError(`--output ${path}: that is the baseline; to write it anew: --update-baseline`)
  }
  const own = [...output.map(({ path }) => path), ...(baseline === null ? [] : [baseline])]
  if (writeFailed !== null && own.some((path) => resolve(path) === resolve(writeFailed))) {
    throw new UsageError(`--write-failed ${writeFailed}: two reports into one file`)
  }
}

/** Rows without them cannot be gone on with. */
function missingFields({ fields }: CommandOptions): readonly string[] {
  return fields === null ? [] : NEEDED_FIELDS.filter((name) => !fields.includes(name))
}

function resumedOutput({ output }: CommandOptions): OutputRequest {
  const found = output.find(({ format }) => format === 'ndjson')
  if (found !== undefined) return found
  const [other] = output
  const what = other === undefined ? 'a report to go on with' : `${other.path} has no rows that can be gone on with`
  throw new UsageError(`--resume: ${what}; it needs -o FILE.ndjson`)
}

/** A line without a URL is compared by its text, which reports show without secrets. */
function comparable(verdict: Verdict): Verdict {
  return verdict.url === '' ? redact(verdict) : verdict
}

/** What a run that is cut short has not come to is not gone. */
function changesOf(baseline: Baseline, isWhole: boolean): Summary['baseline'] {
  const { new: fresh, stillFailing, fixed, gone } = baseline.changes()
  return { new: fresh, stillFailing, fixed, gone: isWhole ? gone : null }
}

/** Null where there is nothing to go on with: then the run begins anew, so that one command does for both. */
async function readEarlier(
  output: OutputRequest,
  { options, signal, say }: MemoryRequest,
  notices: string[],
): Promise<Earlier | null> {
  const { path } = output
  const { shard } = options
  try {
    const { partPath, rowsPath } = await findRows(path, '--resume')
    if (rowsPath === null) return null
    const rows = await readKeptRows(rowsPath, () => openRows(rowsPath, '--resume', signal))
    const stranger = shard === null ? null : await rows.find(({ url }) => !isRowOf(shard, url))
    if (stranger !== null) {
      const { line, index } = stranger
      const what = line === null ? `number ${index + 1}` : `the row of line ${line}`
      throw new UsageError(`--resume: ${rowsPath}: ${what} is of another shard; go on with the --shard that wrote it`)
    }
    const { count, inconclusive } = rows
    const again = inconclusive === 0 ? '' : `; ${inconclusive} inconclusive there: asked again`
    if (count + inconclusive > 0)
      notices.push(`${count === 1 ? '1 row' : `${count} rows`} kept from ${rowsPath}${again}`)
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

function withNotices(source: TargetSource, notices: readonly string[]): TargetSource {
  return {
    ...source,
    get notices() {
      return [...notices, ...source.notices]
    },
  }
}

function wayOn(summary: Summary, growing: readonly PartFile[], { options, argv, names }: MemoryRequest): string | null {
  const left = growing.filter(
    ({ partPath, error }) => partPath !== null && (summary.unfinished !== null || error !== null),
  )
  if (left.length === 0) return null
  const done = `what is done is in ${left.map(({ partPath }) => partPath).join(', ')}`
  const first = options.output.find(({ format }) => format === 'ndjson')
  if (missingFields(options).length > 0 || !left.some(({ name }) => name === first?.path)) return done
  const command = resumeCommand(argv)
  if (command === null) return `${done}; go on with the same command and --resume`
  return `${done}; go on with${names.includes('-') ? ' the same list on stdin' : ''}: ${command}`
}
