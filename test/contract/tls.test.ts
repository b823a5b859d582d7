// Every fact about node:tls that src/http/connect/handshake.ts leans on and that no documentation promises: it looks at one
// certificate where Node would read the whole chain.

import { once } from 'node:events'
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect,
  createSecureContext,
  type PeerCertificate,
  type TLSSocket,
} from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  type Certificate,
  makeAuthority,
  makeCertificate,
  type TestCertificates,
  testCertificates,
  unknownExtension,
} from '../support/certificates.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startRawServer } from '../support/raw-server.js'

const { root, intermediate, valid, validDirect } = testCertificates()

interface Securing {
  /** `checkServerIdentity`, with the socket that asks. */
  readonly check: (host: string, certificate: PeerCertificate, socket: TLSSocket) => Error | undefined
  /** Default: `localhost` by name. */
  readonly peer?: ConnectionOptions
  /** What the socket has of its own. */
  readonly own?: object
}

/** Connects and refuses no certificate. */
async function secure(tls: Certificate, { check, peer = { servername: 'localhost' }, own = {} }: Securing) {
  const server = closeAfterTest(await startRawServer([], { tls }))
  const socket: TLSSocket = connect({
    port: server.port,
    ca: root.cert,
    rejectUnauthorized: false,
    checkServerIdentity: (host, certificate) => check(host, certificate, socket),
    ...peer,
  })
  onTestFinished(() => void socket.destroy())
  Object.assign(socket, own)
  await once(socket, 'secureConnect')
  return { authorized: socket.authorized, code: socket.authorizationError as unknown as string | null }
}

/** A check that is content, and what it was called with. */
function createWitness() {
  const calls: [host: string, certificate: PeerCertificate][] = []
  const check: Securing['check'] = (host, certificate) => {
    calls.push([host, certificate])
    return undefined
  }
  return { calls, check }
}

describe('checkServerIdentity', () => {
  test.each<[keyof TestCertificates, string | null]>([
    ['valid', null],
    ['validDirect', null],
    ['wrongName', null],
    ['commonNameOnly', null],
    ['expired', 'CERT_HAS_EXPIRED'],
    ['notYetValid', 'CERT_NOT_YET_VALID'],
    ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['unknownAuthoritySent', 'SELF_SIGNED_CERT_IN_CHAIN'],
    ['missingIntermediate', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ])('is called once where the chain holds, and else never: %s, %s', async (name, code) => {
    const { calls, check } = createWitness()
    expect(await secure(testCertificates()[name], { check })).toEqual({ authorized: code === null, code })
    expect(calls.map(([host]) => host)).toEqual(code === null ? ['localhost'] : [])
  })

  test.each<[string, ConnectionOptions, string]>([
    ['the server name, whatever the address', { host: '127.0.0.1', servername: 'a.example' }, 'a.example'],
    ['the address where there is no name', { host: '127.0.0.1' }, '127.0.0.1'],
  ])('gets %s', async (_case, peer, expected) => {
    const { calls, check } = createWitness()
    await secure(validDirect, { check, peer })
    expect(calls.map(([host]) => host)).toEqual([expected])
  })

  test('decides by its error: nobody is authorized, and the code is told', async () => {
    const check = () => Object.assign(new Error('no'), { code: 'OWN' })
    expect(await secure(validDirect, { check })).toEqual({ authorized: false, code: 'OWN' })
  })

  test('may look at the certificate of its socket, and it is the server’s own, not an issuer’s', async () => {
    const raws: unknown[] = []
    const check: Securing['check'] = (_host, { raw }, socket) => {
      raws.push(raw, socket.getPeerX509Certificate()?.raw)
      return undefined
    }
    await secure(valid, { check })
    expect(raws[0]).toBeInstanceOf(Buffer)
    expect(raws[1]).toEqual(raws[0])
  })

  test('gets what the socket’s own getPeerCertificate gives, which nobody else asks for', async () => {
    const { calls, check } = createWitness()
    const empty = {}
    let asked = 0
    const getPeerCertificate = () => {
      asked++
      return empty
    }
    expect(await secure(valid, { check, own: { getPeerCertificate } })).toEqual({ authorized: true, code: null })
    expect([asked, calls.length, calls[0]?.[1] === empty]).toEqual([1, 1, true])
  })
})

test.each<[string, readonly string[]]>([
  ['a name', ['localhost']],
  ['names and addresses', ['localhost', '*.a.example', '127.0.0.1', '2001:db8::7', '::1']],
  ['an address only', ['192.0.2.7']],
  ['international names', ['xn--tda.example', 'ü.example']],
  ['names that have to be quoted', ['evil.example, DNS:localhost', 'say "x"\\.example', 'a\0b', '']],
  ['none', []],
])('the names of a certificate are the same text in all its forms: %s', async (_case, names) => {
  const certificate = makeCertificate({ issuer: intermediate, commonName: 'localhost', names })
  const texts: unknown[] = []
  const verdicts: unknown[] = []
  const check: Securing['check'] = (host, legacy, socket) => {
    const short = socket.getPeerX509Certificate()!
    const made = short.toLegacyObject() as PeerCertificate
    texts.push(short.subjectAltName, legacy.subjectaltname, made.subjectaltname)
    verdicts.push(checkServerIdentity(host, legacy)?.message, checkServerIdentity(host, made)?.message)
    return undefined
  }
  await secure(certificate, { check })
  expect(texts).toEqual(Array(3).fill(texts[0]))
  expect(typeof texts[0]).toBe(names.length === 0 ? 'undefined' : 'string')
  expect(verdicts[1]).toBe(verdicts[0])
})

test('a context has addCACert, which adds to the store that is there', () => {
  const context = createSecureContext({ allowPartialTrustChain: true })
  expect(context.context.addCACert(root.cert)).toBeUndefined()
})

test('a handle tells OpenSSL’s own text for what Node calls UNSPECIFIED', async () => {
  const certificate = makeCertificate({ issuer: intermediate, extensions: [unknownExtension(true)] })
  const server = closeAfterTest(await startRawServer([], { tls: certificate }))
  const socket = connect({ port: server.port, ca: root.cert, rejectUnauthorized: false })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'secureConnect')
  const { _handle } = socket as unknown as { _handle: { verifyError(): Error } }
  expect([socket.authorizationError, _handle.verifyError().message]).toEqual([
    'UNSPECIFIED',
    'unhandled critical extension',
  ])
})

test('the server’s certificate, asked for once, leads through all that was sent, in the order in which it was', async () => {
  const stranger = makeAuthority('Nobody')
  const sent = valid.alone + stranger.alone + intermediate.alone
  const server = closeAfterTest(await startRawServer([], { tls: { ...valid, cert: sent } }))
  const socket = connect({ port: server.port, ca: root.cert, rejectUnauthorized: false })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'secureConnect')
  const subjects: string[] = []
  for (let each = socket.getPeerX509Certificate(); each !== undefined; each = each.issuerCertificate)
    subjects.push(each.subject)
  expect(subjects).toEqual(['CN=localhost', 'CN=Nobody', 'CN=Test Intermediate'])
})
