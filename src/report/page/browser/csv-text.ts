// The rows that are shown as CSV, for a spreadsheet: with a byte order mark, which Excel needs to see UTF-8, and no cell
// that it would take for a formula.

import { escapeHidden } from '../../escape.js'
import type { Row } from '../page-row.js'

/** What a spreadsheet takes for the start of a formula, as in the CSV report (CWE-1236). */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/

const COLUMNS: readonly (readonly [name: string, get: (row: Row) => string | number | null])[] = [
  ['line', (row) => row.line],
  ['input', (row) => row.written],
  ['outcome', (row) => row.outcome],
  ['status', (row) => row.status],
  ['reason', (row) => row.reason],
  ['finalUrl', (row) => row.finalUrl],
  ['hops', (row) => row.hops.length],
  ['kind', (row) => row.kind],
  ['host', (row) => row.host],
  ['durationMs', (row) => row.durationMs],
  ['attempts', (row) => row.attempts],
  ['source', (row) => row.source],
  ['change', (row) => row.change],
]

/** Header and rows, CRLF (RFC 4180). */
export function csvText(rows: readonly Row[]): string {
  const lines = rows.map((row) => COLUMNS.map(([, get]) => cell(get(row))).join(','))
  return `\ufeff${[COLUMNS.map(([name]) => name).join(','), ...lines].join('\r\n')}\r\n`
}

function cell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return `${value}`
  const isFormula = value.length > 1 && FORMULA.test(value)
  return `"${escapeHidden(isFormula ? `'${value}` : value).replaceAll('"', '""')}"`
}
