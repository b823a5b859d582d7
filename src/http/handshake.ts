// TLS over a connected socket. A bad certificate is looked at here, by its code, and told in words that a person can act
// on; under `insecure` it is a note beside the answer.

import type { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { connect as connectTls, type DetailedPeerCertificate, type SecureContext, type TLSSocket } from 'node:tls'
import type { TlsFacts } from '../types.js'
import { literalAddress } from './address.js'
import { certificateCode, certificateFailure } from './certificate-failure.js'
import { ExchangeError, failureOf, type OnCancel } from './failure.js'
import { identityError } from './identity-error.js'

export interface HandshakeOptions {
  /** As in a URL: IPv6 in brackets. */
  readonly hostname: string
  readonly insecure: boolean
  readonly secureContext: SecureContext
  readonly onCancel: OnCancel
}

/** A secured socket, and what TLS said on it. */
export interface Secured {
  readonly socket: TLSSocket
  readonly tls: TlsFacts
}

/** Rejects with an `ExchangeError`, both sockets destroyed. */
export function handshake(socket: Socket, options: HandshakeOptions): Promise<Secured> {
  const { hostname, insecure, secureContext, onCancel } = options
  return new Promise((resolve, reject) => {
    // The dot of the root is no part of a certificate's name (RFC 6066 §3).
    const name = hostname.replace(/\.$/, '')
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
    secured.on('error', (error) => fail(new ExchangeError(failureOf(error, 'tls', false), error)))
    secured.once('secureConnect', () => {
      const code = certificateError(secured)
      if (code !== null && !insecure) {
        certificate ??= secured.getPeerX509Certificate()
        const failure = certificateFailure(code, verifyText(secured), describe(certificate, code))
        return fail(new ExchangeError({ ...failure, tls: factsOf(secured, certificate) }))
      }
      secured.removeAllListeners('error')
      // An alert that comes now (TLS 1.3 refuses a client here, RFC 8446 §4.4.2.4) is told, but only the EOF behind it would
      // end the socket: the alert is the reason.
      secured.on('error', (error) => secured.destroy(error))
      resolve({ socket: secured, tls: factsOf(secured, certificate ?? secured.getPeerX509Certificate()) })
    })
  })
}

const noCertificate = () => ({}) as DetailedPeerCertificate

/** `getPeerX509Certificate` takes the certificate out of the chain (Node 20): a second call gives the issuer's, or none. */
function factsOf(socket: TLSSocket, certificate: X509Certificate | undefined): TlsFacts {
  const validTo = certificate === undefined ? Number.NaN : Date.parse(certificate.validTo)
  return {
    protocol: socket.getProtocol(),
    issuer: certificate === undefined ? null : issuerName(certificate.issuer),
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

/** What is wrong with the certificate, in words; null where the kind's own meaning says it all. */
function describe(certificate: X509Certificate | undefined, code: string): string | null {
  if (certificate === undefined) return null
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `certificate expired ${daysFrom(certificate.validTo, 'ago')}`
    case 'CERT_NOT_YET_VALID':
      return `certificate is not valid yet, ${daysFrom(certificate.validFrom, 'from now')}`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return `certificate is for ${namesOf(certificate.subjectAltName) ?? 'another name'}`
    default:
      return null
  }
}

const DAY_MS = 86_400_000
const NAMES_SHOWN = 3

/** `3 days ago (2026-09-20)`, by this machine's clock. */
function daysFrom(date: string, direction: string): string {
  const at = Date.parse(date)
  const days = Math.floor(Math.abs(Date.now() - at) / DAY_MS)
  const distance = days === 0 ? 'less than a day' : days === 1 ? '1 day' : `${days} days`
  return `${distance} ${direction} (${new Date(at).toISOString().slice(0, 10)})`
}

/** `DNS:a.example, IP Address:1.2.3.4` as `a.example, 1.2.3.4`, the first few. */
function namesOf(subjectAltName: string | undefined): string | null {
  if (!subjectAltName) return null
  const names = subjectAltName.split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''))
  const more = names.length - NAMES_SHOWN
  return `${names.slice(0, NAMES_SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** `CN=…` of the issuer's lines, else its organisation, else all of it. */
function issuerName(issuer: string | undefined): string | null {
  if (!issuer) return null
  const field = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(issuer)?.[1]
  return field('CN') ?? field('O') ?? issuer.replaceAll('\n', ', ')
}
