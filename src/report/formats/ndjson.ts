// One verdict a line as JSON, as soon as it is known; no summary, so that every line has the same shape.

import type { Reporter, ReporterContext } from '../../words/output.js'
import type { Verdict } from '../../words/verdict.js'
import { NESTED, selectColumns } from '../fields.js'
import { toJson } from '../to-json.js'
import { createVerdictJson } from '../verdict-json.js'
import type { ReportFormat } from './report-format.js'

/** Newline-delimited JSON; `fields` narrows every line. */
export const ndjson = {
  name: 'ndjson',
  endings: ['.ndjson', '.jsonl'],
  fate: 'grows',
  keepsRows: () => true,
  create: createNdjson,
} as const satisfies ReportFormat

function createNdjson(context: ReporterContext): Reporter {
  const line = toJsonRow(context.fields)
  return { each: (verdict) => `${line(verdict)}\n`, end: () => [] }
}

/** What prints one verdict: the record as it is, or the named fields in the named order. */
export function toJsonRow(fields: readonly string[] | null): (verdict: Verdict) => string {
  if (fields === null) return createVerdictJson()
  const columns = selectColumns(fields, NESTED)
  return (verdict) => toJson(Object.fromEntries(columns.map((column) => [column.name, column.get(verdict)])))
}
