// The files that a run writes: reports, a new baseline, the list of failures. Opened before anything is asked, with the
// rows of an earlier run in them that this one goes on with.

import { copyFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { FORMATS } from '../report/formats/index.js'
import type { CommandOptions } from '../report/formats/output-request.js'
import type { Output } from '../report/report.js'
import { UsageError } from '../settings/errors.js'
import type { ReporterContext, Sink } from '../words/output.js'
import type { FailedOutput } from './changed-list.js'
import type { FailedList } from './failed-list.js'
import { keepJudgingFlags } from './judging-flags.js'
import { openPartFile, type PartFile, type PartFileOptions } from './part-file.js'
import type { ResumedReport } from './resume.js'

/** The files of a run, open. */
export interface Outputs {
  readonly outputs: readonly Output[]
  readonly all: readonly PartFile[]
  /** Those whose rows stay when the run is cut short. */
  readonly growing: readonly PartFile[]
  readonly failed: FailedOutput | null
}

/** What they depend on beside the flags. */
export interface OutputFacts {
  readonly earlier: ResumedReport | null
  readonly failedList: FailedList | null
  readonly replay: { isOn: boolean }
  readonly say: (text: string) => void
  readonly signal: AbortSignal
}

/** Opens them all, or none; says which rows of an earlier run were moved aside. */
export async function openOutputs(
  options: CommandOptions,
  context: ReporterContext,
  facts: OutputFacts,
): Promise<Outputs> {
  const { earlier, failedList, replay, say } = facts
  const plain = { ...context, columns: null, color: false }
  const outputs: Output[] = []
  const all: PartFile[] = []
  const growing: PartFile[] = []
  let failed: FailedOutput | null = null
  const resumable = options.output.find(({ format }) => format === 'ndjson')?.path
  const open = async (path: string, fileOptions: Omit<PartFileOptions, 'signal'>) => {
    const file = await openPartFile(path, { ...fileOptions, isReplayed: earlier !== null, signal: facts.signal })
    all.push(file)
    if (fileOptions.fate === 'grows') growing.push(file)
    if (file.aside !== null) {
      const { path: asidePath, lines } = file.aside
      const count = lines === 1 ? '1 line' : `${lines} lines`
      const hint = path === resumable ? '; with --resume this run would have gone on with it' : ''
      say(`${file.partPath}, left by a run that was cut short (${count}), is now ${asidePath}${hint}`)
    }
    return file
  }
  try {
    for (const output of options.output) {
      const { format, path } = output
      const kept = earlier?.output === output ? earlier : null
      const isCopy = kept !== null && kept.rowsPath !== kept.partPath
      const keptBytes = kept === null ? null : await layDown(kept)
      const file = await open(path, { flag: '--output', fate: FORMATS[format].fate, keptBytes, isCopy })
      if (path === resumable && file.partPath !== null && (kept === null || isCopy))
        await keepJudgingFlags(file.partPath, options)
      outputs.push({
        reporter: FORMATS[format].create(plain),
        sink: kept === null ? file : silentDuring(replay, file),
        keepsRows: FORMATS[format].keepsRows(plain),
      })
    }
    if (options.updateBaseline) {
      const file = await open(options.baseline!, { flag: '--baseline', fate: 'replaces' })
      outputs.push({ reporter: FORMATS.ndjson.create({ ...plain, fields: null }), sink: file, keepsRows: true })
    }
    if (failedList !== null) {
      const file = await open(options.writeFailed!, { flag: '--write-failed', fate: 'grows', mode: 0o600 })
      failed = { list: failedList, sink: file }
      outputs.push({ reporter: failedList, sink: file })
    }
  } catch (error) {
    for (const file of all) await file.discard()
    throw error
  }
  return { outputs, all, growing, failed }
}

/**
 * Puts the rows that are kept where the run goes on; returns their bytes. What is not as it should be is written anew
 * beside it first, so that a kill in the middle costs nothing.
 */
async function layDown({ rows, rowsPath, partPath, output }: ResumedReport): Promise<number> {
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
