// Failures that may pass are asked again (RFC 9110 §9.2.2: GET and HEAD are safe to repeat). A URL that waits holds no
// permit; when its time comes it goes to the front of its host's line.

import type { Check } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import { isRateLimited } from '../words/is-rate-limited.js'
import type { Kind } from '../words/kinds.js'
import type { Stop, Where } from '../words/limits.js'
import type { Reply } from '../words/reply.js'
import type { LastTurn } from './last-turn.js'
import { answeringOrigin, retryAfterMs } from './retry-after.js'

export interface RetryOptions {
  readonly retryTimeouts: boolean
  /** All waits of one URL together, ms. */
  readonly maxWaitMs: number
  /** From 0 to 1, for the jitter. */
  random(): number
  /** Monotonic ms. */
  now(): number
  /** Wall clock, for a Retry-After with a date. */
  wallNow(): number
  /** Ends early when the run is stopped. */
  wait(ms: number): Promise<void>
  /** Waits on, while there is other work. */
  readonly lastTurn: LastTurn
  /** Whether others wait to hear how this origin is. */
  isAwaited(where: Where): boolean
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

/** Half of it is fixed and half chance (equal jitter): two retries come after 750 ms at least and outlast a restart. */
const FIRST_WAIT_MS = 500
/** What the others of its origin found this long after a URL failed first speaks for it too. */
const OUTLAST_MS = 700

/** What may be different in a moment about a proxy: that nobody listens, that it could not reach somebody. Not a password. */
const PASSING_PROXY_CODES = new Set([
  'closed',
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH', 'ESERVFAIL', 'ETIMEOUT', 'EAI_AGAIN'],
  ...['SOCKS_FAILURE', 'SOCKS_NETWORK_UNREACHABLE', 'SOCKS_HOST_UNREACHABLE', 'SOCKS_TTL_EXPIRED'],
])

/** What is fine need not be another answer. */
function isAccepted({ expect }: Target, { kind, status }: Reply): boolean {
  return kind === 'ok' && expect.accept.has(status)
}

/** Whether asking again may give another answer. */
export function mayPass(
  reply: Pick<Reply, 'kind' | 'status'> & Partial<Pick<Reply, 'code' | 'headers'>>,
  retryTimeouts: boolean,
): boolean {
  const { kind, status, headers } = reply
  // A 403 about the rate is a 429 by another number.
  if (kind === 'ok')
    return PASSING_STATUSES.has(status) || (headers !== undefined && isRateLimited({ status, headers }))
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

/**
 * Wraps a check: up to `ask.retries` more attempts, 250 to 500 ms apart, then doubling, or what the server asks for. The
 * last one comes as late as `maxWaitMs` allows while other URLs are still to be asked: most trouble passes within that.
 */
export function withRetry(check: Check, options: RetryOptions): Check {
  const { retryTimeouts, maxWaitMs, random, now, wallNow, wait, lastTurn, isAwaited, stop, announce } = options

  return async (target, context) => {
    const { retries } = target.ask
    let reply = await check(target, context)
    const againSinceMs = now() + OUTLAST_MS
    let waitedMs = 0
    for (let attempts = 1; attempts <= retries && !stop.stopped; attempts++) {
      // Inferred of the goal of a redirect it was asked all the same, and may find it well the next time.
      if (reply.attempts === 0 || !mayPass(reply, retryTimeouts) || isAccepted(target, reply)) break
      const asked = retryAfterMs(reply, wallNow())
      const waitMs = asked ?? FIRST_WAIT_MS * 2 ** (attempts - 1) * (0.5 + random() / 2)
      if (waitedMs + waitMs > maxWaitMs) break
      const where = answeringOrigin(target, reply)
      if (asked !== null) announce(where.host, asked)
      const sinceMs = now()
      await wait(waitMs)
      if (attempts === retries) await lastTurn(sinceMs + maxWaitMs - waitedMs, () => isAwaited(where))
      waitedMs += Math.max(waitMs, now() - sinceMs)
      const next = await check(target, { permit: null, queuedMs: context.queuedMs, againSinceMs })
      // Not asked, because of what others found of its origin meanwhile; what is known is the last real answer.
      if (next.attempts === 0) break
      reply = { ...next, attempts: attempts + 1 }
    }
    return reply
  }
}
