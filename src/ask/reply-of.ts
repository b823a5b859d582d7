// A reply: what one hop brought, and what the chain before it cost. Facts, no judgement.

import { type HopResult, NO_ANSWER } from '../http/exchange/hop-request.js'
import type { Failure } from '../http/wire/exchange-error.js'
import { createReplyHeaders, NO_HEADERS } from '../http/wire/reply-headers.js'
import type { Ask, Target } from '../settings/target.js'
import type { Method } from '../words/method.js'
import type { Hop, Reply, Timings } from '../words/reply.js'

/** What is known of an attempt beside its last hop. */
export interface ReplyFacts {
  /** Why it failed: the hop's failure, or that of a redirect that cannot be followed. */
  readonly failure: Failure | null
  readonly url: string
  readonly redirects: readonly Hop[]
  readonly queuedMs: number
  readonly spentMs: number
  readonly method: Method
  readonly checkedAtMs: number
}

/** The reply of one attempt. */
export function replyOf(result: HopResult, facts: ReplyFacts): Reply {
  const { failure } = facts
  return {
    status: result.status,
    kind: failure === null ? 'ok' : failure.kind,
    code: failure === null ? null : failure.code,
    detail: failure === null ? null : failure.detail,
    hint: failure === null ? null : failure.hint,
    statusText: result.statusText,
    headers: result.rawHeaders.length === 0 ? NO_HEADERS : createReplyHeaders(result.rawHeaders),
    finalUrl: facts.url,
    redirects: facts.redirects,
    httpVersion: result.httpVersion,
    remoteAddress: result.remoteAddress,
    bodyBytes: result.bodyBytes,
    body: result.body,
    durationMs: tenths(facts.spentMs),
    timingsMs: {
      queue: tenths(facts.queuedMs),
      dns: tenthsOrNull(result.dnsMs),
      connect: tenthsOrNull(result.connectMs),
      tls: tenthsOrNull(result.tlsMs),
      firstByte: tenthsOrNull(result.firstByteMs),
    },
    tls: result.tls,
    secondLook: result.secondLook,
    checkedAtMs: facts.checkedAtMs,
    method: facts.method,
    attempts: 1,
    inferred: false,
  }
}

export const NO_TIMINGS: Timings = Object.freeze({ queue: null, dns: null, connect: null, tls: null, firstByte: null })

export const ABORTED: HopResult = { ...NO_ANSWER, failure: { kind: 'aborted', code: null, detail: null, hint: null } }

export function lateBetweenHops(ask: Ask): HopResult {
  const detail = `the redirects took more than ${ask.timeoutMs / 1000} s`
  return { ...NO_ANSWER, failure: { kind: 'timeout', code: 'firstByte', detail, hint: null } }
}

/** The reply for a URL that is not asked because of what its origin said to others. */
export function keptReply(result: HopResult, { url, ask }: Pick<Target, 'url' | 'ask'>, checkedAtMs: number): Reply {
  const { failure } = result
  const facts = { failure, url: url!, redirects: [], queuedMs: 0, spentMs: 0, method: ask.method, checkedAtMs }
  return { ...replyOf(result, facts), durationMs: null, timingsMs: NO_TIMINGS, attempts: 0, inferred: true }
}

/** The reply for a URL that was not asked at all. */
export function neverAsked(method: Method, url: string, failure: Failure): Reply {
  const facts = { failure, url, redirects: [], queuedMs: 0, spentMs: 0, method, checkedAtMs: Date.now() }
  return { ...replyOf({ ...NO_ANSWER, failure }, facts), durationMs: null, attempts: 0 }
}

/** Below 0.1 ms a clock across a network says nothing. */
function tenths(ms: number): number {
  return Math.round(ms * 10) / 10
}

function tenthsOrNull(ms: number | null): number | null {
  return ms === null ? null : tenths(ms)
}
