// One line of an earlier ndjson report as a row of the baseline; what is needed of it may be wrong, and is looked at.

import { UsageError } from '../settings/errors.js'
import type { Verdict } from '../words/verdict.js'
import type { BaselineRow } from './baseline.js'

const OUTCOMES: ReadonlySet<unknown> = new Set(['ok', 'failed', 'inconclusive', 'skipped'])

/** Reads a line; a `UsageError` says what it is not, beginning with `where`. */
export function baselineRow(text: string, where: string): BaselineRow {
  let row: Partial<Verdict> | null = null
  try {
    row = JSON.parse(text) as Partial<Verdict> | null
  } catch {
    // What it is not is said below.
  }
  if (typeof row !== 'object' || row === null) throw new UsageError(`${where}: not a row of an ndjson report`)
  const { method, url, input = '', key = null, outcome } = row
  const isKnown = (method === 'GET' || method === 'HEAD') && typeof url === 'string' && outcome !== undefined
  if (!isKnown || !OUTCOMES.has(outcome)) {
    throw new UsageError(`${where}: no method, url and outcome; was it written with --fields?`)
  }
  return { method, url, input, key: typeof key === 'string' && /^[0-9a-f]{16}$/.test(key) ? key : null, outcome }
}
