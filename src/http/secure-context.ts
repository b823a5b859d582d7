// The TLS settings of a client, made once: with all roots a context costs 22 ms (measured), so connections share it.

import { createSecureContext as create, DEFAULT_CIPHERS, rootCertificates, type SecureContext } from 'node:tls'

/** PEM texts. */
export interface TlsOptions {
  /** Authorities to trust beside Node's own. */
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
  return create({
    ciphers: CIPHERS,
    // `ca` replaces the roots, so they have to be named as well.
    ...(ca.length > 0 ? { ca: [...rootCertificates, ...ca] } : {}),
    ...(cert === null ? {} : { cert, key: key ?? cert }),
  })
}
