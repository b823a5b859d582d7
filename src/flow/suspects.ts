// What is suspected of this machine, and what clears it: no network, and a network that re-signs TLS.

import { isPublicName } from '../is-public-name.js'
import type { Check, Reply, Target } from '../types.js'
import type { Suspicion } from './suspicion.js'

export interface SuspectOptions {
  readonly offline: Suspicion
  readonly resigned: Suspicion
}

const OFFLINE_KINDS = new Set(['dns.failed', 'tcp.address_unreachable'])
/** Somebody out there said something. */
const ONLINE_KINDS = new Set(['dns.name_not_resolved', 'tcp.refused', 'tcp.reset', 'tcp.closed'])
/** The codes of an issuer that nobody here knows, as when a company's proxy signs for every site. */
const UNKNOWN_ISSUER_CODES = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** Wraps a check: a failure that turns out to be this machine's becomes `local.offline` or `local.tls_resigned`. */
export function withSuspects(check: Check, { offline, resigned }: SuspectOptions): Check {
  return async (target, context) => {
    const reply = await check(target, context)
    if (!isPublicName(target.host)) return reply
    if (OFFLINE_KINDS.has(reply.kind)) {
      return (await offline.weigh('network', target.host))
        ? asLocal(reply, 'offline', 'this machine is offline', null)
        : reply
    }
    noteAnswer(target, reply, { offline, resigned })
    const issuer = reply.tls?.issuer ?? null
    if (issuer === null || reply.code === null || !UNKNOWN_ISSUER_CODES.has(reply.code)) return reply
    if (!(await resigned.weigh(issuer, target.host))) return reply
    return asLocal(
      reply,
      'tls_resigned',
      `TLS is re-signed on the way by ${issuer}`,
      'Your network re-signs TLS: give its CA with --ca-file',
    )
  }
}

/** Clears what an answer speaks against. */
export function noteAnswer({ host }: Target, reply: Reply, { offline, resigned }: SuspectOptions): void {
  if (!isPublicName(host)) return
  if (reply.remoteAddress !== null || reply.tls !== null || ONLINE_KINDS.has(reply.kind)) offline.clear()
  // A network that re-signs does so for everybody; one certificate that holds is enough to trust it.
  if (reply.kind === 'ok' && reply.tls !== null && reply.tls.error === null) resigned.clear()
}

function asLocal(reply: Reply, code: string, detail: string, hint: string | null): Reply {
  return { ...reply, kind: `local.${code}`, detail, hint }
}
