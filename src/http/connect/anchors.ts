// The certificates that are trusted here, as far as Node can list them. Only for telling which certificate of a chain is
// meant: OpenSSL has its own list and decides by that.

import { X509Certificate } from 'node:crypto'
import * as tls from 'node:tls'
import { certificateName } from './certificate-name.js'

/** Certificates that are trusted. */
export interface Anchors {
  holds(certificate: X509Certificate): boolean
  /** Those whose subject may be this one, in the lines of `X509Certificate`. */
  named(subject: string): X509Certificate[]
}

/** `ca`: PEM texts to trust beside Node's own. Nothing is read before it is asked for. */
export function createAnchors(ca: readonly string[]): Anchors {
  let known: readonly Buffer[] | null = null
  // To parse 144 roots takes 100 ms, to look for a name in their bytes a millisecond.
  const all = () => {
    known ??= [...ca, ...nodesOwn()].flatMap(blocksOf)
    return known
  }
  return {
    holds: ({ raw }) => all().some((each) => each.equals(raw)),
    named: (subject) => all().flatMap((each) => (each.includes(certificateName(subject)) ? parsed(each) : [])),
  }
}

/** When the newest of the roots that came with Node was made, ms since 1970. Reads all of them: 100 ms. */
export function newestRootMs(): number {
  return Math.max(
    ...tls.rootCertificates
      .flatMap(blocksOf)
      .flatMap(parsed)
      .map(({ validFrom }) => Date.parse(validFrom)),
  )
}

/** From Node 22.15 on with all that it was told to trust; before, only what came with it can be listed. */
function nodesOwn(): readonly string[] {
  const { getCACertificates } = tls as { getCACertificates?: (type: 'default') => readonly string[] }
  return getCACertificates?.('default') ?? tls.rootCertificates
}

function blocksOf(pem: string): Buffer[] {
  const blocks = pem.matchAll(/-----BEGIN (?:X509 )?CERTIFICATE-----([^-]*)-----END/g)
  return [...blocks].map(([, base64]) => Buffer.from(base64!, 'base64'))
}

function parsed(der: Buffer): X509Certificate[] {
  try {
    return [new X509Certificate(der)]
  } catch {
    return []
  }
}
