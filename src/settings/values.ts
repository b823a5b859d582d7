// The little languages of numbers, times and words. Each says what is allowed when it refuses.

import type { Method } from '../words/method.js'
import { textOfUrl } from '../words/url-text.js'
import type { UrlLike } from '../words/web-types.js'
import { ValueError } from './errors.js'
import { textOf, type ValueType } from './value-type.js'

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

/** A time in ms. */
export const duration: ValueType<number> = {
  read: parseDuration,
  check(given) {
    const ms = typeof given === 'number' ? Math.round(given) : Number.NaN
    if (!(ms >= 1 && ms <= DURATION_MAX_MS)) throw new ValueError(`a number of ms from 1 to ${DURATION_MAX_MS}`)
    return ms
  },
  write: (ms) => (ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`),
}

/** A whole number within bounds, both inclusive. */
export function parseCount(text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= min && value <= max)) throw new ValueError(`a whole number from ${min} to ${max}`)
  return value
}

/** A whole number within bounds, both inclusive. */
export function count(min: number, max: number): ValueType<number> {
  return {
    read: (text) => parseCount(text, min, max),
    check(given) {
      const fits = Number.isInteger(given) && given >= min && given <= max
      if (!fits) throw new ValueError(`a whole number from ${min} to ${max}`)
      return given
    },
  }
}

/** Yes or no; a flag says which by being there. */
export const yes: ValueType<boolean> = {
  read(text) {
    if (text !== 'yes' && text !== 'no') throw new ValueError('yes or no')
    return text === 'yes'
  },
  check(given) {
    if (typeof given !== 'boolean') throw new ValueError('true or false')
    return given
  },
}

/** One of a few words. */
export function oneOf<Word extends string>(words: readonly Word[]): ValueType<Word> {
  const read = (text: string) => {
    const found = words.find((word) => word === text)
    if (found === undefined) throw new ValueError(`one of ${words.join(' ')}`)
    return found
  }
  return { read, check: read }
}

/** Any text: what is in it is looked at by whom it is for. */
export const text = textOf((written) => written)

/** What a room above reads by itself. */
export const elsewhere: ValueType<unknown> = { read: (written) => written, check: (given) => given }

/** Words with commas between them. */
export const names: ValueType<readonly string[], string> = textOf((written) =>
  written.split(',').map((name) => name.trim()),
)

/** GET or HEAD, in any case. */
export function parseMethod(text: string): Method {
  const method = text.toUpperCase()
  if (method !== 'GET' && method !== 'HEAD') throw new ValueError('GET or HEAD')
  return method
}

/** How a URL is asked. */
export const method: ValueType<Method> = textOf(parseMethod) as ValueType<Method>

/** A text to look for in a body. */
export function parseNeedle(text: string): string {
  if (text === '') throw new ValueError('some text')
  return text
}

/** A text to look for. */
export const needle = textOf(parseNeedle)

/** A URL, or a path on the host of the line's URL. Without scheme or slash it would be read as a path, and mostly is a slip. */
export function parsePlace(text: string): string {
  const isPlace = /^(?:https?:\/\/|\/)/i.test(text) && !/[\x00-\x20]/.test(text) && canParse(text)
  if (!isPlace) throw new ValueError('a URL such as https://example.com/new, or a path such as /new')
  return text
}

function canParse(text: string): boolean {
  try {
    return new URL(text, 'https://base.invalid/').hostname !== ''
  } catch {
    return false
  }
}

/** Where a redirect leads. */
export const place: ValueType<string, string | UrlLike> = {
  read: parsePlace,
  check: (given) => parsePlace(textOfUrl(given) ?? ''),
}

/** A URL, looked at by whom it is for. */
export const url: ValueType<string, string | UrlLike> = {
  read: (written) => written,
  check(given) {
    const written = textOfUrl(given)
    if (written === null) throw new ValueError('a string or a URL')
    return written
  },
}

/** `NAME:PASSWORD` (RFC 7617 §2: no control characters, and the first colon ends the name). */
export function parseUser(text: string): string {
  if (!text.includes(':') || /[\x00-\x1f\x7f]/.test(text)) throw new ValueError('NAME:PASSWORD')
  return text
}

/** Who asks. */
export const user = textOf(parseUser)

/** Any sentence that says something. */
export function parseReason(text: string): string {
  if (text.trim() === '') throw new ValueError('a reason')
  return text
}

/** Why something is so. */
export const reason = textOf(parseReason)

/** How many threads, or as many as help. */
export type Threads = number | 'auto'

const THREADS_MAX = 1024

/** `4` or `auto`. */
export const threads: ValueType<Threads> = {
  read(text) {
    if (text === 'auto') return text
    return threads.check(/^\d+$/.test(text) ? Number(text) : Number.NaN)
  },
  check(given) {
    if (given === 'auto' || (Number.isInteger(given) && given >= 1 && given <= THREADS_MAX)) return given
    throw new ValueError(`a number from 1 to ${THREADS_MAX}, or auto`)
  },
}

/** `50/s`, `50` or `30/m`; returns requests a second. */
export function parseRate(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(?:\/([smh]))?$/.exec(text)
  const perSecond = match === null ? 0 : Number(match[1]) / (UNIT_MS[match[2] ?? 's']! / 1000)
  if (!(perSecond > 0)) throw new ValueError('a rate such as 50/s or 30/m')
  return perSecond
}

/** Requests a second. */
export const rate: ValueType<number> = {
  read: parseRate,
  check(given) {
    if (!(Number.isFinite(given) && given > 0)) throw new ValueError('a number above 0')
    return given
  },
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

/** How many failures are none. */
export const failureBudget: ValueType<FailureBudget> = {
  read: parseFailureBudget,
  check(given) {
    const { count, percent } = Object(given) as FailureBudget
    const fits = Number.isInteger(count) && count >= 0 && (percent === null || (percent >= 0 && percent <= 100))
    if (!fits) throw new ValueError('{ count, percent }: failures from 0, and a share from 0 to 100 or null')
    return given
  },
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

/** A part of the list. */
export const shard: ValueType<Shard> = {
  read: parseShard,
  check(given) {
    const { index, count } = Object(given) as Shard
    return parseShard(`${index}/${count}`)
  },
  write: ({ index, count }) => `${index}/${count}`,
}

/** The name of a variable of the environment, without a dollar. */
export function parseVariableName(text: string): string {
  if (!/^[A-Za-z_]\w*$/.test(text)) throw new ValueError('the name of a variable, such as HOST, and not its value')
  return text
}

/** Names of variables. */
export const variableName = textOf(parseVariableName)

/** `KEY=NAME`; which keys there are is for the reader of lists to know. */
function parseColumn(text: string): readonly [key: string, name: string] {
  const equals = text.indexOf('=')
  if (equals < 1 || equals === text.length - 1) throw new ValueError('a key and a column, such as url="Old URL"')
  return [text.slice(0, equals), text.slice(equals + 1)]
}

/** Which column holds what. */
export const column = textOf(parseColumn)

/** Redis or Valkey: `redis://[NAME:PASSWORD@]HOST[:PORT][/DB]`, `rediss://` with TLS. */
export const redisUrl: ValueType<string> = textOf((text) => {
  const isOne = URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol) && new URL(text).hostname !== ''
  if (!isOne) throw new ValueError('redis://HOST:PORT or rediss://HOST:PORT')
  return text
})

/** The name of a run: what may stand in a key of Redis. */
export const runName: ValueType<string> = textOf((text) => {
  if (!/^[\w-]{1,64}$/.test(text)) throw new ValueError('letters, digits, _ and -, 64 at most')
  return text
})
