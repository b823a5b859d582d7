// What a run knows of earlier ones: the rows of an interrupted run (`--resume`), a baseline to compare with; and the files
// that it leaves for later ones. Everything wrong with them is a `UsageError` before the first request.

import { escapeText } from '../report/escape.js'
import type { CommandOptions } from '../report/formats/output-request.js'
import { redact } from '../report/redact.js'
import type { Output } from '../report/report.js'
import type { EarlierRuns, TargetSource } from '../settings/seams.js'
import type { Input } from '../targets/open-inputs.js'
import type { LineContext } from '../targets/parse-line.js'
import type { ReporterContext } from '../words/output.js'
import type { Summary } from '../words/summary.js'
import type { Verdict } from '../words/verdict.js'
import type { Baseline } from './baseline.js'
import { canBeReadAgain, heldAgainst, refuseChangedList } from './changed-list.js'
import { createFailedList } from './failed-list.js'
import { isReadAs } from './is-read-as.js'
import { forgetJudgingFlags } from './judging-flags.js'
import type { Process } from './lock-file.js'
import { lockOutputs } from './lock-outputs.js'
import { openOutputs } from './outputs.js'
import { readBaseline } from './read-baseline.js'
import { refuseContradictions } from './refuse-contradictions.js'
import { resume } from './resume.js'
import { resumeAdvice } from './resume-advice.js'

export interface EarlierRunsRequest {
  readonly options: CommandOptions
  /** As the user wrote them, for the command that goes on. */
  readonly argv: readonly string[]
  /** Inputs as named: files, URLs, `-`, each perhaps behind its format. */
  readonly names: readonly string[]
  /** The same, opened. */
  readonly inputs: readonly Input[]
  readonly context: ReporterContext
  /** Opens the list; called twice where it is to be read before the run. */
  openSource(): TargetSource
  /** What the lines of the list start from. */
  readonly lines: LineContext
  /** Told at once of what cannot wait for the summary. */
  say(text: string): void
  /** This process, for the locks of files that belong to one run. */
  readonly process: Process
  /** Ends the wait for a reader of a pipe; then `openEarlierRuns` rejects with its reason. */
  readonly signal: AbortSignal
}

export interface OpenedRuns {
  readonly source: TargetSource
  /** Null where the flags ask for nothing of it. */
  readonly run: EarlierRuns | null
  /** The files to write. */
  readonly outputs: readonly Output[]
  /** How to go on with a run that is not whole; null where it is, or where nothing was kept. */
  resumeAdvice(summary: Summary): string | null
  /** Gives up files that nothing was asked for. */
  discard(): Promise<void>
  /** What befell files while they were written. */
  notices(): readonly string[]
  /** Gives the files back to other runs. */
  close(): Promise<void>
}

/** Of a run that had to end before it began. */
export function noEarlierRuns(): OpenedRuns {
  const source = {
    batches: (async function* () {})(),
    blank: () => 0,
    otherShard: () => 0,
    notices: [],
    broke: () => null,
    close() {},
  }
  return {
    source,
    run: null,
    outputs: [],
    resumeAdvice: () => null,
    notices: () => [],
    async discard() {},
    async close() {},
  }
}

/** Takes the files for this run, reads what is there, checks it against the list, and opens all of them. */
export async function openEarlierRuns(request: EarlierRunsRequest): Promise<OpenedRuns> {
  refuseContradictions(request.options)
  const release = await lockOutputs(request.options, request.process)
  try {
    const opened = await openLocked(request)
    const close = () => opened.close().finally(release)
    return { ...opened, close }
  } catch (error) {
    await release()
    throw error
  }
}

async function openLocked(request: EarlierRunsRequest): Promise<OpenedRuns> {
  const { options, context, say, signal } = request
  const notices: string[] = []
  const notice = (text: string): void => void notices.push(text)
  const baseline = options.baseline === null ? null : await readBaseline(options.baseline, { ...request, notice })
  const earlier = options.resume ? await resume({ ...request, notice }) : null
  if (earlier !== null && canBeReadAgain(request.inputs))
    await refuseChangedList(earlier.rows, request.openSource(), signal)
  const list = request.openSource()
  const failedList =
    options.writeFailed === null
      ? null
      : createFailedList({ strict: options.strict, safe: escapeText, isReadAs: isReadAs(request.lines) })
  const replay = { isOn: earlier !== null }
  const files = await openOutputs(options, context, { earlier, failedList, replay, say, signal })
  const source = earlier === null ? list : heldAgainst(earlier.rows, list, files.failed)

  const run: EarlierRuns = {
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
    outputs: files.outputs,
    resumeAdvice: (summary) => resumeAdvice(summary, files.growing, request),
    notices: () => files.all.flatMap(({ notice }) => (notice === null ? [] : [notice])),
    async discard() {
      for (const file of files.all) await file.discard()
    },
    async close() {
      for (const { partPath } of files.growing) if (partPath !== null) await forgetJudgingFlags(partPath)
    },
  }
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

function withNotices(source: TargetSource, notices: readonly string[]): TargetSource {
  return {
    ...source,
    get notices() {
      return [...notices, ...source.notices]
    },
  }
}
