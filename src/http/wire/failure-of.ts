// Turns what the network did into a kind of the contract, by code and phase, never by message: messages change between
// Node versions and may hold bytes from the wire.

import type { Kind } from '../../words/kinds.js'
import { certificateKind } from './certificate-failure.js'
import { ExchangeError, type Failure, type Phase } from './exchange-error.js'
import { LookupError } from './lookup-error.js'

const SOCKET_KINDS: Readonly<Record<string, Kind>> = {
  ECONNREFUSED: 'tcp.refused',
  ECONNRESET: 'tcp.reset',
  EPIPE: 'tcp.reset',
  ECONNABORTED: 'tcp.reset',
  ETIMEDOUT: 'tcp.timed_out',
  EHOSTUNREACH: 'tcp.address_unreachable',
  ENETUNREACH: 'tcp.address_unreachable',
  EHOSTDOWN: 'tcp.address_unreachable',
  ENETDOWN: 'tcp.address_unreachable',
  EINVAL: 'tcp.address_unreachable',
  EAFNOSUPPORT: 'tcp.address_unreachable',
  EACCES: 'tcp.address_unreachable',
  EPERM: 'tcp.address_unreachable',
  UND_ERR_HEADERS_OVERFLOW: 'http.protocol.error',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'http.protocol.error',
  ERR_ASSERTION: 'http.protocol.error',
}

/** This machine's limits: descriptors, buffers, memory, ports. Never a verdict on the URL. */
const LOCAL_CODES = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL', 'EADDRINUSE', 'EAI_MEMORY'])

/** OpenSSL's own errors, whenever they come. */
const TLS_CODES = /^(?:ERR_(?:SSL|OSSL|TLS)_|EPROTO$)/

const UNWANTED_CERTIFICATE = 'The server does not accept the client certificate of --cert'

const HANDSHAKE_HINTS: Readonly<Record<string, string>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: 'The port does not speak TLS; try http://',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'The port does not speak TLS; try http://',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'The server speaks only TLS 1.1 or older',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'The server speaks only TLS 1.1 or older',
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: 'The server does not speak HTTP/1.1, perhaps only HTTP/2',
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'The server does not speak HTTP/1.1, perhaps only HTTP/2',
  ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED: outdated('no secure renegotiation, RFC 5746'),
  ERR_SSL_DH_KEY_TOO_SMALL: outdated('its Diffie-Hellman key is too short'),
  ERR_SSL_WRONG_SIGNATURE_TYPE: outdated('it signs in a way that is not allowed any more, such as SHA-1'),
  ERR_SSL_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED: outdated(
    'it signs in a way that is not allowed any more, such as SHA-1',
  ),
  ERR_SSL_EE_KEY_TOO_SMALL: outdated('the key of its certificate is too short'),
  ERR_SSL_CA_MD_TOO_WEAK: outdated('its certificate is signed with too weak a digest'),
  ERR_SSL_WRONG_CIPHER_RETURNED: outdated('it chose a cipher that was not offered'),
  ERR_SSL_UNKNOWN_CIPHER_RETURNED: outdated('it chose a cipher that was not offered'),
  ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY: 'The server has no cipher in common with this machine',
  ERR_SSL_VERSION_TOO_LOW: 'The server speaks only TLS 1.1 or older',
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'The server does not know this host name',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'The server wants a client certificate; give it with --cert',
  // TLS 1.2 has one alert for both (RFC 5246 §7.2.2).
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE:
    'The server wants a client certificate (give it with --cert) or has no cipher in common with this machine',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: UNWANTED_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: UNWANTED_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: UNWANTED_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: UNWANTED_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: UNWANTED_CERTIFICATE,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: UNWANTED_CERTIFICATE,
}

/** What OpenSSL of today refuses and browsers may not. */
function outdated(what: string): string {
  return `The server's TLS is outdated (${what}); a browser may still open it`
}

/** OpenSSL 3.5 (Node 22, 24, 26) calls nine alerts otherwise than 3.0 (Node 20); a code is the same on every Node. */
const NEW_SPELLING = 'ERR_SSL_SSL/TLS_ALERT_'
const OLD_SPELLING = 'ERR_SSL_SSLV3_ALERT_'

/** What is known of the other side when an error comes. */
export interface PeerFacts {
  /** It had closed its side in an orderly way (FIN). Default false. */
  readonly isEnded?: boolean
}

/** The failure behind an error of Node, undici or ourselves. */
export function failureOf(error: unknown, phase: Phase, { isEnded = false }: PeerFacts = {}): Failure {
  if (error instanceof ExchangeError) return error
  if (error instanceof LookupError) return { kind: error.kind, code: error.code, detail: null, hint: error.hint }
  const { code, name, syscall } = error as { code?: unknown; name?: unknown; syscall?: unknown }
  const text = typeof code === 'string' ? code.replace(NEW_SPELLING, OLD_SPELLING) : null
  const failure = (kind: Kind, hint: string | null = null): Failure => ({ kind, code: text, detail: null, hint })

  if (text !== null && LOCAL_CODES.has(text)) return failure(`local.${text}`)
  // Under TLS 1.3 a server refuses the client's certificate after the handshake (RFC 8446 §4.4.2.4).
  if (phase === 'tls' || (text !== null && TLS_CODES.test(text))) {
    // Node reports a FIN during the handshake as ECONNRESET of its own making, without a system call behind it.
    if (text === 'ECONNRESET') return failure(syscall === undefined ? 'tcp.closed' : 'tcp.reset')
    if (text !== null && text in SOCKET_KINDS) return failure(SOCKET_KINDS[text]!)
    if (text === null) return failure('tls.protocol.error')
    return failure(certificateKind(text) ?? 'tls.protocol.error', HANDSHAKE_HINTS[text] ?? null)
  }
  // undici has one code both for a peer that left and for an answer it refuses to take (100, 101).
  if (text === 'UND_ERR_SOCKET') return failure(isEnded ? 'tcp.closed' : 'http.protocol.error')
  if (text !== null && text in SOCKET_KINDS) return failure(SOCKET_KINDS[text]!)
  if (name === 'HTTPParserError' || text?.startsWith('HPE_')) return failure('http.protocol.error')
  return { kind: 'internal', code: text ?? (typeof name === 'string' ? name : null), detail: null, hint: null }
}
