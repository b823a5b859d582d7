// Asking options laid over what holds without them.

import { type HeaderPair, parseHeader } from '../settings/headers.js'
import type { Ask } from '../settings/target.js'
import type { AskOptions } from './client-options.js'

/** `base` with what `options` name; the very same object when they name nothing. */
export function askFrom(options: AskOptions, base: Ask): Ask {
  const { method, timeoutMs, connectTimeoutMs, follow, maxRedirects, headers, user, insecure, retries } = options
  const named = [method, timeoutMs, connectTimeoutMs, follow, maxRedirects, headers, user, insecure, retries]
  if (named.every((value) => value === undefined)) return base
  return {
    method: method ?? base.method,
    timeoutMs: duration('timeoutMs', timeoutMs ?? base.timeoutMs),
    connectTimeoutMs: connectTimeoutMs === undefined ? base.connectTimeoutMs : durationOrNull(connectTimeoutMs),
    follow: follow ?? base.follow,
    maxRedirects: notNegative('maxRedirects', maxRedirects ?? base.maxRedirects),
    headers: headers === undefined ? base.headers : [...base.headers, ...pairsOf(headers)],
    user: user === undefined ? base.user : user,
    insecure: insecure ?? base.insecure,
    retries: retries ?? base.retries,
    readsUntil: base.readsUntil,
    readsChain: base.readsChain,
  }
}

function pairsOf(headers: NonNullable<AskOptions['headers']>): readonly HeaderPair[] {
  const pairs: readonly HeaderPair[] = Array.isArray(headers) ? headers : Object.entries(headers)
  return pairs.map(([name, value]) => {
    try {
      return parseHeader(`${name}: ${value}`)
    } catch (error) {
      // The value may be a secret.
      throw new TypeError(`headers: ${name}: ${(error as Error).message}`)
    }
  })
}

function notNegative(name: string, value: number): number {
  if (!(value >= 0)) throw new TypeError(`${name}: expected a number of at least 0, got ${value}`)
  return value
}

/** Node's timers hold no more, 24.8 days. */
const LONGEST_MS = 2_147_483_647

function duration(name: string, ms: number): number {
  if (!(ms >= 1 && ms <= LONGEST_MS)) throw new TypeError(`${name}: expected 1 to ${LONGEST_MS} ms, got ${ms}`)
  return ms
}

function durationOrNull(ms: number | null): number | null {
  return ms === null ? null : duration('connectTimeoutMs', ms)
}
