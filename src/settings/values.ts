// Little languages of flags and line keys. Each parser says what is allowed when it refuses.

import { isIP } from 'node:net'
import { isIllEncoded } from '../words/is-ill-encoded.js'
import { compilePattern, type Pattern, PatternError } from '../words/pattern.js'
import type { HeaderPair, HeaderPattern, Method } from '../words/target.js'
import { withoutTrailingDot } from '../words/without-trailing-dot.js'

/** A mistake of the person who calls: exit 2, one line, nothing requested. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A value that could not be read; `expected` completes "expected …". */
export class ValueError extends Error {
  override readonly name = 'ValueError'
  readonly expected: string
  constructor(expected: string) {
    super(`expected ${expected}`)
    this.expected = expected
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
/** A bare number above this is more likely meant in ms than in seconds, so it needs a unit. */
const BARE_SECONDS_MAX = 600
/** Node's timers hold at most 2^31-1 ms, 24.8 days. */
const DURATION_MAX_MS = 2_147_483_647

/** `800ms`, `10s`, `2m`, `1h`, `1.5s`; a bare number is seconds. Returns ms, at least 1. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text)
  const expected = 'a duration such as 800ms, 10s or 2m'
  if (!match) throw new ValueError(expected)
  const value = Number(match[1])
  if (match[2] === undefined && value > BARE_SECONDS_MAX) {
    throw new ValueError(`a unit: ${text}ms or ${text}s?`)
  }
  const ms = Math.round(value * UNIT_MS[match[2] ?? 's']!)
  if (ms < 1) throw new ValueError('a duration of at least 1ms')
  if (ms > DURATION_MAX_MS) throw new ValueError('a duration of at most 24 days')
  return ms
}

/** A whole number within bounds, both inclusive. */
export function parseCount(text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= min && value <= max)) throw new ValueError(`a whole number from ${min} to ${max}`)
  return value
}

/** GET or HEAD, in any case. */
export function parseMethod(text: string): Method {
  const method = text.toUpperCase()
  if (method !== 'GET' && method !== 'HEAD') throw new ValueError('GET or HEAD')
  return method
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

/** A text to look for in a body. */
export function parseNeedle(text: string): string {
  if (text === '') throw new ValueError('some text')
  return text
}

/** `50/s`, `50` or `30/m`; returns requests a second. */
export function parseRate(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(?:\/([smh]))?$/.exec(text)
  const perSecond = match === null ? 0 : Number(match[1]) / (UNIT_MS[match[2] ?? 's']! / 1000)
  if (!(perSecond > 0)) throw new ValueError('a rate such as 50/s or 30/m')
  return perSecond
}

/** How many failures a run may have: a number, or a share of what was judged. */
export interface FailureBudget {
  readonly count: number
  /** 0 to 100; null: `count` holds. */
  readonly percent: number | null
}

/** `5` or `2.5%`. */
export function parseFailureBudget(text: string): FailureBudget {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text)
  const value = Number(match?.[1])
  const fits = match !== null && (match[2] === '%' ? value <= 100 : Number.isInteger(value))
  if (!fits) throw new ValueError('a number of failures, or a share such as 2%')
  return match[2] === '%' ? { count: 0, percent: value } : { count: value, percent: null }
}

/** One part of a list that is split by host: `{ index: 3, count: 8 }` is the third of eight. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number
  readonly count: number
}

/** More parts than anybody has machines; it leaves room for splitting each one among threads. */
const SHARDS_MAX = 10_000

/** `I/N`, I from 1 to N. */
export function parseShard(text: string): Shard {
  const [, index, count] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number)
  if (index === undefined || count === undefined || count < 1) throw new ValueError('a shard I/N such as 1/8')
  if (count > SHARDS_MAX) throw new ValueError(`at most ${SHARDS_MAX} shards`)
  if (index < 1 || index > count) throw new ValueError(`a shard from 1/${count} to ${count}/${count}`)
  return { index, count }
}

/** Where to connect for one host and port, instead of asking DNS. */
export interface PinnedAddress {
  /** As in a URL, IPv6 in brackets; `*` for every host. */
  readonly host: string
  readonly port: number
  /** One, or several with commas between them, which are raced. */
  readonly address: string
}

/**
 * `HOST:PORT:ADDRESS[,ADDRESS]`, as curl has it: the host in any spelling that a URL may have, or `*`; addresses with or
 * without brackets; a `+` before it, which only says how long curl remembers it, is passed over. Its `-HOST:PORT`, which
 * takes one back, is not.
 */
export function parseResolve(text: string): PinnedAddress {
  const match = /^\+?(\[[^\]]+\]|[^:[\]]+):(\d+):(.+)$/.exec(text)
  const [, written = '', portText = '', list = ''] = match ?? []
  const host = pinnedHost(written)
  const addresses = list.replace(/,$/, '').split(',').map(bare)
  const port = Number(portText)
  if (host === null || addresses.some((address) => isIP(address) === 0) || port < 1 || port > 65_535) {
    throw new ValueError(
      'HOST:PORT:ADDRESS, such as example.com:443:127.0.0.1; HOST may be *, addresses have commas between them',
    )
  }
  return { host, port, address: addresses.join(',') }
}

function bare(address: string): string {
  return address.replace(/^\[(.*)\]$/, '$1')
}

/** The host as a URL has it: punycode, lower case, without a final dot; null where it is none. */
function pinnedHost(written: string): string | null {
  if (written === '*') return written
  // What would end the host in a URL, or be taken for more than one.
  if (/^-|[\s/\\?#@*%]/.test(written) || !URL.canParse(`http://${written}/`)) return null
  const host = withoutTrailingDot(new URL(`http://${written}/`).hostname)
  return host === '' || isIllEncoded(host) ? null : host
}

/** `ADDRESS` or `ADDRESS:PORT` of a DNS server; IPv6 with a port in brackets. */
export function parseServer(text: string): string {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? []
  const whole = isIP(text) !== 0
  const parts = isIP(bracketed ?? plain ?? '') !== 0 && Number(port ?? 53) >= 1 && Number(port ?? 53) <= 65_535
  if (!whole && !parts) throw new ValueError('an IP address with or without port, such as 127.0.0.1:5353')
  return text
}

/** The name of a variable of the environment, without a dollar. */
export function parseVariableName(text: string): string {
  if (!/^[A-Za-z_]\w*$/.test(text)) throw new ValueError('the name of a variable, such as HOST, and not its value')
  return text
}

/** A regular expression in JavaScript's syntax, case-sensitive, without what cannot run in linear time. */
export function parseRegExp(text: string): Pattern {
  return parsePattern(text, '')
}

/** The same of one that is compiled already. */
export function patternFrom(pattern: RegExp | Pattern): Pattern {
  return 'flags' in pattern ? parsePattern(pattern.source, pattern.flags) : pattern
}

function parsePattern(source: string, flags: string): Pattern {
  try {
    return compilePattern(source, flags)
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    throw new ValueError(error.message)
  }
}

/** The nearest of `known` by edit distance, where it is near enough to be a slip; null otherwise. */
export function nearest(word: string, known: Iterable<string>): string | null {
  let best: string | null = null
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    // The word may be a line of 64 KiB.
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue
    const distance = editDistance(word, candidate)
    if (distance < bestDistance && distance < word.length) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Levenshtein distance; words here are flag and key names, a few letters long. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const substitution = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(previous[column]! + 1, current[column - 1]! + 1, substitution))
    }
    previous = current
  }
  return previous[b.length]!
}
