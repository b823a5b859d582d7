// Whether a certificate is for a host: Node's own judgement (RFC 9110 §4.3.4) and, where the two differ, curl's. A
// wildcard is a whole label (RFC 9525 §6.3).

import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'

/** Null-like where the certificate is for `host`, a name or an address without brackets; else Node's error. */
export function identityError(host: string, certificate: X509Certificate | undefined): Error | undefined {
  if (certificate === undefined) return checkServerIdentity(host, {} as PeerCertificate)
  // Addresses are compared by OpenSSL: Node 22.23 refuses every IPv6 literal.
  if (isIP(host) !== 0 && certificate.checkIP(host) !== undefined) return undefined
  const subjectaltname = withoutPartial(certificate.subjectAltName)
  // The subject is read only where there are no DNS names.
  if (subjectaltname?.includes('DNS:')) {
    return checkServerIdentity(host, { subject: {}, subjectaltname } as PeerCertificate)
  }
  const legacy = certificate.toLegacyObject() as PeerCertificate
  const { CN } = legacy.subject ?? {}
  const names = [CN ?? []].flat().filter((name) => !isPartial(name))
  return checkServerIdentity(host, { ...legacy, subject: { ...legacy.subject, CN: names as unknown as string } })
}

/** A name that is nobody's: it keeps the common name from being asked in place of the names that were taken out. */
const NOBODY = 'DNS:*'

/** The names as Node lists them, without those that Node would match with a star inside a label (`f*.example`). */
function withoutPartial(subjectAltName: string | undefined): string | undefined {
  if (!subjectAltName?.includes('*')) return subjectAltName
  // Names with commas and quotes in them are written as JSON.
  const entries = subjectAltName.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? []
  return entries
    .map((entry) => entry.trim())
    .map((entry) => (entry.startsWith('DNS:') && isPartial(entry.slice('DNS:'.length)) ? NOBODY : entry))
    .join(', ')
}

function isPartial(name: string): boolean {
  return name.includes('*') && !name.startsWith('*.')
}
