// A plain http request goes to the proxy whole, and what comes back may be the proxy's own word as well as the server's
// behind it. What the proxy says of itself, or what cannot be told apart, is the way's, never the page's.

import { proxyFailed, proxyRefusal } from '../connect/proxy-failure.js'
import type { ProxyServer } from '../connect/proxy-server.js'
import type { Failure } from '../wire/exchange-error.js'
import { headerValues, type RawHeaders } from '../wire/reply-headers.js'
import type { HopResult } from './hop-request.js'

/**
 * What the proxy did wrong in the exchange of a request that was sent to it whole; null: what came is the server's.
 *
 * | answer                                                     | whose |
 * | ---------------------------------------------------------- | ----- |
 * | none: cut, no HTTP, too late                               | the proxy is all that we were connected to |
 * | 407                                                        | the proxy's (RFC 9110 §15.5.8) |
 * | from 400 on, with a sign of the proxy's own (`isOwnAnswer`) | the proxy's |
 * | 502 504, and 503 without `Retry-After`                     | the server's only with `Via` (RFC 9110 §7.6.3: who forwards adds it); else nobody can know |
 * | all else                                                   | the server's |
 */
export function proxyFaultOf(result: HopResult, proxy: ProxyServer): Failure | null {
  const { failure, status, rawHeaders, firstByteMs } = result
  if (failure !== null) return firstByteMs === null ? lossOf(failure) : null
  if (status < 400) return null
  return status === 407 || isOwnAnswer(rawHeaders) || mayBeOwn(status, rawHeaders) ? proxyRefusal(status, proxy) : null
}

/** Ends of an exchange that a proxy brings about, and their words. */
const LOSSES: Readonly<Partial<Record<Failure['kind'], string>>> = {
  'tcp.reset': 'the proxy reset the connection',
  'tcp.closed': 'the proxy closed the connection without an answer',
  'http.protocol.error': "the proxy's answer is not HTTP",
}

function lossOf({ kind, code, detail, hint }: Failure): Failure | null {
  if (kind === 'timeout' && code === 'firstByte') {
    const words = detail?.replace('connected, but', 'connected to the proxy, but') ?? 'no answer'
    return proxyFailed(words, { code: 'timeout', hint })
  }
  const words = LOSSES[kind]
  return words === undefined ? null : proxyFailed(words, { code: kind === 'tcp.closed' ? 'closed' : code })
}

/** Signs of answers that a proxy made itself: Squid's, that of RFC 9209 §2.1.1, and tinyproxy's name without its `Via`. */
function isOwnAnswer(headers: RawHeaders): boolean {
  if (headerValues(headers, 'x-squid-error').length > 0) return true
  if (/;\s*error=/i.test(nearestStatus(headers))) return true
  return !isForwarded(headers) && headerValues(headers, 'server').some((name) => OWN_NAMES.test(name))
}

/** The last entry, that of the proxy nearest to us; the quoted words of `details` may hold a comma. */
function nearestStatus(headers: RawHeaders): string {
  const text = headerValues(headers, 'proxy-status').join(',').slice(-PROXY_STATUS_MAX)
  return text
    .replace(/"(?:[^"\\]|\\.)*"/g, '')
    .split(',')
    .at(-1)!
}

/** Characters of foreign text that are searched. */
const PROXY_STATUS_MAX = 2048

/** Forward proxies that say their name in the answers they make, and the server's in those they pass on. */
const OWN_NAMES = /^(?:tinyproxy|mitmproxy|squid|privoxy|zscaler|polipo)\b/i

function mayBeOwn(status: number, headers: RawHeaders): boolean {
  if (isForwarded(headers)) return false
  return status === 502 || status === 504 || (status === 503 && headerValues(headers, 'retry-after').length === 0)
}

function isForwarded(headers: RawHeaders): boolean {
  return headerValues(headers, 'via').length > 0
}
