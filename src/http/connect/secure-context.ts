// The TLS settings of a client, made once: connections share a context.

import { X509Certificate } from 'node:crypto'
import { createSecureContext as create, DEFAULT_CIPHERS, type SecureContext } from 'node:tls'

/** PEM texts. */
export interface TlsOptions {
  /** Certificates to trust beside those that Node trusts: authorities of any rank, and servers' own. */
  readonly ca: readonly string[]
  /** The client's certificate and its key; null: none. */
  readonly cert: string | null
  readonly key: string | null
}

/**
 * OpenSSL 3.2 raised its level to 2 (Node 24): a server whose RSA key has 1,024 bits is alive in browsers and on Node 20,
 * and so it is here. Who names a level by `--tls-cipher-list` gets it.
 */
const CIPHERS = DEFAULT_CIPHERS.includes('@SECLEVEL') ? DEFAULT_CIPHERS : `${DEFAULT_CIPHERS}:@SECLEVEL=1`

/** Throws what OpenSSL says where certificate and key do not fit or are not PEM. */
export function createSecureContext({ ca, cert, key }: TlsOptions): SecureContext {
  const context = create({
    ciphers: CIPHERS,
    // OpenSSL trusts what is not signed by itself only where it is told to; curl always does. Not where there is no need:
    // the codes of a missing issuer are less exact then.
    allowPartialTrustChain: ca.flatMap(certificatesOf).some((each) => !each.checkIssued(each)),
    ...(cert === null ? {} : { cert, key: key ?? cert }),
  })
  // `ca` would replace the store that Node was told to use (--use-openssl-ca, --use-system-ca), which on Node 20 cannot be
  // listed; this adds to a copy of it.
  for (const pem of ca) context.context.addCACert(pem)
  return context
}

/** The certificates of a PEM text, in order, without those that cannot be read. */
function certificatesOf(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN (?:X509 )?CERTIFICATE-----[^-]*-----END (?:X509 )?CERTIFICATE-----/g) ?? []
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)]
    } catch {
      return []
    }
  })
}
