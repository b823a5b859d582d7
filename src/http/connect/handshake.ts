// TLS over a connected socket. A bad certificate is looked at here, by its code, and told in words that a person can act
// on; under `insecure` it is a note beside the answer.

import type { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { connect as connectTls, type DetailedPeerCertificate, type SecureContext, type TLSSocket } from 'node:tls'
import type { TlsFacts } from '../../words/reply.js'
import { withoutTrailingDot } from '../../words/without-trailing-dot.js'
import { literalAddress } from '../names/address.js'
import { certificateCode, certificateFailure } from '../wire/certificate-failure.js'
import { ExchangeError } from '../wire/exchange-error.js'
import { failureOf } from '../wire/failure-of.js'
import type { Anchors } from './anchors.js'
import { certificateName } from './certificate-name.js'
import { certificateWords } from './certificate-words.js'
import { chainDates } from './chain-dates.js'
import { identityError } from './identity-error.js'
import { isOfPublicAuthority } from './is-of-public-authority.js'
import type { OnCancel } from './on-cancel.js'

export interface HandshakeOptions {
  /** As in a URL: IPv6 in brackets. */
  readonly hostname: string
  readonly insecure: boolean
  readonly secureContext: SecureContext
  /** What that context trusts. */
  readonly anchors: () => Anchors
  readonly onCancel: OnCancel
}

/** A secured socket, and what TLS said on it. */
export interface Secured {
  readonly socket: TLSSocket
  readonly tls: TlsFacts
  /** The same with the dates of the whole chain; read on the first call. */
  readonly withChain: () => TlsFacts
}

/** Rejects with an `ExchangeError`, both sockets destroyed. */
export function handshake(socket: Socket, options: HandshakeOptions): Promise<Secured> {
  const { hostname, insecure, secureContext, anchors, onCancel } = options
  return new Promise((resolve, reject) => {
    // The dot of the root is no part of a certificate's name (RFC 6066 §3).
    const name = withoutTrailingDot(hostname)
    const literal = literalAddress(name)
    let certificate: X509Certificate | undefined
    const secured: TLSSocket = connectTls({
      socket,
      secureContext,
      // No SNI for IP literals (RFC 6066 §3); the certificate is then checked against the address.
      ...(literal === null ? { servername: name } : { host: literal.address }),
      ALPNProtocols: ['http/1.1'],
      // We look at the result ourselves: a bad certificate is a kind, and under `insecure` a note.
      rejectUnauthorized: false,
      checkServerIdentity(host) {
        certificate = secured.getPeerX509Certificate()
        return identityError(host, certificate)
      },
    })
    // For `checkServerIdentity` Node reads all fields of all certificates up to the root: 0.36 ms, a quarter of what an
    // https URL costs (measured, Node 20). Nobody else asks for them.
    secured.getPeerCertificate = noCertificate
    const fail = (error: ExchangeError) => {
      secured.destroy()
      socket.destroy()
      reject(error)
    }
    onCancel(fail)
    secured.on('error', (error) => fail(new ExchangeError(failureOf(error, 'tls'), error)))
    secured.once('secureConnect', () => {
      const code = certificateError(secured)
      if (code !== null && !insecure) {
        certificate ??= secured.getPeerX509Certificate()
        return fail(refusal(secured, { code, certificate, anchors: anchors() }))
      }
      secured.removeAllListeners('error')
      // An alert that comes now (TLS 1.3 refuses a client here, RFC 8446 §4.4.2.4) is told, but only the EOF behind it would
      // end the socket: the alert is the reason.
      secured.on('error', (error) => secured.destroy(error))
      certificate ??= secured.getPeerX509Certificate()
      const tls = factsOf(secured, certificate)
      resolve({ socket: secured, tls, withChain: chainReader(tls, certificate, anchors) })
    })
  })
}

/** Reads the chain once, of a connection that lives on. */
function chainReader(tls: TlsFacts, certificate: X509Certificate | undefined, anchors: () => Anchors) {
  let read: TlsFacts | null = null
  return () => {
    if (certificate === undefined) return tls
    read ??= {
      ...tls,
      chain: chainDates(certificate, { anchors: anchors(), isVerified: tls.error === null, nowMs: Date.now() }),
    }
    return read
  }
}

interface Refused {
  readonly code: string
  readonly certificate: X509Certificate | undefined
  readonly anchors: Anchors
}

const DATE_CODES = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])

/** Why a certificate is refused, with what has to be known to tell whose fault that is. */
function refusal(socket: TLSSocket, { code, certificate, anchors }: Refused): ExchangeError {
  const facts = factsOf(socket, certificate)
  const text = verifyText(socket)
  if (certificate === undefined) return new ExchangeError({ ...certificateFailure(code, { text }), tls: facts })
  const chain = DATE_CODES.has(code) ? chainDates(certificate, { anchors, isVerified: false, nowMs: Date.now() }) : []
  const failure = certificateFailure(code, { text, detail: certificateWords(code, certificate, chain) })
  const isPublic = failure.kind === 'tls.cert.authority_invalid' && isOfPublicAuthority(certificate)
  const isForgotten = isPublic && INTERMEDIATE_MISSES.has(code)
  const hint = isForgotten ? 'The server does not send its intermediate certificate' : failure.hint
  return new ExchangeError({ ...failure, hint, tls: { ...facts, chain, isPublic } })
}

/** The way up from what was sent ends at nobody. */
const INTERMEDIATE_MISSES = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

const noCertificate = () => ({}) as DetailedPeerCertificate

/** `getPeerX509Certificate` takes the certificate out of the chain (Node 20): a second call gives the issuer's, or none. */
function factsOf(socket: TLSSocket, certificate: X509Certificate | undefined): TlsFacts {
  const validTo = certificate === undefined ? Number.NaN : Date.parse(certificate.validTo)
  return {
    protocol: socket.getProtocol(),
    issuer: certificate?.issuer ? certificateName(certificate.issuer) : null,
    validTo: Number.isNaN(validTo) ? null : new Date(validTo).toISOString(),
    error: certificateError(socket),
  }
}

/** Node's type says Error, what is there is the code (`CERT_HAS_EXPIRED`). */
function certificateError(socket: TLSSocket): string | null {
  const error = socket.authorizationError as unknown
  if (socket.authorized || error === null || error === undefined) return null
  const code = typeof error === 'string' ? error : (error as NodeJS.ErrnoException).code
  return certificateCode(code, verifyText(socket))
}

/**
 * OpenSSL's text for what it found. Node keeps only the code, which is `UNSPECIFIED` for half of all faults, name
 * constraints and critical extensions among them.
 */
function verifyText(socket: TLSSocket): string | null {
  const { _handle } = socket as unknown as { _handle?: { verifyError?(): Error | null } | null }
  return _handle?.verifyError?.()?.message ?? null
}
