// `scrape-status report OLD.ndjson…`: what earlier runs found, rendered, joined and compared. Nothing is asked.

import { type JoinedReports, openReports } from '../earlier/joined-reports.js'
import { lockOutputs } from '../earlier/lock-outputs.js'
import { type Outputs, openOutputs } from '../earlier/outputs.js'
import { readBaseline } from '../earlier/read-baseline.js'
import { refuseContradictions } from '../earlier/refuse-contradictions.js'
import { refuseOverwritingInputs } from '../earlier/refuse-outputs.js'
import type { CommandOptions } from '../report/formats/output-request.js'
import { UsageError } from '../settings/errors.js'
import type { Unfinished } from '../words/summary.js'
import type { World } from '../words/world.js'
import { githubOutputs } from './github-outputs.js'
import { type Interrupt, leaveUnread } from './interrupt.js'
import { createJoinedRun, type JoinedRun, type ShownEnd } from './joined-run.js'
import { say } from './messages.js'
import { failedOutput, textOf } from './output-fault.js'
import { openReport } from './run-reports.js'
import { openSession, type Session } from './session.js'

export interface ReportRequest {
  /** Files that earlier runs have written. */
  readonly inputs: readonly string[]
  readonly argv: readonly string[]
  readonly options: CommandOptions
  readonly world: World
}

/** Resolves to the exit code: that of a run with these rows. Throws `UsageError`. */
export async function reportEarlierRuns({ inputs, argv, options, world }: ReportRequest): Promise<number> {
  if (inputs.length === 0) {
    throw new UsageError('report: no report named, such as report old.ndjson; a list of this name is ./report')
  }
  refuseContradictions(options)
  const opened = openSession({ names: inputs, argv, options, config: null, world })
  // What was fine for those runs is not in their rows.
  const about = { inputs, accept: null, expectations: [] }
  const session = { ...opened, context: { ...opened.context, about, given: { ...opened.context.given!, asks: false } } }
  try {
    const code = await show(session)
    if (session.interrupt.signal.aborted) await leaveUnread(world, code)
    return code
  } finally {
    session.interrupt.forget()
  }
}

async function show(session: Session): Promise<number> {
  const { names, options, context, interrupt, world } = session
  const { signal } = interrupt
  const notices: string[] = []
  await refuseOverwritingInputs(
    names.map((name) => ({ kind: 'list', name })),
    options,
  )
  const release = await lockOutputs(options, world)
  try {
    const joined = await openReports(names, signal)
    const flags = { ...options, shard: null, updateBaseline: false }
    const baseline =
      options.baseline === null
        ? null
        : await readBaseline(options.baseline, { options: flags, signal, notice: (text) => notices.push(text) })
    const nothing = { earlier: null, failedList: null, replay: { isOn: false } }
    const files = await openOutputs(options, context, { ...nothing, signal, say: (text) => say(world, text) })
    const run = createJoinedRun({ joined, baseline, notices, options })
    return await render({ joined, run, files }, session)
  } catch (error) {
    // Ctrl-C before anything was written.
    if (signal.aborted && error === signal.reason) return nothingShown(session)
    throw error
  } finally {
    await release()
  }
}

interface Shown {
  readonly joined: JoinedReports
  readonly run: JoinedRun
  readonly files: Outputs
}

async function render({ joined, run, files }: Shown, session: Session): Promise<number> {
  const { interrupt, options, world } = session
  const github = githubOutputs(session)
  const { report, said } = openReport([...files.outputs, ...github.outputs], session)
  await report.begin()
  try {
    for await (const batch of joined.rows()) {
      for (const verdict of batch) await report.each(run.add(verdict))
      if (interrupt.signal.aborted || report.allGone) break
    }
  } catch (error) {
    if (!interrupt.signal.aborted || error !== interrupt.signal.reason) throw error
  }
  const end = () => endOf(interrupt, failedOutput(report))
  const summary = run.summary(end())
  await report.end(summary)
  const { code, why } = run.exitCode(end())
  if (!options.quiet && options.report !== 'table') for (const notice of summary.notices) say(world, notice)
  for (const fault of report.errors) if (!said.has(fault.error)) say(world, textOf(fault))
  for (const notice of github.notices()) say(world, notice)
  if (why !== null && failedOutput(report) === null) say(world, why)
  return code
}

function nothingShown({ interrupt, options }: Session): number {
  const joined = { count: 0, summaries: [], notices: [], async *rows() {} }
  return createJoinedRun({ joined, baseline: null, notices: [], options }).exitCode(endOf(interrupt, null)).code
}

function endOf({ signal, name }: Interrupt, outputFailed: string | null): ShownEnd {
  return { signal: name(), outputFailed, stopped: signal.aborted ? (signal.reason as Unfinished) : null }
}
