// The `key=value` settings that may stand behind a URL: each key once, with how it changes the settings of its line.
// Values are read by the same parsers as the flags; nothing here knows where a value stood.

import { parseCount, parseDuration, parseHeader, parseMethod, ValueError } from '../parse.js'
import { parseStatusSet } from '../status-set.js'
import type { Ask, Expect } from '../types.js'

/** What one line asks and expects. */
export interface LineSettings {
  readonly ask: Ask
  readonly expect: Expect
}

/** One key. `apply` gives new settings, never changes the old ones, and throws `ValueError`. */
export interface LineKey {
  readonly apply: (value: string, settings: LineSettings) => LineSettings
  /** May stand alone and means yes then. */
  readonly bare?: true
  /** May be given several times on a line. */
  readonly repeatable?: true
  /** Takes `$NAME` from the environment; its value is never repeated in a message. */
  readonly secret?: true
}

/** All keys that work. */
export const LINE_KEYS = {
  accept: { apply: (value, line) => ({ ...line, expect: { ...line.expect, ...parseAccept(value, line.expect) } }) },
  timeout: { apply: (value, line) => withAsk(line, { timeoutMs: parseDuration(value) }) },
  method: { apply: (value, line) => withAsk(line, { method: parseMethod(value) }) },
  follow: { bare: true, apply: (value, line) => withAsk(line, { follow: parseYes(value) }) },
  'max-redirects': { apply: (value, line) => withAsk(line, { maxRedirects: parseCount(value, 0, 1000) }) },
  header: {
    repeatable: true,
    secret: true,
    apply: (value, line) => withAsk(line, { headers: [...line.ask.headers, parseHeader(value)] }),
  },
  user: { secret: true, apply: (value, line) => withAsk(line, { user: parseUser(value) }) },
  insecure: { bare: true, apply: (value, line) => withAsk(line, { insecure: parseYes(value) }) },
} as const satisfies Record<string, LineKey>

/** The key of that name; null where there is none. */
export function lineKey(name: string): LineKey | null {
  return Object.hasOwn(LINE_KEYS, name) ? LINE_KEYS[name as keyof typeof LINE_KEYS] : null
}

function withAsk(line: LineSettings, change: Partial<Ask>): LineSettings {
  return { ...line, ask: { ...line.ask, ...change } }
}

function parseAccept(value: string, { accept: base }: Expect): Expect {
  const accept = parseStatusSet(value, base)
  if (accept === null) throw new ValueError('statuses such as 200-299,301,4xx or +403')
  return { accept, acceptIsExplicit: true }
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
