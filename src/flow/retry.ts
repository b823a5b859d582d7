// Failures that may pass are asked again (RFC 9110 §9.2.2: GET and HEAD are safe to repeat). A URL that waits holds no
// permit; when its time comes it goes to the front of its host's line.

import type { Kind } from '../kinds.js'
import type { Check, Reply, Stop } from '../types.js'
import { answeringHost, retryAfterMs } from './retry-after.js'

export interface RetryOptions {
  readonly retryTimeouts: boolean
  /** All waits of one URL together, ms. */
  readonly maxWaitMs: number
  /** From 0 to 1, for the jitter. */
  random(): number
  /** Wall clock, for a Retry-After with a date. */
  wallNow(): number
  /** Ends early when the run is stopped. */
  wait(ms: number): Promise<void>
  readonly stop: Stop
  /** Told when a host asks to be left alone for so long. */
  announce(host: string, ms: number): void
}

/** What may be different in a moment, and what a server or gateway says of itself. */
const PASSING_KINDS: ReadonlySet<Kind> = new Set<Kind>([
  'tcp.reset',
  'tcp.closed',
  'tcp.refused',
  'tcp.address_unreachable',
  'dns.failed',
])
const PASSING_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504, 522, 524])

const FIRST_WAIT_MS = 500

/** What may be different in a moment about a proxy: that nobody listens, that it could not reach somebody. Not a password. */
const PASSING_PROXY_CODES = new Set([
  'closed',
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH', 'ESERVFAIL', 'ETIMEOUT', 'EAI_AGAIN'],
  ...['SOCKS_FAILURE', 'SOCKS_NETWORK_UNREACHABLE', 'SOCKS_HOST_UNREACHABLE', 'SOCKS_TTL_EXPIRED'],
])

/** Whether asking again may give another answer. */
export function mayPass(
  reply: Pick<Reply, 'kind' | 'status'> & { readonly code?: string | null },
  retryTimeouts: boolean,
): boolean {
  if (reply.kind === 'ok') return PASSING_STATUSES.has(reply.status)
  if (reply.kind === 'proxy.failed') {
    const { code = null } = reply
    if (code === 'timeout') return retryTimeouts
    return PASSING_STATUSES.has(Number(code)) || PASSING_PROXY_CODES.has(code ?? '')
  }
  return PASSING_KINDS.has(reply.kind) || (retryTimeouts && isTimeout(reply.kind))
}

export function isTimeout(kind: Kind): boolean {
  return kind === 'timeout' || kind === 'tcp.timed_out'
}

/** Wraps a check: up to `ask.retries` more attempts, full jitter from 500 ms doubling, or what the server asks for. */
export function withRetries(check: Check, options: RetryOptions): Check {
  const { retryTimeouts, maxWaitMs, random, wallNow, wait, stop, announce } = options

  return async (target, context) => {
    let reply = await check(target, context)
    let waitedMs = 0
    for (let attempts = 1; attempts <= target.ask.retries && !stop.stopped; attempts++) {
      if (reply.inferred || !mayPass(reply, retryTimeouts)) break
      const asked = retryAfterMs(reply, wallNow())
      const waitMs = asked ?? random() * FIRST_WAIT_MS * 2 ** (attempts - 1)
      if (waitedMs + waitMs > maxWaitMs) break
      waitedMs += waitMs
      if (asked !== null) announce(answeringHost(target, reply), asked)
      await wait(waitMs)
      const next = await check(target, { permit: null, queuedMs: context.queuedMs })
      // Its host was found down meanwhile, so it was not asked; what is known is the last real answer.
      if (next.inferred) break
      reply = { ...next, attempts: attempts + 1 }
    }
    return reply
  }
}
