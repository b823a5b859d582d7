// One row of a CSV table or a JSON list: a URL, and its settings in places of their own. Read by the same rules as a line
// of a text list, and written as one where it is to be asked again.

import type { LineProblem } from '../settings/target.js'
import { trimInvisible } from './invisible.js'
import { compose, type LineContext, type ParsedLine, problem, readListed, refused } from './parse-line.js'
import { type Pair, readPairs } from './read-settings.js'
import { applyOverride, NO_OVERRIDE } from './settings.js'

/** What a row says. */
export interface ListRecord {
  /** As written. */
  readonly url: string
  readonly pairs: readonly Pair[]
  /** What is wrong with the row, whatever its URL is; null: nothing that can be told yet. */
  readonly problem: LineProblem | null
}

/** Of a URL that is none. */
const SHOWN = 200

/** Reads one row. Total, as `parseLine` is. */
export function parseRecord({ url: written, pairs, problem: known }: ListRecord, context: LineContext): ParsedLine {
  const url = trimInvisible(written)
  const parsed = known === null ? readListed(url, context) : refused(known)
  const input = parsed.url === url ? parsed.url : parsed.problem === null ? url : url.slice(0, SHOWN)
  const target = compose(input, parsed, context)
  if (parsed.problem !== null || pairs.length === 0) return target
  const { variables, untrusted = false } = context
  const reading = readPairs(pairs, { variables, limits: untrusted ? target.ask : null })
  if (reading.type === 'override') {
    return reading.override === NO_OVERRIDE ? target : { ...target, ...applyOverride(target, reading.override) }
  }
  const { key = null, reason, hint = null } = reading.type === 'wrong' ? reading : { reason: 'not a setting' }
  return compose(input, refused(problem('line.invalid', reason, { hint, key })), context)
}

/** The row as a line of a text list; read again it may be another one, so whoever writes it looks first. */
export function recordLine({ url, pairs }: Pick<ListRecord, 'url' | 'pairs'>): string {
  return [trimInvisible(url), ...pairs.map(([key, value]) => (value === null ? key : `${key}=${quoted(value)}`))].join(
    ' ',
  )
}

function quoted(value: string): string {
  return /^[^\s"]+$/.test(value) ? value : `"${value.replace(/(["\\])/g, '\\$1')}"`
}
