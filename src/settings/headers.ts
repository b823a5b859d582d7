// Headers as people write them, to send and to expect. What could break the framing of a request is refused here.

import type { Pattern } from '../words/pattern.js'
import { ValueError } from './errors.js'
import { parseRegExp, patternFrom } from './patterns.js'
import { expectString, textOf, type ValueType } from './value-type.js'

/** One header as the user gave it: name, value. */
export type HeaderPair = readonly [name: string, value: string]

/** A header of the final answer that has to match. */
export interface HeaderPattern {
  /** Lower case. */
  readonly name: string
  readonly pattern: Pattern
}

/** Header names are tokens (RFC 9110 §5.6.2). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** Field values hold no control characters but TAB (RFC 9110 §5.5): no CR LF, so no second header can be smuggled in. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\uffff]*$/
/** These are the exchange's own; another value would break the framing or the choice of connection. */
const RESERVED = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** `Name: value`. The value goes out as latin1 where it can, else as UTF-8 bytes. */
export function parseHeader(text: string): HeaderPair {
  const colon = text.indexOf(':')
  const name = text.slice(0, Math.max(0, colon)).trim()
  const value = text.slice(colon + 1).trim()
  if (colon < 1 || !TOKEN.test(name)) throw new ValueError("a header such as 'Accept-Language: en'")
  if (!FIELD_VALUE.test(value)) throw new ValueError('a header value without line breaks and control characters')
  if (RESERVED.has(name.toLowerCase())) throw new ValueError(`another header; ${name} is set by the connection itself`)
  return [name, toFieldBytes(value)]
}

/** What a user of the library may write for headers: an object, pairs, or the `Headers` of fetch. */
export type HeadersGiven = Readonly<Record<string, string>> | Iterable<HeaderPair>

/** Headers to send: one more is behind those that there are, and of one name the last is sent. */
export const headers: ValueType<readonly HeaderPair[], HeadersGiven> = {
  isList: true,
  read: (text) => [parseHeader(text)],
  check: (given) => entriesOf(given).map(([name, value]) => parseHeader(`${name}: ${expectString(value)}`)),
  over: (more, base) => [...base, ...more],
  // Names count without case.
  alike: (pairs) => pairs.map(([name, value]) => [name.toLowerCase(), value]),
}

/** The value of one header. */
export function fieldValue(name: string): ValueType<string> {
  return textOf((text) => parseHeader(`${name}: ${text}`)[1])
}

function entriesOf(given: HeadersGiven): readonly HeaderPair[] {
  if (typeof given !== 'object' || given === null) throw new ValueError('an object of names and values')
  const pairs = Symbol.iterator in given ? [...given] : Object.entries(given)
  if (!pairs.every((pair) => Array.isArray(pair) && pair.length === 2)) throw new ValueError('pairs of name and value')
  return pairs
}

/** HTTP sends bytes; undici takes one character a byte. Text beyond latin1 goes out as UTF-8, as curl does. */
function toFieldBytes(value: string): string {
  return /^[\x00-\xff]*$/.test(value) ? value : Buffer.from(value, 'utf8').toString('latin1')
}

/** `Name: regex`, the regular expression unanchored and case-sensitive. */
export function parseHeaderPattern(text: string): HeaderPattern {
  const colon = text.indexOf(':')
  const name = text.slice(0, Math.max(0, colon)).trim()
  if (!TOKEN.test(name)) throw new ValueError("a header and a regular expression such as 'content-type: ^text/html'")
  return { name: name.toLowerCase(), pattern: parseRegExp(text.slice(colon + 1).trim()) }
}

/** Headers that have to match; those of one name replace what was expected of it. */
export const headerPatterns: ValueType<readonly HeaderPattern[], Readonly<Record<string, RegExp | string>>> = {
  isList: true,
  read: (text) => [parseHeaderPattern(text)],
  check(given) {
    if (typeof given !== 'object' || given === null) throw new ValueError('an object of names and regular expressions')
    return Object.entries(given).map(([name, pattern]) => {
      if (typeof pattern === 'string') return parseHeaderPattern(`${name}: ${pattern}`)
      return { name: parseHeaderPattern(`${name}:`).name, pattern: patternFrom(pattern) }
    })
  },
  over: (named, base) => [...base.filter(({ name }) => named.every((own) => own.name !== name)), ...named],
}
