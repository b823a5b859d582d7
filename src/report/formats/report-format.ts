// What a report is to everybody else: its file in this folder makes one of these, and the map in `index.ts` names it.

import type { Reporter, ReporterContext } from '../../words/output.js'

/** One way to write verdicts down. */
export interface ReportFormat {
  /** As `-r NAME` and `-o NAME=FILE` have it. */
  readonly name: string
  /** File names with one of these endings, in lower case, choose it for `-o FILE`. */
  readonly endings: readonly string[]
  /**
   * What becomes of its file when a run is cut short. `grows`: every row counts, so the rows stay as `NAME.part`.
   * `document`: it says itself that the run was cut short, so it gets its name all the same.
   */
  readonly fate: 'grows' | 'document'
  /** Whether every row can be found in there later: while such an output is left, to go on asking is worth it. */
  keepsRows(context: ReporterContext): boolean
  /** Makes the report for its surroundings; throws `UsageError` when `fields` names an unknown one. */
  create(context: ReporterContext): Reporter
}
