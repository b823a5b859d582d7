// The run in Markdown: for a pull request, a chat, or the summary of a GitHub job. Headline, counts, and a table for
// everything that is wrong. Bounded: so many tables of so many rows, and how many there are beside these.

import { grouped as count } from '../../words/counted.js'
import type { Reporter, ReporterContext } from '../../words/output.js'
import type { LineAccount, ReportedSummary } from '../../words/summary.js'
import type { Outcome, Verdict } from '../../words/verdict.js'
import { counted } from '../counted.js'
import { headline } from '../headline.js'
import { markdownCode, markdownText } from '../markdown-text.js'
import { humanDuration } from '../table/duration.js'
import { endOfWay, otherFaultsOf, placeOf, sentenceOf, shownUrlOf, urlOf } from '../table/row.js'
import { LINE_WORDS } from '../table/totals.js'
import { troubleTitle } from '../trouble-title.js'
import type { ReportFormat } from './report-format.js'

const ROWS_MAX = 50
/** A server may write its own phrases: beyond so many tables there is one for each kind. */
const TABLES_MAX = 100

/** Headline, counts, one table a reason: 50 rows, and how many more there are. URLs are code, so nothing in them is markup. */
export const markdown = {
  name: 'markdown',
  endings: ['.md'],
  fate: 'document',
  keepsRows: () => false,
  create: createMarkdown,
} as const satisfies ReportFormat

interface Table {
  readonly title: string
  readonly outcome: Outcome
  readonly isNew: boolean
  readonly rows: string[]
  count: number
}

function createMarkdown(context: ReporterContext): Reporter {
  const tables = new Map<string, Table>()
  const tableOf = (verdict: Verdict): Table => {
    const isNew = verdict.change === 'new-failure'
    const own = `${verdict.outcome} ${isNew} ${troubleTitle(verdict)}`
    const kind = verdict.kind.startsWith('local.') ? 'local' : verdict.kind
    const key = tables.has(own) || tables.size < TABLES_MAX ? own : `${verdict.outcome} ${isNew} ${kind}`
    const title = key === own ? troubleTitle(verdict) : kind
    const table = tables.get(key) ?? { title, outcome: verdict.outcome, isNew, rows: [], count: 0 }
    tables.set(key, table)
    return table
  }
  return {
    each(verdict) {
      if (verdict.outcome !== 'failed' && verdict.outcome !== 'inconclusive') return ''
      const table = tableOf(verdict)
      table.count++
      if (table.rows.length < ROWS_MAX) table.rows.push(row(verdict, table.title, context.unicode))
      return ''
    },
    *end(summary) {
      const dot = context.unicode ? '·' : '-'
      yield `## ${headline(summary).text}\n\n${totals(summary, dot)}`
      const sorted = [...tables.values()].sort((a, b) => Number(b.isNew) - Number(a.isNew) || b.count - a.count)
      const failed = sorted.filter(({ outcome }) => outcome === 'failed')
      for (const table of failed) yield section(table)
      const unknown = sorted.filter(({ outcome }) => outcome === 'inconclusive')
      for (const table of unknown) yield section(table)
      yield account(summary)
    },
  }
}

function totals(summary: ReportedSummary, dot: string): string {
  const { verdicts, durationMs, exitCode, baseline, unfinished } = summary
  const urls = `${count(verdicts)} ${verdicts === 1 ? 'URL' : 'URLs'} in ${humanDuration(durationMs)}`
  const parts = [counted(summary, dot), urls, `exit code ${exitCode}`].filter((part) => part !== '')
  if (baseline !== null && baseline.fixed > 0) parts.push(`${count(baseline.fixed)} fixed`)
  const early =
    unfinished === null ? '' : `\n**The run ended early (${unfinished}): this is what was done until then.**\n`
  return `${parts.join(` ${dot} `)}\n${early}`
}

function section({ title, outcome, isNew, rows, count: all }: Table): string {
  const notes = [...(isNew ? ['new'] : []), ...(outcome === 'inconclusive' ? ['could not be judged'] : [])]
  const tail = notes.length === 0 ? '' : `, ${notes.join(', ')}`
  const more = all === rows.length ? '' : `\nand ${count(all - rows.length)} more\n`
  return `\n### ${markdownText(title)} (${count(all)})${tail}\n\n| URL | Line | Note |\n| --- | --- | --- |\n${rows.join('')}${more}`
}

/** What the title says already is not said again. */
function row(verdict: Verdict, title: string, unicode: boolean): string {
  const way = endOfWay(verdict)
  const led = way !== urlOf(verdict) && verdict.redirects.length > 0
  const notes = [
    ...(led ? [`${unicode ? '→' : '->'} ${markdownCode(way)}`] : []),
    ...[sentenceOf(verdict), ...otherFaultsOf(verdict)].filter((text) => text !== title).map(markdownText),
  ]
  return `| ${markdownCode(shownUrlOf(verdict))} | ${markdownCode(placeOf(verdict))} | ${notes.join('; ')} |\n`
}

function account({ lines, notices }: ReportedSummary): string {
  const said = [...(lines === null ? ['lines unknown'] : [sum(lines)]), ...notices.map(markdownText)]
  return `\n${said.map((text) => `- ${text}\n`).join('')}`
}

function sum(lines: LineAccount): string {
  const parts = LINE_WORDS.filter(([name]) => lines[name] > 0).map(([name, word]) => `${count(lines[name])} ${word}`)
  return `${count(lines.total)} ${lines.total === 1 ? 'line' : 'lines'} = ${parts.length === 0 ? '0' : parts.join(' + ')}`
}
