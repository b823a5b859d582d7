// Servers that answer HEAD otherwise than GET though the page is there are many, with any status; before an answer to HEAD
// is held against the page, it is asked with GET. What came before a request was sent has nothing to do with its method.

import type { Check } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import { isRateLimited } from '../words/is-rate-limited.js'
import { isLocal, type Kind } from '../words/kinds.js'
import type { Reply } from '../words/reply.js'
import { retryAfterMs } from './retry-after.js'

/** The way, the clock and our own end, not what the server made of the method. */
const NOT_THE_METHOD: ReadonlySet<Kind> = new Set<Kind>([
  'timeout',
  'tcp.timed_out',
  'proxy.failed',
  'aborted',
  'internal',
])
/** The status of these is the one that was expected to lead somewhere. */
const BAD_REDIRECT = 'http.response.'

/**
 * Wraps a check: a HEAD that brought no accepted status is asked once more with GET, unless it was refused for the rate
 * or no answer came in time. The verdict's `method` says which one gave it. Retries go on with GET, so a URL costs one
 * request more and not twice as many; a server that asks to wait gets its GET after that.
 */
export function withHeadFallback(check: Check): Check {
  const refused = new WeakSet<Target>()
  return async (target, context) => {
    if (target.ask.method !== 'HEAD') return check(target, context)
    if (context.firstReply === undefined && refused.has(target)) return check(withGet(target), context)
    const reply = await check(target, context)
    if (!mayDifferWithGet(target, reply)) return reply
    refused.add(target)
    if (retryAfterMs(reply, 0) !== null) return reply
    return check(withGet(target), { permit: null, queuedMs: context.queuedMs })
  }
}

function withGet(target: Target): Target {
  return { ...target, ask: { ...target.ask, method: 'GET' } }
}

function mayDifferWithGet({ expect }: Target, reply: Reply): boolean {
  const { kind, status, redirects, remoteAddress } = reply
  if (kind === 'ok') return !expect.accept.has(status) && !isRateLimited(reply)
  // A 502 through a proxy may be the server's; 407 never is.
  if (kind === 'proxy.failed' && status > 0)
    return status !== 407 && !(expect.acceptIsExplicit && expect.accept.has(status))
  if (isLocal(kind) || NOT_THE_METHOD.has(kind)) return false
  // A redirect was an answer to HEAD already.
  if (redirects.length > 0 || kind.startsWith(BAD_REDIRECT) || kind === 'http.protocol.error') return true
  // Cut after it was sent: in a TLS handshake the method was not known yet.
  return remoteAddress !== null && (kind === 'tcp.reset' || kind === 'tcp.closed')
}
