// Why no answer came, and the error that already knows its kind.

import type { Kind } from '../../words/kinds.js'
import type { TlsFacts } from '../../words/reply.js'

/** How far a request had come. */
export type Phase = 'dns' | 'connect' | 'proxy' | 'tls' | 'firstByte'

/** Why no answer came. Facts; the judge makes sentences of them. */
export interface Failure {
  readonly kind: Kind
  readonly code: string | null
  readonly detail: string | null
  readonly hint: string | null
}

/** An error that already knows its kind: raised by our own parts, for example the lookup. */
export class ExchangeError extends Error implements Failure {
  override readonly name = 'ExchangeError'
  readonly kind: Kind
  readonly code: string | null
  readonly detail: string | null
  readonly hint: string | null
  /** Of a handshake that came as far as the certificate. */
  readonly tls: TlsFacts | null
  constructor(failure: Partial<Failure> & { kind: Kind; tls?: TlsFacts }, cause?: unknown) {
    super(failure.detail ?? failure.kind, { cause })
    this.kind = failure.kind
    this.code = failure.code ?? null
    this.detail = failure.detail ?? null
    this.hint = failure.hint ?? null
    this.tls = failure.tls ?? null
  }
}
