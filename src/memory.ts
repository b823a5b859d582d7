// What a run knows of earlier ones: the rows of an interrupted run (`--resume`), a baseline to compare with; and the files
// that it leaves for later ones. Everything wrong with them is a `UsageError` before the first request.

import { copyFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { RunMemory, TargetSource } from './check-all.js'
import { type Baseline, createBaseline } from './judge/baseline.js'
import { baselineRow } from './judge/baseline-row.js'
import { openRows } from './open-rows.js'
import type { Options, OutputRequest } from './options.js'
import { createFailedList, type FailedList } from './output/failed-list.js'
import { type Fate, findRows, openPartFile, type PartFile, type PartFileOptions } from './output/part-file.js'
import { readRows } from './output/read-rows.js'
import { type KeptRows, NEEDED_FIELDS, readKeptRows } from './output/resume.js'
import { resumeCommand } from './output/resume-command.js'
import { UsageError } from './parse.js'
import type { ReportPart } from './report.js'
import { escapeText } from './reporters/escape.js'
import { REPORTERS } from './reporters/index.js'
import { redact } from './reporters/redact.js'
import { canBeReadAgain, type FailedPart, heldAgainst, refuseChangedList } from './resumed-list.js'
import { isRowOf } from './sharded.js'
import type { Format, ReporterContext, Sink, Summary, Verdict } from './types.js'

export interface MemoryRequest {
  readonly options: Options
  /** As the user wrote them, for the command that goes on. */
  readonly argv: readonly string[]
  /** Inputs as named: files, URLs, `-`. */
  readonly names: readonly string[]
  readonly context: ReporterContext
  /** Opens the list; called twice where it is to be read before the run. */
  openSource(): TargetSource
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
  return { source, run: null, parts: [], wayOn: () => null, async discard() {} }
}

/** A growing report that an earlier run has left. */
interface Earlier {
  readonly output: OutputRequest
  readonly rows: KeptRows
  readonly partPath: string
  /** The part, or the whole report of a run that had finished. */
  readonly rowsPath: string
}

/** Reads what is there, checks it against the list, and opens all files. */
export async function openMemory(request: MemoryRequest): Promise<Memory> {
  const { options, context } = request
  refuseMistakes(options)
  const notices: string[] = []
  const baseline = options.baseline === null ? null : await readBaseline(options.baseline, request, notices)
  const earlier = options.resume ? await readEarlier(resumedOutput(options), request, notices) : null
  if (earlier !== null && (await canBeReadAgain(request.names)))
    await refuseChangedList(earlier.rows, request.openSource())
  const list = request.openSource()
  const failedList =
    options.writeFailed === null ? null : createFailedList({ strict: options.strict, safe: escapeText })
  const replay = { isOn: earlier !== null }
  const files = await openFiles(options, context, { earlier, failedList, replay, notices, signal: request.signal })
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
    async discard() {
      for (const file of files.all) await file.discard()
    },
  }
}

function refuseMistakes(options: Options): void {
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
function missingFields({ fields }: Options): readonly string[] {
  return fields === null ? [] : NEEDED_FIELDS.filter((name) => !fields.includes(name))
}

function resumedOutput({ output }: Options): OutputRequest {
  const found = output.find(({ format }) => format === 'ndjson')
  if (found !== undefined) return found
  const [other] = output
  const what = other === undefined ? 'a report to go on with' : `${other.path} has no rows that can be gone on with`
  throw new UsageError(`--resume: ${what}; it needs -o FILE.ndjson`)
}

/** Rows of other shards are left out: what this run does not ask is not gone. */
async function readBaseline(path: string, request: MemoryRequest, notices: string[]): Promise<Baseline> {
  const { signal } = request
  const { shard, updateBaseline } = request.options
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
    notices.push(`no baseline ${path} yet: every failure is new`)
  }
  return baseline
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
  { options: { shard }, signal }: MemoryRequest,
  notices: string[],
): Promise<Earlier | null> {
  const { path } = output
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
    return { output, rows, partPath, rowsPath }
  } catch (cause) {
    if (cause instanceof UsageError || cause === signal.reason) throw cause
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause)
    throw new UsageError(`--resume: the rows of ${path} cannot be read (${code})`, { cause })
  }
}

