// Servers that refuse HEAD though the page is there are many; before that is held against the page, it is asked with GET.

import type { Check, Reply } from '../types.js'

/** What a server that does not know HEAD answers. */
const REFUSALS = new Set([403, 404, 405, 501])

/** Wraps a check: a refused HEAD is asked once with GET; the verdict's `method` says which one gave it. */
export function withHeadFallback(check: Check): Check {
  return async (target, context) => {
    const reply = await check(target, context)
    const isAccepted = reply.kind === 'ok' && target.expect.accept.has(reply.status)
    const refused = REFUSALS.has(reply.status) || wasCut(reply)
    if (target.ask.method !== 'HEAD' || !refused || isAccepted) return reply
    const asked = { ...target, ask: { ...target.ask, method: 'GET' as const } }
    return check(asked, { permit: null, queuedMs: context.queuedMs })
  }
}

/** Cut after it was sent: in a TLS handshake the method was not known yet. */
function wasCut({ kind, remoteAddress }: Reply): boolean {
  return remoteAddress !== null && (kind === 'tcp.reset' || kind === 'tcp.closed')
}
