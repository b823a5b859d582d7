// All reporters by the name of their format. A format that is listed in `types.ts` and not here does not compile.

import type { Format, Reporter, ReporterContext } from '../../words/output.js'
import { csv } from './csv.js'
import { json } from './json.js'
import { ndjson } from './ndjson.js'
import { summary } from './summary.js'
import { table } from './table.js'

/** Makes a reporter for its surroundings; throws `UsageError` when `fields` names an unknown one. */
export type ReporterFactory = (context: ReporterContext) => Reporter

/** The reporters by format. */
export const REPORTERS = { table, ndjson, json, csv, summary } satisfies Record<Format, ReporterFactory>
