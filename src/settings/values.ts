// Little languages of flags and line keys. Each parser says what is allowed when it refuses.

import type { Method } from '../words/method.js'
import { ValueError } from './errors.js'

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

/** The name of a variable of the environment, without a dollar. */
export function parseVariableName(text: string): string {
  if (!/^[A-Za-z_]\w*$/.test(text)) throw new ValueError('the name of a variable, such as HOST, and not its value')
  return text
}
