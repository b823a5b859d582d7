// What one hop teaches, whoever asked: the limiter how much its origin can take, the breaker whether it brings anything, the
// policies of a run whether this machine is well. Learned while the permit is still held, before it goes to somebody else.

import { type HopResult, NO_ANSWER } from '../http/exchange/hop-request.js'
import { createReplyHeaders } from '../http/wire/reply-headers.js'
import { isComplaint, retryAfterMs } from '../policies/retry-after.js'
import type { Found, Visit } from '../policies/visit.js'
import type { Permit, Where } from '../words/limits.js'
import type { Surroundings } from './surroundings.js'

/** A hop that is over, and what was the case when it began. */
export interface HopOver {
  readonly surroundings: Surroundings
  readonly where: Where
  readonly permit: Permit | null
  /** Monotonic ms. */
  readonly beganAtMs: number
  /** Clean answers of its origin by then. */
  readonly cleanBefore: number
  /** Nothing else was on the wire to its origin then. */
  readonly beganSolo: boolean
  /** How long it might try to connect, ms. */
  budgetMs(): number
  /** Whether an answer of this status is fine, and so no complaint. */
  isAccepted(status: number): boolean
  /** As the breaker knows it. */
  visit(): Visit
}

const CLEAN: Found<HopResult> = { type: 'clean' }
const CONNECTED: Found<HopResult> = { type: 'connected' }
const UNKNOWN: Found<HopResult> = { type: 'unknown' }

export function learnFromHop(hop: HopOver, result: HopResult): void {
  const { where, beganAtMs, permit } = hop
  const { engine, breaker, heard } = hop.surroundings
  const { learning, time } = engine
  heard?.(where.host, result)
  if (result.failure !== null) {
    breaker?.learn(hop.visit(), foundWithoutAnswer(result, { beganAtMs, budgetMs: hop.budgetMs() }))
    return
  }
  const complaint = hop.isAccepted(result.status) ? null : complaintOf(result, time.wallNow)
  if (complaint === null) {
    learning.clean(where, result.remoteAddress)
    if (breaker?.isTroubled(where)) breaker.learn(hop.visit(), CLEAN)
    return
  }
  const isSolo = hop.beganSolo && permit?.active === 1
  const untilMs = learning.complained(where, { ...complaint, beganAtMs, isSolo })
  // It is the page's own, and the origin is as it was.
  if (untilMs === null) {
    if (breaker?.isTroubled(where)) breaker.learn(hop.visit(), CONNECTED)
    return
  }
  const isAlone = (permit?.cleanAnswers ?? 0) === hop.cleanBefore
  const answer = keptOf(result)
  breaker?.learn(hop.visit(), { type: 'complaint', ...complaint, beganAtMs, untilMs, isAlone, answer })
}

/** No news of the origin, but those who wait for this hop have to hear that it is back. */
export function learnNothing(hop: HopOver): void {
  const { breaker } = hop.surroundings
  if (breaker?.isTroubled(hop.where)) breaker.learn(hop.visit(), UNKNOWN)
}

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
function foundWithoutAnswer(
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
function complaintOf(
  { status, rawHeaders }: HopResult,
  wallNow: () => number,
): { readonly status: number; readonly askedMs: number | null } | null {
  if (status < 400) return null
  const answer = { status, headers: createReplyHeaders(rawHeaders) }
  return isComplaint(answer) ? { status, askedMs: retryAfterMs(answer, wallNow()) } : null
}

/** What is kept of a hop to stand for others: without sockets and the request. */
function keptOf({ failure, status, statusText, rawHeaders, httpVersion, remoteAddress }: HopResult): HopResult {
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
