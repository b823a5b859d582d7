// The certificates between a server and what is trusted here. Node tells what was sent, not which of it OpenSSL has used;
// so the way up is found again, as OpenSSL does it: what is trusted here goes before what was sent. Costs a millisecond,
// and the first time ten to read the roots: only for a failure, or where somebody asks for the dates.

import type { X509Certificate } from 'node:crypto'
import type { CertificateDates } from '../../words/reply.js'
import type { Anchors } from './anchors.js'
import { certificateName } from './certificate-name.js'

/** Longest way up; real ones have three or four certificates. */
const LONGEST = 12

export interface ChainOptions {
  readonly anchors: Anchors
  /** Whether OpenSSL was content: then nothing that is out of date has been used. */
  readonly isVerified: boolean
  /** Wall clock. */
  readonly nowMs: number
}

/** The dates of all certificates on the way from the server's own to the one that is trusted; some where none is. */
export function chainDates(own: X509Certificate, { anchors, isVerified, nowMs }: ChainOptions): CertificateDates[] {
  const dates = certificationPath(own, anchors, nowMs).map((certificate, at) => datesOf(certificate, at > 0))
  if (!isVerified) return dates
  const unused = dates.findIndex((each, at) => at > 0 && isOutOfDate(each, nowMs))
  return unused < 0 ? dates : dates.slice(0, unused)
}

/** Which of them is out of date, the one nearest to the server first, as OpenSSL reports it. */
export function outOfDate(dates: readonly CertificateDates[], nowMs: number): CertificateDates | null {
  return dates.find((each) => isOutOfDate(each, nowMs)) ?? null
}

function isOutOfDate({ validFrom, validTo }: CertificateDates, nowMs: number): boolean {
  return nowMs < Date.parse(validFrom) || nowMs > Date.parse(validTo)
}

/** From the server's own certificate to the one that is trusted, or as far as it leads (RFC 5280 §6.1). */
function certificationPath(own: X509Certificate, anchors: Anchors, nowMs: number): X509Certificate[] {
  const sent = sentWith(own)
  const path = [own]
  for (let top = own; path.length < LONGEST; top = path.at(-1)!) {
    if (isSelfSigned(top) || anchors.holds(top)) break
    const issuer = issuerOf(top, anchors.named(top.issuer), nowMs) ?? issuerOf(top, sent, nowMs)
    if (issuer === null) break
    path.push(issuer)
  }
  return path
}

/** What the server sent after its own, in that order: the certificate of a handshake leads through it. */
function sentWith(own: X509Certificate): X509Certificate[] {
  const sent: X509Certificate[] = []
  for (let next = own.issuerCertificate; next !== undefined; next = next.issuerCertificate) sent.push(next)
  return sent
}

/** One that is in date goes before one that is not: authorities are renewed under their old name. */
function issuerOf(certificate: X509Certificate, among: readonly X509Certificate[], nowMs: number) {
  const issuers = among.filter((each) => isSignedBy(certificate, each))
  return issuers.find((each) => !isOutOfDate(datesOf(each, true), nowMs)) ?? issuers[0] ?? null
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return (
      certificate.issuer === issuer.subject && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
    )
  } catch {
    return false
  }
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.issuer === certificate.subject && certificate.checkIssued(certificate)
}

function datesOf({ subject, validFrom, validTo }: X509Certificate, isAuthority: boolean): CertificateDates {
  return { subject: isAuthority ? certificateName(subject) : null, validFrom: iso(validFrom), validTo: iso(validTo) }
}

/** `''` where Node's words for a date are none. */
function iso(date: string): string {
  const at = Date.parse(date)
  return Number.isNaN(at) ? '' : new Date(at).toISOString()
}
