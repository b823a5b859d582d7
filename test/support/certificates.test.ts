import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:tls'
import { expect, test } from 'vitest'
import { makeCertificate, testCertificates } from './certificates.js'
import { closeAfterTest } from './close-after-test.js'
import { startRawServer, step } from './raw-server.js'

const certificates = testCertificates()

// What Node 20 says of each, when the root is trusted and the name asked for is `localhost`.
test.each([
  ['valid', null],
  ['validDirect', null],
  ['expired', 'CERT_HAS_EXPIRED'],
  ['notYetValid', 'CERT_NOT_YET_VALID'],
  ['wrongName', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['unknownAuthority', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['unknownAuthoritySent', 'SELF_SIGNED_CERT_IN_CHAIN'],
  ['missingIntermediate', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['commonNameOnly', null],
] as const)('%s → %s', async (name, expected) => {
  const server = closeAfterTest(await startRawServer([step.fin], { tls: certificates[name] }))
  const client = connect({
    port: server.port,
    host: server.host,
    servername: 'localhost',
    ca: certificates.root.cert,
  })
  const code = await once(client, 'secureConnect').then(
    () => null,
    (error: NodeJS.ErrnoException) => error.code,
  )
  client.destroy()
  expect(code).toBe(expected)
})

test('carries the names, dates and key that were asked for', () => {
  const made = makeCertificate({
    issuer: certificates.root,
    names: ['a.example', '*.b.example', '127.0.0.7', '2001:db8::7', 'xn--tda.example'],
    notBefore: new Date('1999-12-31T23:59:58Z'),
    notAfter: new Date('2061-02-03T04:05:06Z'),
  })
  const certificate = new X509Certificate(made.cert)
  expect(certificate.subjectAltName).toBe(
    'DNS:a.example, DNS:*.b.example, IP Address:127.0.0.7, IP Address:2001:DB8:0:0:0:0:0:7, DNS:xn--tda.example',
  )
  expect(new Date(certificate.validFrom).toISOString()).toBe('1999-12-31T23:59:58.000Z')
  expect(new Date(certificate.validTo).toISOString()).toBe('2061-02-03T04:05:06.000Z')
  expect(certificate.checkIssued(new X509Certificate(certificates.root.cert))).toBe(true)
  expect(certificate.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' })
  const weak = new X509Certificate(certificates.weakKey.cert)
  expect(weak.publicKey.asymmetricKeyDetails).toMatchObject({ modulusLength: 1024 })
  expect(testCertificates()).toBe(certificates)
})
