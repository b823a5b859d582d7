// The run of the command: verdicts to the reports until the list, the user or the last reader ends it.

import type { Client } from '../ask/client.js'
import type { OpenedRuns } from '../earlier/open-earlier-runs.js'
import { escapeText } from '../report/escape.js'
import { FORMATS } from '../report/formats/index.js'
import { createReport, type Output, type Report } from '../report/report.js'
import { createSink } from '../report/sink.js'
import { humanUrl } from '../report/table/human-url.js'
import { checkTargets, type Run } from '../run/pipeline.js'
import { UsageError } from '../settings/errors.js'
import type { Asker, TargetSource } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import { hideSecrets, shorten } from '../words/hide-secrets.js'
import { AskedWaits } from './asked-waits.js'
import { conclude } from './conclude.js'
import { githubOutputs } from './github-outputs.js'
import { READER_GRACE_MS } from './interrupt.js'
import { say } from './messages.js'
import { failedOutput, textOf } from './output-fault.js'
import { createProgress, type ProgressLine } from './progress.js'
import type { WaitsFor } from './progress-text.js'
import type { Session } from './session.js'
import { runOptions } from './settings-from-flags.js'
import { whyNothingAsked } from './why-nothing-asked.js'

/** Resolves to the exit code. Throws `UsageError` where there is nothing to ask and that is a mistake. */
export async function runReports(earlier: OpenedRuns, client: Client, session: Session): Promise<number> {
  const { interrupt, options, world, listed } = session
  const asker = options.queue === null ? null : await askerOfQueue(earlier, session)
  const github = githubOutputs(session)
  const { report, said } = openReport([...earlier.outputs, ...github.outputs], session)
  const waits = new AskedWaits(world.now)
  const run = checkTargets(earlier.source, client, {
    ...runOptions(options),
    timeLimitMs: null,
    earlier: earlier.run,
    asker,
    signal: interrupt.signal,
    notify: (text) => say(world, text),
    onWait: (host, ms) => waits.add(host, ms),
    ...(listed === undefined ? {} : { onTarget: (target) => listed.add(target.index, () => shownUrl(target)) }),
  })
  const progress = startProgress({ run, source: earlier.source, waits }, session)
  try {
    const hasRows = await feed(run, report, () => stopForNothing(report, session))
    progress?.stop()
    if (!hasRows) {
      const why = interrupt.signal.aborted ? null : whyNothingAsked(run, earlier.source, session)
      if (why !== null && !options.quiet) say(world, why)
      await report.begin()
    }
    const summary = run.summary({ signal: interrupt.name(), outputFailed: failedOutput(report) })
    await report.end(summary)
    for (const notice of github.notices()) say(world, notice)
    return conclude({ run, summary, report, earlier, said, session })
  } catch (error) {
    if (error instanceof UsageError) await earlier.discard()
    throw error
  } finally {
    progress?.stop()
  }
}

/** Before anything is written: another process may have the run. */
async function askerOfQueue(earlier: OpenedRuns, session: Session): Promise<Asker> {
  try {
    return await (await import('./open-queue.js')).openQueueAsker(session)
  } catch (error) {
    await earlier.discard()
    throw error
  }
}

/** All reports as one, that on stdout among them; of an output that fails is told when it fails. */
export function openReport(
  outputs: readonly Output[],
  session: Session,
): { readonly report: Report; readonly said: Set<Error> } {
  const { reporter, context, interrupt, options, world } = session
  const said = new Set<Error>()
  const keepsRows = FORMATS[options.report].keepsRows(context)
  const stdout = { reporter, sink: createSink(world.stdout, 'stdout'), keepsRows }
  const report = createReport([stdout, ...outputs], (fault) => {
    said.add(fault.error)
    say(world, textOf(fault))
    stopForNothing(report, session)
  })
  interrupt.onStop(() => report.hurry(READER_GRACE_MS))
  return { report, said }
}

/** Where nothing keeps the rows any more, to go on asking would be for nothing. */
function stopForNothing(report: Report, { interrupt }: Session): void {
  if (report.keepsNothing) interrupt.stop('output-failed')
}

/** Every verdict to every report, as fast as the slowest reader takes them. False: there was none. */
async function feed({ batches }: Run, report: Report, afterBatch: () => void): Promise<boolean> {
  let hasRows = false
  for await (const batch of batches) {
    if (!hasRows) await report.begin()
    hasRows = true
    for (const verdict of batch) await report.each(verdict)
    afterBatch()
    if (report.allGone) break
  }
  return hasRows
}

interface ProgressParts {
  readonly run: Run
  readonly source: TargetSource
  readonly waits: AskedWaits
}

function startProgress({ run, source, waits }: ProgressParts, session: Session): ProgressLine | null {
  const { options, world, screen } = session
  if (options.quiet || !options.progress) return null
  let knownFromShare = 0
  return createProgress({
    screen,
    stream: world.stderr,
    now: world.now,
    safe: escapeText,
    figures() {
      const { done, known, inputEnded } = run.progress
      const readShare = source.readShare?.() ?? null
      if (known === 0) knownFromShare = readShare ?? 0
      const failed = run.counts().failed + run.later.size
      const waitsFor = waits.longest() ?? busiest(run)
      return { done, known, inputEnded, readShare, knownFromShare, failed, waitsFor, later: run.later.progress }
    },
  })
}

/** As the table shows it. */
function shownUrl({ url, input }: Target): string {
  return escapeText(humanUrl(hideSecrets(shorten(url ?? input), 'prose')))
}

function busiest(run: Run): WaitsFor | null {
  const host = run.busiest()
  return host === null ? null : { host, askedMs: null }
}
