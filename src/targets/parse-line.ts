// One line of a list: `URL [key=value …] [# comment]`. Total: every text is blank, a target, or a target with a problem;
// nothing throws and nothing is guessed.

import { nearest, ValueError } from '../parse.js'
import type { LineProblem } from '../types.js'
import { LINE_KEYS, type LineSettings, lineKey } from './line-keys.js'
import { type ParsedUrl, parseUrl } from './parse-url.js'

/** What a line starts from: the settings of the flags, and the environment for `$NAME`. */
export interface LineContext extends LineSettings {
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What a line says. Without keys, `ask` and `expect` are the context's own objects. */
export type ParsedLine = ParsedUrl & LineSettings & { readonly input: string }

const WHITE_SPACE = /[ \t]/
const KEY = /^([A-Za-z][\w-]*)=/
const HAS_SCHEME = /^(?:[a-z][a-z0-9+.-]*:)?\/\//i
/** Values are shown up to this length in a message. */
const SHOWN_VALUE = 40

/**
 * Reads one line; null where it is blank or a comment. A line without keys costs `new URL` and about 0.3 µs.
 * What is returned holds no slice of `text`, so that a target that waits does not keep its whole chunk.
 */
export function parseLine(text: string, context: LineContext): ParsedLine | null {
  const line = text.trim()
  if (line === '' || line.startsWith('#')) return null
  if (WHITE_SPACE.test(line)) return parseWords(detach(text), context)
  if (KEY_FIRST.test(line)) return keyFirst(line, context)
  const parsed = parseUrl(line)
  return compose(line === parsed.url ? parsed.url : detach(line), parsed, context)
}

/** `accept=200` in front would make a host name of itself, were it not for this. */
const KEY_FIRST = new RegExp(`^(?:${Object.keys(LINE_KEYS).join('|')})=`)

function keyFirst(word: string, context: LineContext): ParsedLine {
  const key = word.slice(0, word.indexOf('='))
  const found = problem('line.invalid', 'the URL comes first, settings after it', null, key, null)
  return compose(`${key}=…`, refused(found), context)
}

/** The general case: several words. Stops at the first thing that is wrong, from left to right. */
function parseWords(text: string, context: LineContext): ParsedLine {
  const start = text.length - text.trimStart().length
  const end = text.trimEnd().length
  const urlEnd = wordEnd(text, start, end)
  const input = text.slice(start, urlEnd)
  const fail = (found: LineProblem, shown = input) => compose(shown, refused(found), context)

  if (KEY_FIRST.test(input)) return keyFirst(input, context)
  const parsed = parseUrl(input)
  if (parsed.problem !== null) return compose(input, parsed, context)
  let settings: LineSettings = context
  const seen = new Set<string>()
  for (let at = skipSpace(text, urlEnd); at < end && text[at] !== '#'; at = skipSpace(text, at)) {
    const word = readWord(text, at, end)
    if (word.key === null) return fail(strayWord(text, urlEnd, word.value ?? ''), withoutKeys(text, start, end))
    const result = applyWord(word, settings, seen, context)
    if ('reason' in result) return fail({ ...result, column: at + 1 })
    settings = result
    at = word.end
  }
  if (settings === context) return compose(input === parsed.url ? parsed.url : input, parsed, context)
  return { input, url: parsed.url, host: parsed.host, problem: null, ask: settings.ask, expect: settings.expect }
}

/** A word behind the URL. `key` null: it is no setting. `value` null: a bare key. `fault`: the quoting is wrong. */
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

function applyWord(word: Word, line: LineSettings, seen: Set<string>, { env }: LineContext) {
  const name = word.key!
  const key = lineKey(name)
  const wrong = (reason: string, hint: string | null = null) => problem('line.invalid', reason, hint, name, null)
  if (key === null) {
    const near = nearest(name, Object.keys(LINE_KEYS))
    return wrong(`unknown key ${cut(name)}`, near === null ? KEYS_HINT : `Did you mean ${near}?`)
  }
  if (word.fault !== null) return wrong(`${name}: ${word.fault}`)
  if (word.value === null && !key.bare) return wrong(`${name} needs a value: ${name}=…`)
  if (seen.has(name) && !key.repeatable) return wrong(`${name} is given twice`)
  seen.add(name)
  const given = word.value ?? 'yes'
  try {
    return key.apply(key.secret ? expand(given, env) : given, line)
  } catch (error) {
    if (error instanceof UnsetError) return wrong(`${name}: $${error.message} is not set in the environment`)
    if (!(error instanceof ValueError)) throw error
    return wrong(`${name}${key.secret ? '' : `=${cut(given)}`}: expected ${error.expected}`)
  }
}

const KEYS_HINT = `Keys: ${Object.keys(LINE_KEYS).join(' ')}. A space in a URL is written %20`

/** A variable that is not set; the message is its name. */
class UnsetError extends Error {}

/** `$NAME` and `${NAME}` become what the environment holds; `\$` is a dollar. What comes in is not expanded again. */
function expand(value: string, env: LineContext['env']): string {
  return value.replace(/\\\$|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/g, (found, plain, braced) => {
    if (found === '\\$') return '$'
    const name = plain ?? braced
    const set = Object.hasOwn(env, name) ? env[name] : undefined
    if (set === undefined) throw new UnsetError(name)
    return set
  })
}

/** A word that is neither a setting nor a comment: a second URL, or the rest of a URL with a space in it. */
function strayWord(text: string, urlEnd: number, word: string): LineProblem {
  if (HAS_SCHEME.test(word)) {
    return problem('line.invalid', 'two URLs; write location=… or final-url=…', 'Or one URL a line', null, null)
  }
  const space = text[urlEnd] === '\t' ? 'a tab in the URL; write %09' : 'a space in the URL; write %20'
  return problem(
    'url.invalid',
    space,
    'After the URL come only settings, such as accept=404, and # comments',
    null,
    null,
  )
}

/** The line up to its first setting or comment: keys may hold secrets and are no part of what is shown. */
function withoutKeys(text: string, start: number, end: number): string {
  const whole = text.slice(start, end)
  const keys = /[ \t]+(?:[A-Za-z][\w-]*=|#)/.exec(whole)
  return keys === null ? whole : whole.slice(0, keys.index)
}

function wordEnd(text: string, from: number, lineEnd: number): number {
  let at = from
  while (at < lineEnd && text[at] !== ' ' && text[at] !== '\t') at++
  return at
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\t') at++
  return at
}

/** A copy without ties to the chunk that the text was sliced from: flattening what was joined makes a string of its own. */
function detach(text: string): string {
  return ` ${text}`.slice(1)
}

function cut(text: string): string {
  return text.length > SHOWN_VALUE ? `${text.slice(0, SHOWN_VALUE)}…` : text
}

function problem(
  kind: LineProblem['kind'],
  reason: string,
  hint: string | null,
  key: string | null,
  column: number | null,
): LineProblem {
  return { kind, reason, hint, key, column }
}

function refused(found: LineProblem): ParsedUrl {
  return { url: null, host: '', problem: found }
}

function compose(input: string, parsed: ParsedUrl, { ask, expect }: LineSettings): ParsedLine {
  return parsed.problem === null
    ? { input, url: parsed.url, host: parsed.host, problem: null, ask, expect }
    : { input, url: null, host: '', problem: parsed.problem, ask, expect }
}
