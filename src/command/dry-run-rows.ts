// What would be asked, one row a target, for programs: the place in the list, the URL, what becomes of it, and the settings
// that are not the defaults.

import { escapeInJson } from '../report/escape.js'
import { csvCell } from '../report/formats/csv.js'
import type { Format } from '../report/formats/index.js'
import { UsageError } from '../settings/errors.js'
import type { Target } from '../settings/target.js'
import { hideSecrets } from '../words/hide-secrets.js'
import { type ShownSettings, settingsOfTarget } from './effective-settings.js'

/** What becomes of a target. */
export type Action = 'ask' | 'invalid' | 'skipped' | 'duplicate' | 'excluded'

/** Text for the rows of a dry run; `settings` are those of the run. */
export interface DryRunRows {
  readonly begin: string
  each(target: Target, action: Action): string
  readonly end: string
}

const FIELDS = ['index', 'line', 'source', 'input', 'url', 'host', 'action', 'reason', 'settings'] as const

/** Null for the table, which counts instead. Throws `UsageError` for a report that has no such rows. */
export function createDryRunRows(format: Format, settings: ShownSettings): DryRunRows | null {
  switch (format) {
    case 'table':
      return null
    case 'ndjson':
      return { begin: '', each: (target, action) => `${json(rowOf(target, action))}\n`, end: '' }
    case 'json': {
      let isFirst = true
      const each = (target: Target, action: Action) => {
        const text = `${isFirst ? '' : ','}\n${json(rowOf(target, action))}`
        isFirst = false
        return text
      }
      return { begin: `{"settings":${json(settings)},"targets":[`, each, end: '\n]}\n' }
    }
    case 'csv': {
      const each = (target: Target, action: Action) => {
        const row: Readonly<Record<string, unknown>> = rowOf(target, action)
        return `${FIELDS.map((name) => csvCell(row[name])).join(',')}\r\n`
      }
      return { begin: `${FIELDS.join(',')}\r\n`, each, end: '' }
    }
    default:
      throw new UsageError(`--dry-run: prints a table, ndjson, json or csv, and no ${format}`)
  }
}

function rowOf(target: Target, action: Action): Readonly<Record<(typeof FIELDS)[number], unknown>> {
  const { index, line, source, input, url, host, problem, skip } = target
  const reason = problem?.reason ?? (action === 'skipped' ? skip : null)
  return {
    ...{ index, line, source, input: hideSecrets(input, url === null ? 'invalid' : 'written') },
    ...{ url: hideSecrets(url ?? '', 'url'), host, action },
    reason: reason === null ? null : hideSecrets(reason, 'prose'),
    settings: action === 'invalid' ? {} : settingsOfTarget(target),
  }
}

function json(value: unknown): string {
  return escapeInJson(JSON.stringify(value))
}
