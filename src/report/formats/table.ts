// The report for people. Up to 100 URLs: all rows in the order of the list, on a terminal each as soon as it and those
// before it are known, else at the end; then what failed in full sentences. Beyond that memory stays flat: failures in groups, and rows only as they come and only when asked for. One URL: a card.

import type { Reporter, ReporterContext } from '../../words/output.js'
import type { ReportedSummary } from '../../words/summary.js'
import type { Verdict } from '../../words/verdict.js'
import { card } from '../table/card.js'
import { grid, streamedGrid } from '../table/grid.js'
import { createGroups, type Groups } from '../table/groups.js'
import { ROWS_MAX } from '../table/listed-targets.js'
import { nextStep } from '../table/next-step.js'
import { rowOf } from '../table/row.js'
import { RowsInOrder } from '../table/rows-in-order.js'
import { sections } from '../table/sections.js'
import { createTheme } from '../table/theme.js'
import { totals } from '../table/totals.js'
import type { ReportFormat } from './report-format.js'

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
  const rowsInOrder = context.listed === undefined ? null : new RowsInOrder(context.listed, { theme, isShown })
  let kept: Verdict[] = []
  let groups: Groups | null = null

  const startGroups = (): string => {
    groups = createGroups(theme)
    for (const verdict of kept) groups.add(verdict)
    const hidden = kept.filter((verdict) => !rowsInOrder?.hasPrinted(verdict))
    const rows = hidden.sort(inInputOrder).map(stream).join('')
    kept = []
    return context.show === 'auto' ? '' : streamed.head + rows
  }

  const rowsOf = (verdicts: readonly Verdict[]): string => {
    if (rowsInOrder?.hasBegun) return rowsInOrder.rest()
    const rows = verdicts.filter(isShown).map((verdict) => rowOf(verdict, theme))
    return rows.length === 0 ? '' : grid(rows, theme)
  }

  const shortReport = (summary: ReportedSummary): string => {
    const verdicts = kept.sort(inInputOrder)
    if (verdicts.length === 1 && summary.lines?.total === 1 && context.show === 'auto')
      return card(verdicts[0]!, summary, theme)
    return rowsOf(verdicts) + sections(verdicts, theme) + totals(summary, nextStep(summary, context), theme)
  }

  return {
    each(verdict) {
      if (groups === null && kept.length < ROWS_MAX) {
        kept.push(verdict)
        return rowsInOrder?.add(verdict) ?? ''
      }
      const before = groups === null ? startGroups() : ''
      groups!.add(verdict)
      return before + stream(verdict)
    },
    end(summary) {
      if (groups === null) return [shortReport(summary)]
      return [groups.text(), totals(summary, nextStep(summary, context, true), theme)]
    },
  }
}

function inInputOrder(a: Verdict, b: Verdict): number {
  return a.index - b.index
}
