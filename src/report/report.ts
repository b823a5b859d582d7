// Verdicts to reporters to sinks. The only place where secrets are taken out, once a verdict, before any reporter sees
// it; and the only place that waits for a slow reader.

import { hideSecrets, shorten } from '../words/hide-secrets.js'
import type { Reporter, Sink } from '../words/output.js'
import type { ReportedSummary } from '../words/summary.js'
import type { Verdict } from '../words/verdict.js'
import { createTypeText, redact } from './redact.js'

/** A report and where it goes. */
export interface Output {
  readonly reporter: Reporter
  readonly sink: Sink
  /** Whether every row can be found in there later. Default false. */
  readonly keepsRows?: boolean
  /** Nobody asked for it: a run does not go on for its sake. Default false. */
  readonly isAside?: boolean
}

/** All reports of a run as one. Nothing here rejects because of a sink. */
export interface Report {
  /** Writes the heads. */
  begin(): Promise<void> | undefined
  /** A promise only when some sink wants to wait; with more than one waiting, for the slowest. */
  each(verdict: Verdict): Promise<void> | undefined
  /** Writes the ends; resolves when everything is safe or its reader has left. */
  end(summary: ReportedSummary): Promise<void>
  /** True when there were sinks and none takes text any more: then the run can stop. */
  readonly allGone: boolean
  /** True when an output failed and none is left that keeps rows: to go on asking would be for nothing. */
  readonly keepsNothing: boolean
  /** What could not be written, by the name of the sink; a reader that left is none. */
  readonly errors: readonly OutputFault[]
  /** Sinks that were given up because nobody read them when the run had to end. */
  readonly unread: readonly string[]
  /** The run has to end: readers that take nothing for so many ms are given up. */
  hurry(graceMs: number): void
}

/** An output that could not be written. */
export interface OutputFault {
  readonly name: string
  readonly error: Error
}

/** The report that feeds all outputs; `onFault` hears of an output that fails when it fails, not at the end of the run. */
export function createReport(outputs: readonly Output[], onFault: (fault: OutputFault) => void = () => {}): Report {
  const typeText = createTypeText()
  for (const { sink } of outputs) sink.onFault?.(() => onFault({ name: sink.name, error: sink.error! }))
  const feed = (textOf: (reporter: Reporter) => string): Promise<void> | undefined => {
    let first: Promise<void> | undefined
    let others: Promise<void>[] | undefined
    for (const { reporter, sink } of outputs) {
      if (isDone(sink)) continue
      const text = textOf(reporter)
      const wait = text === '' ? undefined : sink.write(text)
      if (!wait) continue
      if (first === undefined) first = wait
      else others = [...(others ?? []), wait]
    }
    return others === undefined ? first : Promise.all([first, ...others]).then(() => undefined)
  }
  return {
    begin: () => feed((reporter) => reporter.begin?.() ?? ''),
    each(verdict) {
      const shown = redact(verdict, typeText)
      return feed((reporter) => reporter.each(shown))
    },
    async end(summary) {
      const notices = summary.notices.map((notice) => hideSecrets(shorten(notice), 'prose'))
      const shown = { ...summary, notices }
      await Promise.all(outputs.map((output) => endOf(output, shown)))
    },
    get allGone() {
      const wanted = outputs.filter(({ isAside }) => !isAside)
      return wanted.length > 0 && wanted.every(({ sink }) => isDone(sink))
    },
    get keepsNothing() {
      return (
        outputs.some(({ sink }) => sink.error !== null) &&
        !outputs.some((output) => output.keepsRows && !isDone(output.sink))
      )
    },
    get unread() {
      return outputs.flatMap(({ sink }) => (sink.isUnread ? [sink.name] : []))
    },
    hurry(graceMs) {
      for (const { sink } of outputs) sink.hurry?.(graceMs)
    },
    get errors() {
      return outputs.flatMap(({ sink }) => (sink.error === null ? [] : [{ name: sink.name, error: sink.error }]))
    },
  }
}

async function endOf({ reporter, sink }: Output, summary: ReportedSummary): Promise<void> {
  for (const text of isDone(sink) ? [] : reporter.end(summary)) {
    if (isDone(sink)) break
    await sink.write(text)
  }
  await sink.end(summary)
}

function isDone(sink: Sink): boolean {
  return sink.gone || sink.error !== null
}
