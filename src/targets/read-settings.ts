// The words behind a URL, or in a rule: `key=value key="a value" key # comment`. Total: nothing throws, nothing is
// guessed, and the first thing that is wrong, from left to right, is what is said.

import { ValueError } from '../settings/errors.js'
import type { Ask } from '../settings/target.js'
import { nearest } from '../words/nearest.js'
import { ExpansionError, expand, type Variables } from './expand.js'
import { LINE_KEYS, lineKey } from './line-keys.js'
import { contradiction, NO_OVERRIDE, type Override } from './settings.js'
import { refuseKey, refuseMore } from './untrusted.js'

/** What the words say: an override, a word that is no setting, or a setting that is wrong. `at` counts characters from 0. */
export type Reading =
  | { readonly type: 'override'; readonly override: Override }
  | { readonly type: 'stray'; readonly word: string }
  | {
      readonly type: 'wrong'
      readonly key: string | null
      readonly reason: string
      readonly hint: string | null
      readonly at: number
    }

/** Values are shown up to this length in a message. */
const SHOWN_VALUE = 40
const WHITE_SPACE = /[ \t]/
const KEY = /^([A-Za-z][\w-]*)=/

/** What the settings are read with. */
export interface SettingsContext {
  readonly variables: Variables
  /** Where somebody else wrote them: what they may not go beyond; null: they may say what they like. */
  readonly limits: Ask | null
}

/** Where in a line they stand. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Reads the settings of `text` within the span. The very same `NO_OVERRIDE` where there are none. */
export function readSettings(text: string, { start, end }: Span, context: SettingsContext): Reading {
  let override = NO_OVERRIDE
  const seen = new Set<string>()
  const first = skipSpace(text, start)
  for (let at = first; at < end && text[at] !== '#'; at = skipSpace(text, at)) {
    const word = readWord(text, at, end)
    if (word.key === null) return { type: 'stray', word: word.value ?? '' }
    const result = applyWord(word, { override, seen }, context)
    if ('reason' in result) return { type: 'wrong', key: word.key, at, ...result }
    override = result
    at = word.end
  }
  const reason = contradiction(override)
  if (reason !== null) return { type: 'wrong', key: null, reason, hint: null, at: first }
  return { type: 'override', override }
}

/** Where the word that begins at `from` ends. */
export function wordEnd(text: string, from: number, lineEnd: number): number {
  let at = from
  while (at < lineEnd && text[at] !== ' ' && text[at] !== '\t') at++
  return at
}

/** Where the next word begins. */
export function skipSpace(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\t') at++
  return at
}

/** A word. `key` null: it is no setting. `value` null: a bare key. `fault`: the quoting is wrong. */
interface Word {
  readonly key: string | null
  readonly value: string | null
  readonly fault: string | null
  readonly end: number
}

function readWord(text: string, at: number, lineEnd: number): Word {
  const end = wordEnd(text, at, lineEnd)
  const word = text.slice(at, end)
  const key = KEY.exec(word)?.[1] ?? null
  if (key === null) {
    return lineKey(word) === null
      ? { key: null, value: word, fault: null, end }
      : { key: word, value: null, fault: null, end }
  }
  const valueAt = at + key.length + 1
  if (text[valueAt] === '"') return readQuoted(text, key, valueAt, lineEnd)
  const value = text.slice(valueAt, end)
  const openQuote = value.split('"').length % 2 === 0
  return { key, value, fault: openQuote ? `put the whole value in quotes: ${key}="…"` : null, end }
}

/** `"…"` with `\"` and `\\` inside; other backslashes stand for themselves. */
function readQuoted(text: string, key: string, quote: number, lineEnd: number): Word {
  const match = /"((?:[^"\\]|\\.)*)"/suy
  match.lastIndex = quote
  const found = match.exec(text)
  if (found === null) return { key, value: '', fault: 'the quote is not closed', end: lineEnd }
  const end = quote + found[0].length
  const closed = end >= lineEnd || WHITE_SPACE.test(text[end]!)
  const value = found[1]!.replace(/\\(["\\])/g, '$1')
  return { key, value, fault: closed ? null : 'a space is missing after the closing quote', end }
}

interface Wrong {
  readonly reason: string
  readonly hint: string | null
}

/** What the words before it say. */
interface Before {
  readonly override: Override
  readonly seen: Set<string>
}

function applyWord(word: Word, { override, seen }: Before, { variables, limits }: SettingsContext): Override | Wrong {
  const name = word.key!
  const key = lineKey(name)
  const wrong = (reason: string, hint: string | null = null): Wrong => ({ reason, hint })
  if (key === null) {
    // The distance costs the product of both lengths; a slip is short.
    const near = name.length > SHOWN_VALUE ? null : nearest(name, Object.keys(LINE_KEYS))
    return wrong(`unknown key ${cut(name)}`, near === null ? KEYS_HINT : `Did you mean ${near}?`)
  }
  const refused = limits === null ? null : refuseKey(name)
  if (refused !== null) return wrong(`${name}: ${refused.reason}`, refused.hint)
  if (word.fault !== null) return wrong(`${name}: ${word.fault}`)
  const given = word.value ?? key.bare
  if (given === undefined) return wrong(`${name} needs a value: ${name}=…`)
  if (seen.has(name) && !key.repeatable) return wrong(`${name} is given twice`)
  seen.add(name)
  let value = given
  try {
    if (word.value !== null) value = expand(given, key.syntax ?? 'text', variables, variables.strict || key.secret)
    const applied = key.apply(value, override)
    const more = limits === null ? null : refuseMore(name, applied, limits)
    return more === null ? applied : wrong(`${name}=${cut(given)}: ${more.reason}`, more.hint)
  } catch (error) {
    if (error instanceof ExpansionError) return wrong(`${name}: ${error.message}`)
    if (!(error instanceof ValueError)) throw error
    // What came from the environment is shown by its name only.
    const expected = value !== given && error.expected.includes(value) ? 'another value' : error.expected
    return wrong(`${name}${key.secret ? '' : `=${cut(given)}`}: expected ${expected}`)
  }
}

const KEYS_HINT = `Keys: ${Object.keys(LINE_KEYS).join(' ')}. A space in a URL is written %20`

function cut(text: string): string {
  return text.length > SHOWN_VALUE ? `${text.slice(0, SHOWN_VALUE)}…` : text
}
