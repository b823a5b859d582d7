// What is tried for one hop: an exchange on an idle connection or a fresh one and, where that says nothing of the page
// yet, one more. All within one budget, and no retry: what comes of it is one result.

import { Exchange } from './exchange.js'
import type { ExchangeParts, HopRequest, HopResult } from './hop-request.js'
import { type SecondLook, secondLook } from './second-look.js'

/**
 * Asks once. Never rejects: a failure is a result. A connection that was reused and turns out to be closed before any
 * byte of the answer is replaced once by a fresh one (RFC 9112 §9.3.1), and an answer that the parser refuses is looked
 * at once more with our own eyes.
 */
export function askHop(request: HopRequest, parts: ExchangeParts): Promise<HopResult> {
  const exchange = new Exchange(request, parts, request.budgetMs)
  exchange.onFailure = tryFurther
  const idle = parts.transport.take(request.origin)
  if (idle === null) exchange.onFreshConnection()
  else exchange.onConnection(idle)
  return exchange.result
}

/** What else has to be tried before the result is one; most answers never come here. */
async function tryFurther(first: Exchange): Promise<HopResult> {
  const { request, parts } = first
  let last = first
  let leftMs = request.budgetMs - first.elapsedMs
  const isOver = () => leftMs <= 0 || request.stop?.stopped === true
  if (first.stale && !isOver()) {
    last = new Exchange(request, parts, leftMs)
    last.onFreshConnection()
    await last.result
    leftMs -= last.elapsedMs
    last.elapsedMs += first.elapsedMs
  }
  if (!needsSecondLook(last) || isOver()) return last
  const lookedAt = parts.now()
  const look = await secondLook(request, parts, leftMs)
  return corrected(last, look, Math.min((look.headAt ?? parts.now()) - lookedAt, leftMs))
}

/** A head that came whole needs none; it was the body that failed. */
function needsSecondLook({ failure, firstByteMs }: HopResult): boolean {
  return failure?.kind === 'http.protocol.error' && firstByteMs === null
}

/** How it was reached is the exchange's, what the answer is the second look's. `lookMs` is what that cost. */
function corrected(exchange: HopResult, look: SecondLook, lookMs: number): HopResult {
  const { remoteAddress, tls, dnsMs, connectMs, tlsMs, firstByteMs } = exchange
  const isSaid = look.sawHead || look.failure?.kind === 'http.protocol.error' || look.failure?.kind === 'aborted'
  // A second connection that fails says nothing against what the first one got.
  const { failure, status, statusText, rawHeaders, httpVersion, bodyBytes, body } =
    look.failure === null || isSaid ? look : exchange
  return {
    failure,
    status,
    statusText,
    rawHeaders,
    httpVersion,
    bodyBytes,
    body,
    remoteAddress,
    tls,
    dnsMs,
    connectMs,
    tlsMs,
    firstByteMs,
    elapsedMs: exchange.elapsedMs + lookMs,
    secondLook: true,
  }
}
