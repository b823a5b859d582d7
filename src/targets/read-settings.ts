// The words behind a URL, or in a rule: `key=value key="a value" key # comment`. Total: nothing throws, nothing is
// guessed, and the first thing that is wrong, from left to right, is what is said.

import { ValueError } from '../settings/errors.js'
import { KEYS, type Key } from '../settings/keys.js'
import type { Ask } from '../settings/target.js'
import { nearest } from '../words/nearest.js'
import { ExpansionError, expand, hintOfName, namesIn, type Variables } from './expand.js'
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
    override = result.override
    at = word.end
  }
  const reason = contradiction(override)
  if (reason !== null) return { type: 'wrong', key: null, reason, hint: null, at: first }
  return { type: 'override', override }
}

/** A setting that stands in a place of its own, such as a cell under the name of its key; null: the key alone. */
export type Pair = readonly [key: string, value: string | null]

/** The same for settings that need no quotes, in the order given. `at` counts pairs. */
export function readPairs(pairs: readonly Pair[], context: SettingsContext): Reading {
  let override = NO_OVERRIDE
  const seen = new Set<string>()
  for (const [at, [key, value]] of pairs.entries()) {
    const result = applyWord({ key, value, fault: null, end: 0 }, { override, seen }, context)
    if ('reason' in result) return { type: 'wrong', key, at, ...result }
    override = result.override
  }
  const reason = contradiction(override)
  return reason === null
    ? { type: 'override', override }
    : { type: 'wrong', key: null, reason, hint: null, at: pairs.length }
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
    return KEYS.has(word) ? { key: word, value: null, fault: null, end } : { key: null, value: word, fault: null, end }
  }
  const valueAt = at + key.length + 1
  if (text[valueAt] === '"') return { key, ...readQuoted(text, valueAt, lineEnd) }
  const value = text.slice(valueAt, end)
  const openQuote = value.split('"').length % 2 === 0
  return { key, value, fault: openQuote ? `put the whole value in quotes: ${key}="…"` : null, end }
}

/** `"…"` with `\"` and `\\` inside; other backslashes stand for themselves. */
function readQuoted(text: string, quote: number, lineEnd: number): Omit<Word, 'key'> {
  const match = /"((?:[^"\\]|\\.)*)"/suy
  match.lastIndex = quote
  const found = match.exec(text)
  if (found === null) return { value: '', fault: 'the quote is not closed', end: lineEnd }
  const end = quote + found[0].length
  const closed = end >= lineEnd || WHITE_SPACE.test(text[end]!)
  const value = found[1]!.replace(/\\(["\\])/g, '$1')
  return { value, fault: closed ? null : 'a space is missing after the closing quote', end }
}

/** What the words say up to this one. */
interface Read {
  readonly override: Override
}

interface Wrong {
  readonly reason: string
  readonly hint: string | null
}

/** What the words before it say. */
interface Before extends Read {
  readonly seen: Set<string>
}

function applyWord(word: Word, before: Before, context: SettingsContext): Read | Wrong {
  const name = word.key!
  const key = KEYS.get(name)
  if (key === undefined) return unknownKey(name)
  const { type, bare } = key.setting
  const refused = context.limits === null ? null : refuseKey(key)
  if (refused !== null) return wrong(`${name}: ${refused.reason}`, refused.hint)
  if (word.fault !== null) return wrong(`${name}: ${word.fault}`)
  const given = word.value ?? bare
  if (given === undefined) return wrong(`${name} needs a value: ${name}=…`)
  if (before.seen.has(name) && !type.isList) return wrong(`${name} is given twice`)
  before.seen.add(name)
  return applyValue(key, { given, isBare: word.value === null }, { override: before.override, ...context })
}

/** The distance costs the product of both lengths; a slip is short. */
function unknownKey(name: string): Wrong {
  const near = name.length > SHOWN_VALUE ? null : nearest(name, KEYS.keys())
  return wrong(`unknown key ${cut(name)}`, near === null ? KEYS_HINT : `Did you mean ${near}?`)
}

/** What a word says, and whether it says so by standing there. */
interface Given {
  readonly given: string
  readonly isBare: boolean
}

function applyValue(
  key: Key,
  { given, isBare }: Given,
  { override, variables, limits }: SettingsContext & Read,
): Read | Wrong {
  const { key: name, secret = false, expands = 'text' } = key.setting
  let value = given
  try {
    if (!isBare) value = expand(given, expands, secret ? { ...variables, strict: true } : variables)
    const applied = withValue(key, value, override)
    const more = limits === null ? null : refuseMore(key, applied, limits)
    return more === null ? { override: applied } : wrong(`${name}=${cut(given)}: ${more.reason}`, more.hint)
  } catch (error) {
    if (error instanceof ExpansionError) return wrong(`${name}: ${error.message}`)
    if (!(error instanceof ValueError)) throw error
    // What came from the environment is shown by its name only.
    const expected = value !== given && error.expected.includes(value) ? 'another value' : error.expected
    const unknown = value === given && limits === null ? namesIn(given)[0] : undefined
    const hint = unknown === undefined ? null : hintOfName(unknown)
    return wrong(`${name}${secret ? '' : `=${cut(given)}`}: expected ${expected}`, hint)
  }
}

/** A new override, with one setting more. Throws `ValueError`. */
function withValue({ name, setting: { type } }: Key, text: string, override: Override): Override {
  const value = type.read(text)
  const before = override[name as keyof Override]
  return { ...override, [name]: type.isList && Array.isArray(before) ? [...before, ...(value as unknown[])] : value }
}

function wrong(reason: string, hint: string | null = null): Wrong {
  return { reason, hint }
}

const KEYS_HINT = `Keys: ${[...KEYS.keys()].join(' ')}. A space in a URL is written %20`

function cut(text: string): string {
  return text.length > SHOWN_VALUE ? `${text.slice(0, SHOWN_VALUE)}…` : text
}
