// One page for people: what failed and why, how fast, and every row to search and sort. A file of its own that asks
// nothing of any network; docs/reports.md says what is on it.

import type { Reporter, ReporterContext } from '../../words/output.js'
import { createAnswerTimes } from '../page/answer-times.js'
import { createFailureGroups } from '../page/failure-groups.js'
import { createOwnRules } from '../page/own-rules.js'
import { pageDocument } from '../page/page-document.js'
import { pageFiles } from '../page/page-files.js'
import { createRowStore } from '../page/row-store.js'
import type { ReportFormat } from './report-format.js'

/** Nothing is written before the run ends, because the first line says how it went; what is kept for that is bounded. */
export const html = {
  name: 'html',
  endings: ['.html', '.htm'],
  fate: 'document',
  // Beyond 50,000 they are not all there, but all that people look for.
  keepsRows: () => true,
  create: createHtml,
} as const satisfies ReportFormat

function createHtml({ about }: ReporterContext): Reporter {
  const files = pageFiles()
  const groups = createFailureGroups()
  const times = createAnswerTimes()
  const rows = createRowStore()
  const ownRules = createOwnRules(about)
  return {
    each(verdict) {
      rows.add(verdict)
      groups.add(verdict)
      times.add(verdict)
      ownRules.look(verdict)
      return ''
    },
    end(summary) {
      const hasOwnRules = ownRules.found
      return pageDocument({
        summary,
        about,
        files,
        groups,
        times,
        hasOwnRules,
        kept: rows.finish(),
      })
    },
  }
}
