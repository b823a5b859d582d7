// Whose certificate it is: our short look at it says what Node's own check of the whole chain says.

import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createAnchors } from '../../../src/http/connect/anchors.js'
import { handshake } from '../../../src/http/connect/handshake.js'
import { createSecureContext } from '../../../src/http/connect/secure-context.js'
import { literalAddress } from '../../../src/http/names/address.js'
import { type Certificate, makeCertificate, testCertificates } from '../../support/certificates.js'
import { closeAfterTest } from '../../support/close-after-test.js'
import { startRawServer } from '../../support/raw-server.js'

const { root, intermediate } = testCertificates()
const secureContext = createSecureContext({ ca: [root.cert], cert: null, key: null })
const anchors = () => createAnchors([root.cert])
const WRONG = 'ERR_TLS_CERT_ALTNAME_INVALID'

const serve = async (tls: Certificate) => closeAfterTest(await startRawServer([], { tls }))

async function connected(port: number) {
  const socket = connectTcp(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** The code of what is wrong with the certificate, by us. */
async function ours(port: number, hostname: string): Promise<string | null> {
  const onCancel = () => {}
  const { tls } = await handshake(await connected(port), { hostname, insecure: true, secureContext, anchors, onCancel })
  return tls.error
}

/** The same by Node alone. */
async function nodes(port: number, hostname: string): Promise<unknown> {
  const literal = literalAddress(hostname)
  const secured = connectTls({
    socket: await connected(port),
    secureContext,
    rejectUnauthorized: false,
    ...(literal === null ? { servername: hostname } : { host: literal.address }),
  })
  await once(secured, 'secureConnect')
  return secured.authorizationError
}

describe('a certificate', () => {
  const names = ['a.example', '*.b.example', 'w*.c.example', 'xn--tda.example', '127.0.0.7', '2001:db8::7']
  const cases: [why: string, names: readonly string[], commonName: string, rows: Record<string, boolean>][] = [
    ['is for its names, in any case', names, 'a.example', { 'a.example': true, 'A.Example': true, 'c.example': false }],
    ['is for its names as DNS writes them', names, 'a.example', { 'xn--tda.example': true }],
    ['is for its names with the dot of the root', names, 'a.example', { 'a.example.': true, 'b.example.': false }],
    ['is for one label at a wildcard', names, 'a.example', { 'x.b.example': true, 'b.example': false }],
    ['is not for two labels at a wildcard', names, 'a.example', { 'x.y.b.example': false }],
    ['is for its addresses', names, 'a.example', { '127.0.0.7': true }],
    ['is not for another address', names, 'a.example', { '127.0.0.8': false, '[2001:db8::8]': false }],
    ['is not for its common name where it has names', ['a.example'], 'b.example', { 'b.example': false }],
    ['is for its common name where it has none', [], 'b.example', { 'b.example': true, 'a.example': false }],
    [
      'is for its common name where it has addresses only',
      ['127.0.0.7'],
      'b.example',
      { 'b.example': true, 'a.example': false, '127.0.0.7': true },
    ],
    ['is for a common name with a wildcard', [], '*.b.example', { 'x.b.example': true, 'b.example': false }],
    ['is for no address by its common name', [], '127.0.0.7', { '127.0.0.7': false }],
    ['is for nobody without any name', [], '', { 'a.example': false, '127.0.0.7': false }],
    ['is for nobody by a name that holds another', ['x.example, DNS:a.example'], 'x', { 'a.example': false }],
    ['is for nobody by a bare star', ['*', '*.example'], 'x', { localhost: false, 'a.example': false }],
  ]

  test.each(cases)('%s', async (_why, names, commonName, rows) => {
    const server = await serve(makeCertificate({ issuer: intermediate, names, commonName }))
    for (const [host, isItsOwn] of Object.entries(rows)) {
      const [ourVerdict, nodesVerdict] = [await ours(server.port, host), await nodes(server.port, host)]
      expect([host, ourVerdict]).toEqual([host, isItsOwn ? null : WRONG])
      expect([host, ourVerdict]).toEqual([host, nodesVerdict])
    }
  })

  // curl and browsers refuse what Node takes: RFC 9525 §6.3 has a wildcard only as a whole label.
  test.each<[string, readonly string[], string]>([
    ['a label’s beginning', ['w*.c.example'], 'x'],
    ['a label’s end', ['*w.c.example'], 'x'],
    ['a label’s middle', ['w*w.c.example'], 'x'],
    ['a label of its common name', [], 'w*.c.example'],
    ['a name beside others', ['a.example', 'say "x, y"', 'w*.c.example', '127.0.0.7'], 'www.c.example'],
    ['an international label', ['x*.c.example'], 'x'],
    ['two labels', ['*.*.example'], 'x'],
    ['a label that is not the first', ['www.*.example'], 'x'],
    ['a top-level domain', ['*.example'], 'x'],
    ['an address', ['*.0.0.1', '127.*'], '*.0.0.1'],
  ])('is for nobody by a wildcard in %s', async (_where, wild, commonName) => {
    const server = await serve(makeCertificate({ issuer: intermediate, names: wild, commonName }))
    for (const host of ['www.c.example', 'ww.c.example', 'xn--tda.c.example', 'c.example', '127.0.0.1']) {
      expect([host, await ours(server.port, host)]).toEqual([host, WRONG])
    }
  })

  test('is for its other names where one has a wildcard in a label', async () => {
    const server = await serve(makeCertificate({ issuer: intermediate, names: ['w*.c.example', '*.c.example', 'a,b'] }))
    for (const host of ['www.c.example', 'x_y.c.example', 'xn--tda.c.example']) {
      expect([host, await ours(server.port, host)]).toEqual([host, null])
    }
  })

  // Node 22.23.3 by itself takes no IPv6 address for a certificate's own, because it reads it as a name first.
  test('is for an IPv6 address', async () => {
    const server = await serve(makeCertificate({ issuer: intermediate, names }))
    expect(await ours(server.port, '[2001:db8::7]')).toBeNull()
  })
})
