// What is said of a body that did not come to its end, where the body is part of the answer.

import { ExchangeError } from '../wire/exchange-error.js'
import { failureOf, type PeerFacts } from '../wire/failure-of.js'

/** It ended before its end. */
export function bodyFailure(error: Error, status: number, peer: PeerFacts = {}): ExchangeError {
  const failure = failureOf(error, 'firstByte', peer)
  const isClosed = failure.kind === 'tcp.closed' || failure.code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'
  const kind = isClosed ? 'tcp.closed' : failure.kind
  return new ExchangeError({ ...failure, kind, detail: brokeOff(status) }, error)
}

/** Its framing makes no sense any more. */
export function framingFailure(status: number): ExchangeError {
  return new ExchangeError({ kind: 'http.protocol.error', detail: brokeOff(status) })
}

function brokeOff(status: number): string {
  return `answered ${status}, but the body broke off`
}
