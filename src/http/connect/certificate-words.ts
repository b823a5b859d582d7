// What is wrong with a certificate, in words that a person can act on, where more is known than its code says.

import type { X509Certificate } from 'node:crypto'
import type { CertificateDates } from '../../words/reply.js'
import { outOfDate } from './chain-dates.js'

/** Null where the code's own words say it all. `chain`: the dates of the certificates up to the trusted one. */
export function certificateWords(
  code: string,
  certificate: X509Certificate | undefined,
  chain: readonly CertificateDates[],
): string | null {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return dateWords(code, outOfDate(chain, Date.now()))
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return `certificate is for ${namesOf(certificate?.subjectAltName) ?? 'another name'}`
    default:
      return null
  }
}

/** Of an authority above that cannot be listed here, only what OpenSSL says is known. */
function dateWords(code: string, dates: CertificateDates | null): string {
  const isExpired = code === 'CERT_HAS_EXPIRED'
  if (dates === null) return `an authority above the certificate ${isExpired ? 'has expired' : 'is not valid yet'}`
  const whose = dates.subject === null ? 'certificate' : `certificate of "${shortened(dates.subject)}" in its chain`
  return isExpired
    ? `${whose} expired ${daysFrom(dates.validTo, 'ago')}`
    : `${whose} is not valid yet, ${daysFrom(dates.validFrom, 'from now')}`
}

/** A common name has at most 64 characters (RFC 5280, appendix A.1); a stranger's may have more. */
function shortened(name: string): string {
  return name.length > 64 ? `${name.slice(0, 63)}…` : name
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
