// One JSON document, streamed: one verdict a line, the summary at its end. Valid JSON also when there is no verdict.

import type { Reporter, ReporterContext } from '../../words/output.js'
import { toJson } from '../to-json.js'
import { toJsonRow } from './ndjson.js'
import type { ReportFormat } from './report-format.js'

/** Names the shape of `verdicts`; resolvable as a path in the package. */
const SCHEMA_NAME = 'scrape-status/schema/verdict.schema.json'

/** `{"schema":…,"verdicts":[…],"summary":{…}}`; `fields` narrows the verdicts. */
export const json = {
  name: 'json',
  endings: ['.json'],
  fate: 'document',
  keepsRows: () => true,
  create: createJson,
} as const satisfies ReportFormat

function createJson(context: ReporterContext): Reporter {
  const row = toJsonRow(context.fields)
  let separator = '\n'
  return {
    begin: () => `{"schema":${toJson(SCHEMA_NAME)},"verdicts":[`,
    each(verdict) {
      const text = `${separator}${row(verdict)}`
      separator = ',\n'
      return text
    },
    end: (summary) => [`\n],"summary":${toJson(summary)}}\n`],
  }
}
