// Signs, colours and width of the table in one place: what a terminal can show is decided here and nowhere else.

import { Chalk } from 'chalk'
import type { ReporterContext } from '../../words/output.js'
import type { Outcome } from '../../words/verdict.js'
import { escapeText } from '../escape.js'

/** RFC 9110 §4.1 wants at least 8,000 octets of URL understood; in a pipe no URL up to that is cut. */
const PIPE_CELL_MAX = 8192
/**
 * The same for text that is not ASCII: cli-table3 cuts each cell to ten characters for a message that nobody reads, one
 * character at a time, and measures all of it each time. 8,192 of them were 2 s, 1,000 are 20 ms.
 */
const WIDE_CELL_MAX = 1000
const ASCII = /^[\x00-\x7f]*$/

/** How people see a report. */
export interface Theme {
  /** Columns of the terminal; null: nothing is cut. */
  readonly columns: number | null
  readonly marks: Readonly<Record<Outcome, string>>
  readonly arrow: string
  readonly dot: string
  readonly times: string
  readonly ellipsis: string
  /** Colours a status by its outcome. */
  readonly paint: Readonly<Record<Outcome, (text: string) => string>>
  readonly dim: (text: string) => string
  /** The one way for foreign text into the table. */
  readonly clean: (text: string) => string
}

const RICH = {
  marks: { ok: '✓', failed: '✗', inconclusive: '?', skipped: '·' },
  arrow: '→',
  dot: '·',
  times: '×',
  ellipsis: '…',
} as const
const PLAIN = {
  marks: { ok: '+', failed: 'x', inconclusive: '?', skipped: '-' },
  arrow: '->',
  dot: '-',
  times: 'x',
  ellipsis: '...',
} as const

/** The theme for what the output can show; the level of colour is given, never guessed. */
export function createTheme(context: ReporterContext): Theme {
  const chalk = new Chalk({ level: context.color ? 1 : 0 })
  const isPipe = context.columns === null
  return {
    ...(context.unicode ? RICH : PLAIN),
    columns: context.columns,
    paint: { ok: chalk.green, failed: chalk.red, inconclusive: chalk.yellow, skipped: chalk.dim },
    dim: chalk.dim,
    clean: (text) => {
      const max = !isPipe ? undefined : ASCII.test(text) ? PIPE_CELL_MAX : WIDE_CELL_MAX
      const clean = escapeText(text, max)
      return context.unicode ? clean : clean.replaceAll('…', '...')
    },
  }
}
