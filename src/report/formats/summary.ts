// The totals alone, as one JSON object; `schema/summary.schema.json` describes it.

import type { Reporter } from '../../words/output.js'
import { toJson } from '../to-json.js'

/** One line of JSON at the end of the run. */
export function summary(): Reporter {
  return { each: () => '', end: (totals) => [`${toJson(totals)}\n`] }
}
