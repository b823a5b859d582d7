// What is said of a body that did not come to its end, where the body is part of the answer.

import { ExchangeError } from '../wire/exchange-error.js'
import { failureOf } from '../wire/failure-of.js'

/** It ended before its end. `isEnded`: the peer closed in order. */
export function bodyFailure(error: Error, status: number, isEnded = false): ExchangeError {
  const failure = failureOf(error, 'firstByte', isEnded)
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
