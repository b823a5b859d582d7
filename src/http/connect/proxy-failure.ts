// What goes wrong with a proxy is the way's fault, not the page's. No byte of its answers gets into a message.

import { STATUS_CODES } from 'node:http'
import { kindFacts } from '../../settings/kinds.js'
import type { Kind } from '../../words/kinds.js'
import { ExchangeError } from '../wire/exchange-error.js'
import { failureOf } from '../wire/failure-of.js'
import type { ProxyServer } from './proxy-server.js'

/** Why the way to the proxy itself failed, from an error of its lookup, connect or TLS: `proxy.failed`, or `local.…`. */
export function proxyFailure(error: unknown): ExchangeError {
  const { kind, code, detail: cause, hint } = failureOf(error, 'proxy')
  if (kind.startsWith('local.')) return new ExchangeError({ kind, code, hint }, error)
  if (kind.startsWith('tls.')) {
    const detail = `TLS with the proxy failed: ${cause ?? kindFacts(kind).meaning}`
    return new ExchangeError({ kind: 'proxy.failed', code, detail, hint: tlsHint(kind, hint) }, error)
  }
  const detail = DETAILS.find(([prefix]) => kind.startsWith(prefix))?.[1] ?? 'the connection to the proxy failed'
  return new ExchangeError({ kind: 'proxy.failed', code, detail, hint }, error)
}

const DETAILS: readonly (readonly [kind: string, detail: string])[] = [
  ['dns.', "the proxy's name could not be looked up"],
  ['tcp.refused', 'the proxy refused the connection'],
  ['tcp.reset', 'the proxy reset the connection'],
  ['tcp.closed', 'the proxy closed the connection'],
  ['tcp.', 'the proxy could not be reached'],
]

/** --insecure and --cert are for targets, not for proxies. */
function tlsHint(kind: Kind, hint: string | null): string | null {
  if (kind === 'tls.cert.authority_invalid') return 'Trust the certificate of the proxy, or its authority: --ca-file'
  return kind === 'tls.protocol.error' && hint?.includes('--cert') === false ? hint : null
}

/** A `proxy.failed` that we found out ourselves. */
export function proxyFailed(detail: string, { code = null, hint = null }: ProxyFacts = {}): ExchangeError {
  return new ExchangeError({ kind: 'proxy.failed', code, detail, hint })
}

interface ProxyFacts {
  /** The status, `SOCKS_…` or `closed`. */
  readonly code?: string | null
  readonly hint?: string | null
}

/** What a proxy's own answer means, by its status. */
export function proxyRefusal(status: number, { credentials }: ProxyServer): ExchangeError {
  const code = String(status)
  const phrase = STATUS_CODES[status]
  const detail = `the proxy answered ${status}${phrase === undefined ? '' : ` ${phrase}`}`
  // tinyproxy says 401 of a wrong password.
  if (status === 407 || status === 401) {
    return proxyFailed(detail, { code, hint: credentials === null ? HINT_CREDENTIALS : HINT_WRONG_CREDENTIALS })
  }
  return proxyFailed(detail, { code, hint: status === 403 ? 'The proxy does not let this host or port through' : null })
}

export const HINT_CREDENTIALS = 'Put name:password@ into --proxy'
export const HINT_WRONG_CREDENTIALS = 'The proxy does not accept this name and password'
