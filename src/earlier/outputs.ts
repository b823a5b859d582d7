// The files that a run writes: reports, a new baseline, the list of failures. Opened before anything is asked, with the
// rows of an earlier run in them that this one goes on with.

import { createWriteStream } from 'node:fs'
import { copyFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { FORMATS } from '../report/formats/index.js'
import type { CommandOptions, OutputRequest } from '../report/formats/output-request.js'
import { gzipInto, isPacked } from '../report/gzip-into.js'
import type { Output } from '../report/report.js'
import { UsageError } from '../settings/errors.js'
import { counted } from '../words/counted.js'
import type { ReporterContext } from '../words/output.js'
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
  const opening = new Opening(options, context, facts)
  try {
    for (const output of options.output) await opening.openReport(output)
    if (options.updateBaseline) await opening.openBaseline(options.baseline!)
    if (facts.failedList !== null) await opening.openFailedList(options.writeFailed!, facts.failedList)
  } catch (error) {
    for (const file of opening.all) await file.discard()
    throw error
  }
  return opening
}

/** Outputs while they are opened one by one. */
class Opening implements Outputs {
  readonly outputs: Output[] = []
  readonly all: PartFile[] = []
  readonly growing: PartFile[] = []
  failed: FailedOutput | null = null
  readonly #options: CommandOptions
  readonly #context: ReporterContext
  readonly #facts: OutputFacts
  /** The report that a later run can go on with. */
  readonly #resumable: string | undefined

  constructor(options: CommandOptions, context: ReporterContext, facts: OutputFacts) {
    this.#options = options
    this.#context = { ...context, columns: null, listed: undefined, color: false, isFile: true }
    this.#facts = facts
    this.#resumable = options.output.find(({ format }) => format === 'ndjson')?.path
  }

  async openReport(output: OutputRequest): Promise<void> {
    const { earlier, replay } = this.#facts
    const { path } = output
    const format = FORMATS[output.format]
    const kept = earlier?.output === output ? earlier : null
    const isCopy = kept !== null && kept.rowsPath !== kept.partPath
    const keptBytes = kept === null ? null : await layDown(kept)
    // The rows that are replayed for the other reports are in this file already.
    const isReplaying = () => kept !== null && replay.isOn
    const file = await this.#open(path, { flag: '--output', fate: format.fate, keptBytes, isCopy, isReplaying })
    if (path === this.#resumable && file.partPath !== null && (kept === null || isCopy))
      await keepJudgingFlags(file.partPath, this.#options)
    const keepsRows = format.keepsRows(this.#context)
    this.outputs.push({ reporter: format.create(this.#context), sink: file, keepsRows })
  }

  async openBaseline(path: string): Promise<void> {
    const sink = await this.#open(path, { flag: '--baseline', fate: 'replaces' })
    const reporter = FORMATS.ndjson.create({ ...this.#context, fields: null })
    this.outputs.push({ reporter, sink, keepsRows: true })
  }

  async openFailedList(path: string, list: FailedList): Promise<void> {
    const sink = await this.#open(path, { flag: '--write-failed', fate: 'grows', mode: 0o600 })
    this.failed = { list, sink }
    this.outputs.push({ reporter: list, sink })
  }

  async #open(path: string, options: Omit<PartFileOptions, 'signal'>): Promise<PartFile> {
    const { earlier, signal, say } = this.#facts
    const file = await openPartFile(path, { ...options, isReplayed: earlier !== null, signal })
    this.all.push(file)
    if (options.fate === 'grows') this.growing.push(file)
    if (file.aside !== null) {
      const { path: asidePath, lines } = file.aside
      const hint = path === this.#resumable ? '; with --resume this run would have gone on with it' : ''
      say(`${file.partPath}, left by a run that was cut short (${counted(lines, 'line')}), is now ${asidePath}${hint}`)
    }
    return file
  }
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
    else if (isPacked(output.path)) await pipeline(rows.text(), gzipInto(createWriteStream(newPath)))
    else await writeFile(newPath, rows.text())
    await rename(newPath, partPath)
    return rows.bytes ?? (await stat(partPath)).size
  } catch (cause) {
    await rm(newPath, { force: true })
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause)
    throw new UsageError(`--resume: the rows of ${output.path} cannot be copied (${code})`, { cause })
  }
}
