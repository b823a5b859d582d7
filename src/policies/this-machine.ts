// What may be this machine's fault, and what refutes it: no network, a network that re-signs TLS, a clock that is wrong.
// Every hop of every URL is heard, the moment its answer comes: whoever answers late, with whatever status, or only
// redirects, has answered.

import type { Check } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import { isPublicName } from '../words/is-public-name.js'
import type { Kind } from '../words/kinds.js'
import type { Reply, TlsFacts } from '../words/reply.js'
import type { Witnesses } from './witnesses.js'
import type { WrongClock } from './wrong-clock.js'

/** What a hop brought. */
export interface Heard {
  /** 0 when there is a failure. */
  readonly status: number
  readonly failure: { readonly kind: Kind; readonly code: string | null } | null
  /** Null where nobody was connected to. */
  readonly remoteAddress: string | null
  readonly tls: TlsFacts | null
}

export interface ThisMachineOptions<Result extends Heard> {
  /** Of a network that is not there, and of one that signs TLS anew. */
  readonly offline: Witnesses
  readonly resigned: Witnesses
  readonly clock: WrongClock<Result>
  /** Whether this machine has an address of a network. */
  hasNetwork(): boolean
  isPublicAddress(address: string): boolean
  /** Whether a name server has told where this host is, not a file of this machine. */
  hasFound(host: string): boolean
}

/** What a run knows of the machine it is on. */
export interface ThisMachine<Result extends Heard> {
  /** Learns from what a host said. Cheap once the machine is known to be well. */
  heard(host: string, result: Result): void
  /** Learns that a host was connected to, before it says anything. */
  reached(host: string, remoteAddress: string): void
  /** The reply; a failure that turns out to be this machine's is `local.<code>`. */
  explain(target: Pick<Target, 'host'>, reply: Reply): Promise<Reply>
}

export function createThisMachine<Result extends Heard>(options: ThisMachineOptions<Result>): ThisMachine<Result> {
  const { offline, resigned, clock, hasNetwork, isPublicAddress, hasFound } = options
  /** Whether a host is beyond this machine and its site; a name is taken at its word. */
  const isFar = (host: string, address: string | null) => {
    if (isPublicName(host)) return true
    const where = address ?? host.replace(/^\[|\]$/g, '')
    // Lists of this machine alone are never far, and long.
    return !where.startsWith('127.') && isPublicAddress(where)
  }

  return {
    heard(host, result) {
      const holds = result.failure === null && result.tls !== null && result.tls.error === null
      const isNews = !offline.isRefuted() || !clock.isRight() || (holds && !resigned.isRefuted())
      if (!isNews || !isFar(host, result.remoteAddress)) return
      if (isAnswer(result, hasNetwork) || (isLost(result) && hasFound(host))) offline.refute()
      // A network that re-signs does so for everybody; one certificate that holds is enough to trust it.
      if (holds && isPublicName(host)) resigned.refute()
      clock.heard(result)
    },
    reached(host, remoteAddress) {
      if (!offline.isRefuted() && isFar(host, remoteAddress)) offline.refute()
    },
    async explain(target, reply) {
      const host = lastHost(reply) ?? target.host
      if (!isPublicName(host)) return reply
      if (isSilence(reply, hasNetwork) && (await offline.agree('network', host))) {
        return asLocal(reply, { code: 'offline', detail: 'this machine is offline', hint: null })
      }
      const wrong = await clock.explain(host, reply)
      if (wrong !== null) return asLocal(reply, { code: 'clock', detail: wrong, hint: 'Set the clock of this machine' })
      const issuer = reply.tls?.issuer ?? null
      // One that a public authority made was not made on the way: its issuer is only not sent.
      if (issuer === null || reply.tls?.isPublic || !UNKNOWN_ISSUER_CODES.has(reply.code ?? '')) return reply
      if (!(await resigned.agree(issuer, host))) return reply
      return asLocal(reply, {
        code: 'tls_resigned',
        detail: `TLS is re-signed on the way by ${issuer}`,
        hint: 'Your network re-signs TLS: give its CA with --ca-file',
      })
    },
  }
}

/** Wraps a check: a failure that turns out to be this machine's becomes `local.<code>`. */
export function withThisMachine(check: Check, { thisMachine }: WithThisMachineOptions): Check {
  return async (target, context) => thisMachine.explain(target, await check(target, context))
}

export interface WithThisMachineOptions {
  readonly thisMachine: Pick<ThisMachine<never>, 'explain'>
}

/** The codes of an issuer that nobody here knows, as when a company's proxy signs for every site. */
const UNKNOWN_ISSUER_CODES = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** What a DNS server said, though it was no help: the way to it is there. */
const DNS_ANSWERS = new Set(['ESERVFAIL', 'EREFUSED', 'ENOTIMP', 'EFORMERR', 'EBADRESP'])
/** The kernel knows no way. Not EHOSTUNREACH, which a router far away may have said, and not what a firewall forbids. */
const NO_ROUTE = new Set(['ENETUNREACH', 'ENETDOWN'])
/** Kinds of whoever was reached. */
const REACHED: ReadonlySet<Kind> = new Set<Kind>(['tcp.refused', 'tcp.reset', 'tcp.closed'])
/** A time-out in one of these phases came after a connection. */
const LATE_PHASES = new Set(['tls', 'firstByte', 'body'])

/** Whether somebody beyond this machine said something, be it no. */
function isAnswer({ status, failure, remoteAddress }: Heard, hasNetwork: () => boolean): boolean {
  if (status > 0 || remoteAddress !== null || failure === null) return true
  const { kind, code } = failure
  if (kind === 'dns.name_not_resolved') return code !== 'EBADNAME'
  // A stub on this machine answers SERVFAIL by itself when the cable is out.
  if (kind === 'dns.failed') return DNS_ANSWERS.has(code ?? '') && hasNetwork()
  if (kind === 'timeout' || kind === 'tcp.timed_out') return LATE_PHASES.has(code ?? '')
  return REACHED.has(kind) || kind.startsWith('tls.') || kind.startsWith('http.')
}

/** Whether a connection came to nothing on the way: that says nothing, but where to was told by somebody. */
function isLost({ failure }: Heard): boolean {
  if (failure === null) return false
  const { kind, code } = failure
  if (kind === 'tcp.address_unreachable') return !NO_ROUTE.has(code ?? '')
  return (kind === 'timeout' && code === 'connect') || kind === 'tcp.timed_out'
}

/** Whether a failure is what a machine without a network sees: no way, or name servers that say nothing. */
function isSilence({ kind, code }: Reply, hasNetwork: () => boolean): boolean {
  if (kind === 'tcp.address_unreachable') return NO_ROUTE.has(code ?? '')
  return kind === 'dns.failed' && !(DNS_ANSWERS.has(code ?? '') && hasNetwork())
}

/** Whose failure it is at the end of a chain; null where nobody redirected. */
function lastHost({ redirects, finalUrl }: Reply): string | null {
  return redirects.length === 0 ? null : new URL(finalUrl).hostname
}

interface LocalFault {
  readonly code: string
  readonly detail: string
  readonly hint: string | null
}

function asLocal(reply: Reply, { code, detail, hint }: LocalFault): Reply {
  return { ...reply, kind: `local.${code}`, detail, hint }
}
