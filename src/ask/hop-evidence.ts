// What one hop says of its origin, for the policies that learn from it: a connection or none, a complaint or a clean answer.

import { type HopResult, NO_ANSWER } from '../http/exchange/hop-request.js'
import { createReplyHeaders } from '../http/wire/reply-headers.js'
import { isComplaint, retryAfterMs } from '../policies/retry-after.js'
import type { Found } from '../policies/visit.js'

export const CLEAN: Found<HopResult> = { type: 'clean' }
export const CONNECTED: Found<HopResult> = { type: 'connected' }
export const UNKNOWN: Found<HopResult> = { type: 'unknown' }

/**
 * Kinds that mean: no connection was made, and another URL of the origin would fare no better. Not a name that does not
 * exist: that is known for the next URL without asking.
 */
const NO_CONNECTION: ReadonlySet<string> = new Set([
  'tcp.refused',
  'tcp.address_unreachable',
  'tcp.timed_out',
  'dns.failed',
])
/** Whoever fails with one of these had a connection. */
const HAD_CONNECTION = ['tcp.reset', 'tcp.closed', 'tls.', 'http.'] as const

/** What a failure says; a time-out only of those with no more time than `budgetMs`. */
export function foundWithoutAnswer(
  result: HopResult,
  { beganAtMs, budgetMs }: { readonly beganAtMs: number; readonly budgetMs: number },
): Found<HopResult> {
  const { kind, code } = result.failure!
  // What a proxy does is no news of the origin behind it.
  if (kind === 'proxy.failed' || code === 'proxy') return UNKNOWN
  const isLate = kind === 'timeout' || kind === 'tcp.timed_out'
  if (NO_CONNECTION.has(kind) || (isLate && (code === 'dns' || code === 'connect'))) {
    const speaksForMs = isLate ? budgetMs : Number.POSITIVE_INFINITY
    return { type: 'nothing', beganAtMs, speaksForMs, answer: keptOf(result) }
  }
  return isLate || HAD_CONNECTION.some((prefix) => kind.startsWith(prefix)) ? CONNECTED : UNKNOWN
}

/** Whether an answer asks for fewer requests, and for how long; null where it does not. `wallNow` is ms since 1970. */
export function complaintOf(
  { status, rawHeaders }: HopResult,
  wallNow: () => number,
): { readonly status: number; readonly askedMs: number | null } | null {
  if (status < 400) return null
  const answer = { status, headers: createReplyHeaders(rawHeaders) }
  return isComplaint(answer) ? { status, askedMs: retryAfterMs(answer, wallNow()) } : null
}

/** What is kept of a hop to stand for others: without sockets and the request. */
export function keptOf({ failure, status, statusText, rawHeaders, httpVersion, remoteAddress }: HopResult): HopResult {
  const { kind, code, detail, hint } = failure ?? NO_FAILURE
  return {
    ...NO_ANSWER,
    failure: failure === null ? null : { kind, code, detail, hint },
    status,
    statusText,
    // Copies: as cut from the wire they keep the whole piece that came with them.
    rawHeaders: rawHeaders.slice(0, HEADERS_KEPT).map((field) => Buffer.from(field)),
    httpVersion,
    remoteAddress,
  }
}

const NO_FAILURE = { kind: 'internal', code: null, detail: null, hint: null } as const
/** Names and values; those that say why come early or not at all. */
const HEADERS_KEPT = 64
