// The `key=value` settings that may stand behind a URL or in a rule: each key once, with what it says. Values are read
// by the same parsers as the flags; nothing here knows where a value stood.

import { ValueError } from '../settings/errors.js'
import { parseHeader, parseHeaderPattern } from '../settings/headers.js'
import { parseStatusSet } from '../settings/status-set.js'
import { parseCount, parseDuration, parseMethod, parseNeedle } from '../settings/values.js'
import type { Syntax } from './expand.js'
import type { Override } from './settings.js'

/** One key. `apply` gives a new override, never writes to the old one, and throws `ValueError`. */
export interface LineKey {
  readonly apply: (value: string, override: Override) => Override
  /** May stand alone and means this then. */
  readonly bare?: string
  /** May be given several times on a line. */
  readonly repeatable?: true
  /** Its value is never repeated in a message, and a `$NAME` in it was meant. */
  readonly secret?: true
  /** What `$NAME` is put into; without it, plain text. */
  readonly syntax?: Syntax
}

/** All keys that work. */
export const LINE_KEYS = {
  accept: { apply: (value, line) => ({ ...line, accept: parseAccept(value) }) },
  location: { syntax: 'url', apply: (value, line) => withExpect(line, { location: parsePlace(value) }) },
  'final-url': { syntax: 'url', apply: (value, line) => withExpect(line, { finalUrl: parsePlace(value) }) },
  contains: { apply: (value, line) => withExpect(line, { contains: parseNeedle(value) }) },
  'expect-header': {
    repeatable: true,
    syntax: 'pattern',
    apply: (value, line) => ({ ...line, expectHeaders: [...line.expectHeaders, parseHeaderPattern(value)] }),
  },
  'max-latency': { apply: (value, line) => withExpect(line, { maxLatencyMs: parseDuration(value) }) },
  'cert-days': { apply: (value, line) => withExpect(line, { certDays: parseCount(value, 0, 36_500) }) },
  timeout: { apply: (value, line) => withAsk(line, { timeoutMs: parseDuration(value) }) },
  method: { apply: (value, line) => withAsk(line, { method: parseMethod(value) }) },
  follow: { bare: 'yes', apply: (value, line) => withAsk(line, { follow: parseYes(value) }) },
  'max-redirects': { apply: (value, line) => withAsk(line, { maxRedirects: parseCount(value, 0, 1000) }) },
  retries: { apply: (value, line) => withAsk(line, { retries: parseCount(value, 0, 100) }) },
  header: {
    repeatable: true,
    secret: true,
    apply: (value, line) => ({ ...line, headers: [...line.headers, parseHeader(value)] }),
  },
  user: { secret: true, apply: (value, line) => withAsk(line, { user: parseUser(value) }) },
  insecure: { bare: 'yes', apply: (value, line) => withAsk(line, { insecure: parseYes(value) }) },
  skip: { bare: 'skipped', apply: (value, line) => ({ ...line, skip: parseReason(value) }) },
} as const satisfies Record<string, LineKey>

/** The key of that name; null where there is none. */
export function lineKey(name: string): LineKey | null {
  return Object.hasOwn(LINE_KEYS, name) ? LINE_KEYS[name as keyof typeof LINE_KEYS] : null
}

function withAsk(line: Override, ask: Override['ask']): Override {
  return { ...line, ask: { ...line.ask, ...ask } }
}

function withExpect(line: Override, expect: Override['expect']): Override {
  return { ...line, expect: { ...line.expect, ...expect } }
}

function parseAccept(value: string): string {
  if (parseStatusSet(value) === null) throw new ValueError('statuses such as 200-299,301,4xx or +403')
  return value
}

/** A URL, or a path on the host of the line's URL. Without scheme or slash it would be read as a path, and mostly is a slip. */
export function parsePlace(value: string): string {
  const isPlace = /^(?:https?:\/\/|\/)/i.test(value) && !/[\x00-\x20]/.test(value) && canParse(value)
  if (!isPlace) throw new ValueError('a URL such as https://example.com/new, or a path such as /new')
  return value
}

function canParse(value: string): boolean {
  try {
    return new URL(value, 'https://base.invalid/').hostname !== ''
  } catch {
    return false
  }
}

function parseYes(value: string): boolean {
  if (value !== 'yes' && value !== 'no') throw new ValueError('yes or no')
  return value === 'yes'
}

/** RFC 7617 §2: no control characters, and the first colon ends the name. */
function parseUser(value: string): string {
  if (!value.includes(':') || /[\x00-\x1f\x7f]/.test(value)) throw new ValueError('NAME:PASSWORD')
  return value
}

function parseReason(value: string): string {
  if (value.trim() === '') throw new ValueError('a reason')
  return value
}
