// A certificate for a client: the ones of certificates.ts are for servers only, and OpenSSL minds the difference.

import { sign } from 'node:crypto'
import { type Authority, type Certificate, makeCertificate } from '../../support/certificates.js'

/** 1.3.6.1.5.5.7.3.1 and .2, serverAuth and clientAuth (RFC 5280 §4.2.1.12), without the last byte. */
const PURPOSE = Buffer.from('2b06010505070301', 'hex')

/** Makes one signed by `issuer`: a server's with its purpose changed, and signed again. */
export function makeClientCertificate(issuer: Authority): Certificate {
  const server = makeCertificate({ issuer, names: ['client.example'] })
  const whole = Buffer.from(server.alone.replace(/-----.*-----|\s/g, ''), 'base64')
  const body = element(whole, 4)
  const algorithm = element(whole, 4 + body.length)
  body[body.indexOf(PURPOSE) + PURPOSE.length - 1] = 2
  const signature = sign('sha256', body, issuer.privateKey)
  const content = Buffer.concat([body, algorithm, Buffer.of(0x03, signature.length + 1, 0), signature])
  const head = Buffer.of(0x30, 0x82, content.length >> 8, content.length & 0xff)
  const base64 = Buffer.concat([head, content])
    .toString('base64')
    .match(/.{1,64}/g)!
  const cert = ['-----BEGIN CERTIFICATE-----', ...base64, '-----END CERTIFICATE-----', ''].join('\n')
  return { cert, alone: cert, key: server.key }
}

/** A copy of the DER element at this place (X.690 §8.1). */
function element(bytes: Buffer, at: number): Buffer {
  const first = bytes[at + 1]!
  const more = first < 0x80 ? 0 : first & 0x7f
  const length = more === 0 ? first : bytes.readUIntBE(at + 2, more)
  return Buffer.from(bytes.subarray(at, at + 2 + more + length))
}
