// What is said of an attempt, or of its part, that ran out of time.

import { ExchangeError, type Phase } from '../wire/exchange-error.js'

const LATE: Readonly<Record<Phase, string>> = {
  dns: 'DNS did not answer in',
  connect: 'no connection in',
  proxy: 'the proxy did not answer in',
  tls: 'connected, but no TLS handshake in',
  firstByte: 'connected, but no answer in',
}

/** Whether the proxy or what it could not reach took too long, nobody can know. */
const PROXY_TIMED_OUT = { kind: 'proxy.failed', code: 'timeout' } as const

/** No answer came within the attempt's budget; `phase` is how far it had come. */
export function timeoutFailure(phase: Phase, timeoutMs: number): ExchangeError {
  return new ExchangeError({
    ...(phase === 'proxy' ? PROXY_TIMED_OUT : { kind: 'timeout', code: phase }),
    detail: `${LATE[phase]} ${seconds(timeoutMs)}`,
    hint: longer(timeoutMs),
  })
}

/** No connection came within the smaller bound for making one. */
export function connectTimeoutFailure(phase: Phase, connectTimeoutMs: number): ExchangeError {
  return new ExchangeError({
    ...(phase === 'proxy' ? PROXY_TIMED_OUT : { kind: 'tcp.timed_out', code: phase }),
    detail: `${phase === 'proxy' ? LATE.proxy : 'no connection in'} ${seconds(connectTimeoutMs)}`,
    hint: 'If it is only slow: a longer --connect-timeout',
  })
}

/** A body that is part of the answer did not come within the attempt's budget. */
export function bodyTimeoutFailure(status: number, timeoutMs: number): ExchangeError {
  return new ExchangeError({
    kind: 'timeout',
    code: 'body',
    detail: `answered ${status}, but the body was not whole in ${seconds(timeoutMs)}`,
    hint: longer(timeoutMs),
  })
}

function longer(timeoutMs: number): string {
  return `If it is only slow: -t ${seconds(timeoutMs * 3).replace(' ', '')}`
}

/** `10 s`, `1.5 s`, `800 ms`. */
function seconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(1))} s`
}
