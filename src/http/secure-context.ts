// The TLS settings of a client, made once: with all roots a context costs 22 ms (measured), so connections share it.

import { createSecureContext as create, rootCertificates, type SecureContext } from 'node:tls'

/** PEM texts. */
export interface TlsOptions {
  /** Authorities to trust beside Node's own. */
  readonly ca: readonly string[]
  /** The client's certificate and its key; null: none. */
  readonly cert: string | null
  readonly key: string | null
}

/** Throws what OpenSSL says where certificate and key do not fit or are not PEM. */
export function createSecureContext({ ca, cert, key }: TlsOptions): SecureContext {
  return create({
    // `ca` replaces the roots, so they have to be named as well.
    ...(ca.length > 0 ? { ca: [...rootCertificates, ...ca] } : {}),
    ...(cert === null ? {} : { cert, key: key ?? cert }),
  })
}
