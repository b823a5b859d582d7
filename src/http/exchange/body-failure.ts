// What is said of a body that did not come to its end, where the body is part of the answer.

import { ExchangeError } from '../wire/exchange-error.js'
import { failureOf } from '../wire/failure.js'

/** It ended before its end. `isEnded`: the peer closed in order. */
export function bodyFailure(error: Error, status: number, isEnded: boolean): ExchangeError {
  const failure = failureOf(error, 'firstByte', isEnded)
  const isClosed = failure.kind === 'tcp.closed' || failure.code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'
  const kind = isClosed ? 'tcp.closed' : failure.kind
  return new ExchangeError({ ...failure, kind, detail: brokeOff(status) }, error)
}

/** Its framing makes no sense any more. */
export function framingFailure(status: number): ExchangeError {
  return new ExchangeError({ kind: 'http.protocol.error', detail: brokeOff(status) })
}

/** It did not come within the attempt's budget. */
export function bodyTimeout(status: number, timeoutMs: number): ExchangeError {
  return new ExchangeError({
    kind: 'timeout',
    code: 'body',
    detail: `answered ${status}, but the body was not whole in ${seconds(timeoutMs)}`,
    hint: `If it is only slow: -t ${seconds(timeoutMs * 3).replace(' ', '')}`,
  })
}

/** `10 s`, `1.5 s`, `800 ms`. */
export function seconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(1))} s`
}

function brokeOff(status: number): string {
  return `answered ${status}, but the body broke off`
}
