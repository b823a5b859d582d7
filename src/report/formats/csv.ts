// RFC 4180: a header, CRLF, every text quoted. Made for spreadsheets as much as for programs, so no cell can be taken
// for a formula, none holds a line break, and moments are written as a spreadsheet reads them.

import type { Reporter, ReporterContext } from '../../words/output.js'
import { escapeHidden, guardLine } from '../escape.js'
import { type Column, FLAT, selectColumns } from '../fields.js'
import { toJson } from '../to-json.js'
import type { ReportFormat } from './report-format.js'

/** What a spreadsheet takes for the start of a formula, full-width forms included (OWASP, CSV Injection; CWE-1236). */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/

/** Needs nothing: printable ASCII without `"` and `#` that starts with a letter, a digit or a slash. */
const PLAIN = /^(?:[A-Za-z0-9/][ !$-~]*)?$/

/** Header and rows; nested fields are flat with dots (`timingsMs.dns`), lists are JSON text, null is an empty cell. */
export const csv = {
  name: 'csv',
  endings: ['.csv'],
  fate: 'grows',
  keepsRows: () => true,
  create: createCsv,
} as const satisfies ReportFormat

function createCsv(context: ReporterContext): Reporter {
  const columns = selectColumns(context.fields, FLAT).map(asSpreadsheet)
  // Excel takes a file without it for the encoding of its country; a program at the end of a pipe takes it for text.
  const mark = context.isFile ? '\ufeff' : ''
  return {
    begin: () => `${mark}${columns.map((column) => column.name).join(',')}\r\n`,
    each: (verdict) => `${columns.map((column) => csvCell(column.get(verdict))).join(',')}\r\n`,
    end: () => [],
  }
}

/** `2026-11-25 22:36:27`, in UTC: Excel and LibreOffice take `T`, `Z` and milliseconds for text. */
function asSpreadsheet(column: Column): Column {
  if (column.name !== 'checkedAt') return column
  return { ...column, get: ({ checkedAt }) => checkedAt.slice(0, 19).replace('T', ' ') }
}

/** A value as a cell that is no formula. */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return `${value}`
  if (typeof value === 'string' && PLAIN.test(value)) return `"${value}"`
  return `"${(typeof value === 'string' ? harmless(value) : toJson(value)).replaceAll('"', '""')}"`
}

function harmless(text: string): string {
  const isFormula = text.length > 1 && FORMULA.test(text)
  return guardLine(escapeHidden(isFormula ? `'${text}` : text))
}
