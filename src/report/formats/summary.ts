// The totals alone, as one JSON object; `schema/summary.schema.json` describes it.

import type { Reporter } from '../../words/output.js'
import { toJson } from '../to-json.js'
import type { ReportFormat } from './report-format.js'

/** One line of JSON at the end of the run. */
export const summary = {
  name: 'summary',
  endings: [],
  fate: 'document',
  keepsRows: () => false,
  create: createSummary,
} as const satisfies ReportFormat

function createSummary(): Reporter {
  return { each: () => '', end: (totals) => [`${toJson(totals)}\n`] }
}
