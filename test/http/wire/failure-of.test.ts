import { describe, expect, test } from 'vitest'
import { certificateFailure } from '../../../src/http/wire/certificate-failure.js'
import { ExchangeError, type Phase } from '../../../src/http/wire/exchange-error.js'
import { failureOf } from '../../../src/http/wire/failure-of.js'
import { LookupError } from '../../../src/http/wire/lookup-error.js'

const coded = (code: string, more: object = {}) => Object.assign(new Error('never read'), { code, ...more })
const named = (name: string) => Object.assign(new Error('never read'), { name })

describe('an error and its phase give the kind', () => {
  test.each<[unknown, Phase, boolean, string, string | null]>([
    // The peer's address.
    [coded('ECONNREFUSED'), 'connect', false, 'tcp.refused', 'ECONNREFUSED'],
    [coded('ETIMEDOUT'), 'connect', false, 'tcp.timed_out', 'ETIMEDOUT'],
    [coded('EHOSTUNREACH'), 'connect', false, 'tcp.address_unreachable', 'EHOSTUNREACH'],
    [coded('ENETUNREACH'), 'connect', false, 'tcp.address_unreachable', 'ENETUNREACH'],
    [coded('EINVAL'), 'connect', false, 'tcp.address_unreachable', 'EINVAL'],
    [coded('EACCES'), 'connect', false, 'tcp.address_unreachable', 'EACCES'],
    // The connection.
    [coded('ECONNRESET'), 'connect', false, 'tcp.reset', 'ECONNRESET'],
    [coded('ECONNRESET'), 'firstByte', false, 'tcp.reset', 'ECONNRESET'],
    [coded('EPIPE'), 'firstByte', false, 'tcp.reset', 'EPIPE'],
    [coded('UND_ERR_SOCKET'), 'firstByte', true, 'tcp.closed', 'UND_ERR_SOCKET'],
    [coded('UND_ERR_SOCKET'), 'firstByte', false, 'http.protocol.error', 'UND_ERR_SOCKET'],
    // TLS: only what TLS itself says is a TLS error.
    [coded('ECONNRESET', { syscall: 'read' }), 'tls', false, 'tcp.reset', 'ECONNRESET'],
    [coded('ECONNRESET'), 'tls', false, 'tcp.closed', 'ECONNRESET'],
    [coded('ETIMEDOUT'), 'tls', false, 'tcp.timed_out', 'ETIMEDOUT'],
    [coded('ERR_SSL_WRONG_VERSION_NUMBER'), 'tls', false, 'tls.protocol.error', 'ERR_SSL_WRONG_VERSION_NUMBER'],
    [
      coded('ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE'),
      'tls',
      false,
      'tls.protocol.error',
      'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
    ],
    [coded('EPROTO'), 'tls', false, 'tls.protocol.error', 'EPROTO'],
    [new Error('no code'), 'tls', false, 'tls.protocol.error', null],
    [coded('CERT_HAS_EXPIRED'), 'tls', false, 'tls.cert.date_invalid', 'CERT_HAS_EXPIRED'],
    // The answer.
    [named('HTTPParserError'), 'firstByte', false, 'http.protocol.error', null],
    [coded('HPE_INVALID_CONSTANT'), 'firstByte', false, 'http.protocol.error', 'HPE_INVALID_CONSTANT'],
    [coded('UND_ERR_HEADERS_OVERFLOW'), 'firstByte', false, 'http.protocol.error', 'UND_ERR_HEADERS_OVERFLOW'],
    [coded('ERR_ASSERTION'), 'firstByte', false, 'http.protocol.error', 'ERR_ASSERTION'],
    // This machine, in whatever phase.
    ...(['connect', 'tls', 'firstByte'] as const).flatMap((phase) =>
      ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL'].map(
        (code): [unknown, Phase, boolean, string, string] => [coded(code), phase, false, `local.${code}`, code],
      ),
    ),
    // Nothing that was foreseen is a bug of ours.
    [coded('UND_ERR_INVALID_ARG'), 'firstByte', false, 'internal', 'UND_ERR_INVALID_ARG'],
    [new TypeError('x is not a function'), 'firstByte', false, 'internal', 'TypeError'],
    [coded(23 as unknown as string, { name: 'TimeoutError' }), 'connect', false, 'internal', 'TimeoutError'],
  ])('%s while in %s, ended %s → %s', (error, phase, ended, kind, code) => {
    expect(failureOf(error, phase, { isEnded: ended })).toMatchObject({ kind, code })
  })

  test('an error that knows its kind keeps it, whatever the phase', () => {
    const own = new ExchangeError({ kind: 'timeout', code: 'dns', detail: 'slow', hint: 'wait' })
    expect(failureOf(own, 'tls', { isEnded: true })).toMatchObject({
      kind: 'timeout',
      code: 'dns',
      detail: 'slow',
      hint: 'wait',
    })
    expect(failureOf(new LookupError('x.example', 'ENOTFOUND'), 'connect')).toMatchObject({
      kind: 'dns.name_not_resolved',
      code: 'ENOTFOUND',
    })
  })

  test('a code of ours is never one that undici takes for a reason to connect again', () => {
    expect(String(new ExchangeError({ kind: 'tcp.closed' }).code)).not.toMatch(/^UND_ERR/)
  })

  test('plain HTTP where TLS was expected is told so', () => {
    const { hint } = failureOf(coded('ERR_SSL_WRONG_VERSION_NUMBER'), 'tls')
    expect(hint).toContain('http://')
  })
})

test.each([
  ['CERT_HAS_EXPIRED', 'tls.cert.date_invalid'],
  ['CERT_NOT_YET_VALID', 'tls.cert.date_invalid'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls.cert.name_invalid'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls.cert.authority_invalid'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls.cert.authority_invalid'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls.cert.authority_invalid'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls.cert.authority_invalid'],
  ['CERT_REVOKED', 'tls.cert.invalid'],
  ['CERT_SIGNATURE_FAILURE', 'tls.cert.invalid'],
  ['INVALID_CA', 'tls.cert.invalid'],
  ['INVALID_PURPOSE', 'tls.cert.invalid'],
  ['PATH_LENGTH_EXCEEDED', 'tls.cert.invalid'],
  ['SOMETHING_NEW', 'tls.cert.invalid'],
])('a certificate that is %s is %s', (code, kind) => {
  expect(certificateFailure(code, { text: null })).toMatchObject({ kind, code })
})