interface Files {
  readonly parts: readonly ReportPart[]
  readonly all: readonly PartFile[]
  /** Those whose rows stay when the run is cut short. */
  readonly growing: readonly PartFile[]
  readonly failed: FailedPart | null
}

interface FileFacts {
  readonly earlier: Earlier | null
  readonly failedList: FailedList | null
  readonly replay: { isOn: boolean }
  readonly notices: string[]
  readonly signal: AbortSignal
}

const FATES: Readonly<Record<Format, Fate>> = {
  ndjson: 'grows',
  csv: 'grows',
  json: 'document',
  table: 'document',
  summary: 'document',
}

/** Formats in which every row can be found again. */
export const KEEPS_ROWS: ReadonlySet<Format> = new Set(['ndjson', 'json', 'csv'])

async function openFiles(options: Options, context: ReporterContext, facts: FileFacts): Promise<Files> {
  const { earlier, failedList, replay, notices } = facts
  const plain = { ...context, columns: null, color: false }
  const parts: ReportPart[] = []
  const all: PartFile[] = []
  const growing: PartFile[] = []
  let failed: FailedPart | null = null
  const open = async (path: string, fileOptions: Omit<PartFileOptions, 'signal'>) => {
    const file = await openPartFile(path, { ...fileOptions, signal: facts.signal })
    all.push(file)
    if (fileOptions.fate === 'grows') growing.push(file)
    if (file.beganAnew) notices.push(`${file.partPath}, left by a run that was cut short, was begun anew`)
    return file
  }
  try {
    for (const output of options.output) {
      const { format, path } = output
      const kept = earlier?.output === output ? earlier : null
      const isCopy = kept !== null && kept.rowsPath !== kept.partPath
      const keptBytes = kept === null ? null : await layDown(kept)
      const file = await open(path, { flag: '--output', fate: FATES[format], keptBytes, isCopy })
      parts.push({
        reporter: REPORTERS[format](plain),
        sink: kept === null ? file : silentDuring(replay, file),
        keepsRows: KEEPS_ROWS.has(format),
      })
    }
    if (options.updateBaseline) {
      const file = await open(options.baseline!, { flag: '--baseline', fate: 'replaces' })
      parts.push({ reporter: REPORTERS.ndjson({ ...plain, fields: null }), sink: file, keepsRows: true })
    }
    if (failedList !== null) {
      const file = await open(options.writeFailed!, { flag: '--write-failed', fate: 'grows', mode: 0o600 })
      failed = { list: failedList, sink: file }
      parts.push({ reporter: failedList, sink: file })
    }
  } catch (error) {
    for (const file of all) await file.discard()
    throw error
  }
  return { parts, all, growing, failed }
}

/**
 * Puts the rows that are kept where the run goes on; returns their bytes. What is not as it should be is written anew
 * beside it first, so that a kill in the middle costs nothing.
 */
async function layDown({ rows, rowsPath, partPath, output }: Earlier): Promise<number> {
  if (rows.bytes !== null && rowsPath === partPath) return rows.bytes
  const newPath = `${partPath}.new`
  try {
    if (rows.bytes !== null) await copyFile(rowsPath, newPath)
    else await writeFile(newPath, rows.text())
    await rename(newPath, partPath)
    return rows.bytes ?? (await stat(partPath)).size
  } catch (cause) {
    await rm(newPath, { force: true })
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause)
    throw new UsageError(`--resume: the rows of ${output.path} cannot be copied (${code})`, { cause })
  }
}

/** The rows that are replayed for the other reports are in this file already. */
function silentDuring(replay: { readonly isOn: boolean }, sink: Sink): Sink {
  return {
    name: sink.name,
    get gone() {
      return sink.gone
    },
    get error() {
      return sink.error
    },
    get isUnread() {
      return sink.isUnread ?? false
    },
    onFault: (listener) => sink.onFault?.(listener),
    hurry: (graceMs) => sink.hurry?.(graceMs),
    write: (text) => (replay.isOn ? undefined : sink.write(text)),
    end: (run) => sink.end(run),
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
