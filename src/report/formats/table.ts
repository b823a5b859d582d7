// The report for people. Up to 100 URLs: all rows in input order at the end, then what failed in full sentences. Beyond
// that memory stays flat: failures in groups, and rows only as they come and only when asked for. One URL: a card.

import type { Reporter, ReporterContext } from '../../words/output.js'
import type { ReportedSummary } from '../../words/summary.js'
import type { Verdict } from '../../words/verdict.js'
import { card } from '../table/card.js'
import { grid, streamedGrid } from '../table/grid.js'
import { createGroups, type Groups } from '../table/groups.js'
import { rowOf } from '../table/row.js'
import { sections } from '../table/sections.js'
import { createTheme } from '../table/theme.js'
import { totals } from '../table/totals.js'
import type { ReportFormat } from './report-format.js'

/** So many rows are still read by people, one by one. */
const ROWS_MAX = 100

/** The table; `show` chooses its rows, `columns` its width. What people see on a terminal they can read again. */
export const table = {
  name: 'table',
  endings: ['.txt'],
  fate: 'document',
  keepsRows: ({ columns }) => columns !== null,
  create: createTable,
} as const satisfies ReportFormat

function createTable(context: ReporterContext): Reporter {
  const theme = createTheme(context)
  const streamed = streamedGrid(theme)
  const isShown = (verdict: Verdict): boolean => context.show !== 'failed' || verdict.outcome === 'failed'
  const stream = (verdict: Verdict): string =>
    context.show !== 'auto' && isShown(verdict) ? streamed.row(rowOf(verdict, theme)) : ''
  let kept: Verdict[] = []
  let groups: Groups | null = null

  const startGroups = (): string => {
    groups = createGroups(theme)
    for (const verdict of kept) groups.add(verdict)
    const rows = kept.sort(inInputOrder).map(stream).join('')
    kept = []
    return context.show === 'auto' ? '' : streamed.head + rows
  }

  const shortReport = (summary: ReportedSummary): string => {
    const verdicts = kept.sort(inInputOrder)
    if (verdicts.length === 1 && summary.lines?.total === 1 && context.show === 'auto')
      return card(verdicts[0]!, summary, theme)
    const rows = verdicts.filter(isShown).map((verdict) => rowOf(verdict, theme))
    const head = rows.length === 0 ? '' : grid(rows, theme)
    return head + sections(verdicts, theme) + totals(summary, nextStep(summary, false), theme)
  }

  return {
    each(verdict) {
      if (groups === null && kept.length < ROWS_MAX) {
        kept.push(verdict)
        return ''
      }
      const before = groups === null ? startGroups() : ''
      groups!.add(verdict)
      return before + stream(verdict)
    },
    end(summary) {
      if (groups === null) return [shortReport(summary)]
      return [groups.text(), totals(summary, nextStep(summary, context.show === 'auto'), theme)]
    },
  }
}

/** What helps most now; only flags that exist. */
function nextStep(summary: ReportedSummary, hidesRows: boolean): string | null {
  if (summary.unfinished === 'time-limit' || summary.unfinished === 'interrupted') {
    return 'with -o report.ndjson, --resume goes on where a run ended'
  }
  if (summary.failed === 0 && summary.inconclusive === 0) return null
  if ((summary.lines?.notAsked ?? 0) > 0) return null
  if (hidesRows && summary.failed > 0) return '--show failed for each of them, -o report.csv for all rows'
  return '-o report.csv'
}

function inInputOrder(a: Verdict, b: Verdict): number {
  return a.index - b.index
}
