// X.509 certificates made in process, good ones and every kind of bad one, without openssl and without a dependency.
// Only what a TLS server's certificate needs (RFC 5280), written as DER by hand: about a millisecond each.

import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'

/** A certificate and its key as PEM: what `tls.createServer` takes. */
export interface Certificate {
  /** With the intermediates that a server should send after it; the root is left out. */
  readonly cert: string
  readonly key: string
  /** The certificate alone. */
  readonly alone: string
}

/** A certificate that can sign others. */
export interface Authority extends Certificate {
  readonly commonName: string
  readonly privateKey: KeyObject
  readonly isRoot: boolean
}

export interface CertificateOptions {
  /** Who signs; default none: self-signed. */
  readonly issuer?: Authority
  /** Default the first of `names`. */
  readonly commonName?: string
  /** Subject alternative names, DNS names and IP addresses; default `localhost`, `127.0.0.1`, `::1`. Empty: CN only. */
  readonly names?: readonly string[]
  /** Default a day ago. */
  readonly notBefore?: Date
  /** Default in 30 days. */
  readonly notAfter?: Date
  /** Default P-256; `rsa-1024` is the weak one. */
  readonly keyType?: 'p-256' | 'rsa-2048' | 'rsa-1024'
  /** Default `server`. */
  readonly purpose?: 'server' | 'client'
  /** Beside those that every one has. */
  readonly extensions?: readonly Extension[]
}

/** What an authority may have of its own. */
export interface AuthorityOptions extends Pick<CertificateOptions, 'notBefore' | 'notAfter' | 'extensions'> {
  /** How many authorities may follow below it; default: any number. */
  readonly pathLength?: number
  /** Certifies this one's key anew, as authorities do for each other. */
  readonly sameKeyAs?: Authority
}

/** Of X.509 version 3, as DER. */
export type Extension = Buffer

/** One that nobody knows. */
export function unknownExtension(critical: boolean): Extension {
  return extension('1.3.6.1.4.1.55555.1', critical, der(0x0c, Buffer.from('?')))
}

/** The only domains that an authority may sign for (RFC 5280 §4.2.1.10). */
export function permittedNames(...domains: readonly string[]): Extension {
  const subtrees = domains.map((domain) => sequence(der(0x82, Buffer.from(domain))))
  return extension('2.5.29.30', true, sequence(der(0xa0, ...subtrees)))
}

/** The extension of a certificate that public logs hold (RFC 6962 §3.3); what is in it is nonsense. */
export function loggedExtension(): Extension {
  return extension('1.3.6.1.4.1.11129.2.4.2', false, der(0x04, Buffer.alloc(120, 7)))
}

/** Where the issuer's certificate is to be had (RFC 5280 §4.2.2.1). */
export function issuerAt(url: string): Extension {
  const access = sequence(oid('1.3.6.1.5.5.7.48.2'), der(0x86, Buffer.from(url)))
  return extension('1.3.6.1.5.5.7.1.1', false, sequence(access))
}

/** The usual cast, all for `localhost`, `127.0.0.1` and `::1` unless the name says otherwise. */
export interface TestCertificates {
  /** The root to trust: `ca: root.cert`. */
  readonly root: Authority
  /** Signed by the root. */
  readonly intermediate: Authority
  /** Signed by the intermediate, which it sends. */
  readonly valid: Certificate
  /** The same, signed by the root directly. */
  readonly validDirect: Certificate
  /** Ended three days ago. */
  readonly expired: Certificate
  /** Begins in three days. */
  readonly notYetValid: Certificate
  /** For `other.example` only. */
  readonly wrongName: Certificate
  readonly selfSigned: Certificate
  /** Signed by a root that nobody trusts. */
  readonly unknownAuthority: Certificate
  /** `unknownAuthority` with its root sent along. */
  readonly unknownAuthoritySent: Certificate
  /** Signed by the intermediate, which it does not send. */
  readonly missingIntermediate: Certificate
  /** `localhost` as common name, no alternative names. */
  readonly commonNameOnly: Certificate
  /** RSA with 1,024 bits. */
  readonly weakKey: Certificate
}

const DAY_MS = 86_400_000
let cast: TestCertificates | undefined

/** Makes the cast at the first call of the process, and gives the same one again after that. */
export function testCertificates(): TestCertificates {
  cast ??= makeCast()
  return cast
}

function makeCast(): TestCertificates {
  const inDays = (days: number) => new Date(Date.now() + days * DAY_MS)
  const root = makeAuthority('Test Root')
  const intermediate = makeAuthority('Test Intermediate', root)
  const stranger = makeAuthority('Unknown Root')
  const valid = makeCertificate({ issuer: intermediate })
  const unknownAuthority = makeCertificate({ issuer: stranger })
  return {
    root,
    intermediate,
    valid,
    validDirect: makeCertificate({ issuer: root }),
    expired: makeCertificate({ issuer: intermediate, notBefore: inDays(-30), notAfter: inDays(-3) }),
    notYetValid: makeCertificate({ issuer: intermediate, notBefore: inDays(3) }),
    wrongName: makeCertificate({ issuer: intermediate, names: ['other.example'] }),
    selfSigned: makeCertificate(),
    unknownAuthority,
    unknownAuthoritySent: { ...unknownAuthority, cert: unknownAuthority.cert + stranger.alone },
    missingIntermediate: { ...valid, cert: valid.alone },
    commonNameOnly: makeCertificate({ issuer: intermediate, commonName: 'localhost', names: [] }),
    weakKey: makeCertificate({ issuer: intermediate, keyType: 'rsa-1024' }),
  }
}

/** Makes a certificate that can sign: a root, or with an issuer an intermediate. */
export function makeAuthority(commonName: string, issuer?: Authority, options: AuthorityOptions = {}): Authority {
  const made = make({ commonName, names: [], ...options, ...(issuer && { issuer }) }, true)
  return { ...made, commonName, isRoot: issuer === undefined }
}

/** Makes a server's certificate. */
export function makeCertificate(options: CertificateOptions = {}): Certificate {
  const { cert, key, alone } = make(options, false)
  return { cert, key, alone }
}

function make(
  options: CertificateOptions & AuthorityOptions,
  isAuthority: boolean,
): Certificate & { privateKey: KeyObject } {
  const names = options.names ?? ['localhost', '127.0.0.1', '::1']
  const commonName = options.commonName ?? names[0] ?? 'localhost'
  const { publicKey, privateKey } = keysOf(options.sameKeyAs) ?? makeKeys(options.keyType ?? 'p-256')
  const signer = options.issuer?.privateKey ?? privateKey
  const algorithm = signer.asymmetricKeyType === 'ec' ? ECDSA_WITH_SHA256 : RSA_WITH_SHA256
  const pathLength = options.pathLength === undefined ? EMPTY : integer(Buffer.of(options.pathLength))
  const purpose = options.purpose === 'client' ? '1.3.6.1.5.5.7.3.2' : '1.3.6.1.5.5.7.3.1'

  const extensions = [
    extension('2.5.29.19', true, sequence(isAuthority ? BOOLEAN_TRUE : EMPTY, pathLength)), // basicConstraints
    isAuthority
      ? extension('2.5.29.15', true, der(0x03, Buffer.of(1, 0x06))) // keyUsage: keyCertSign, cRLSign
      : extension('2.5.29.37', false, sequence(oid(purpose))), // extKeyUsage
    ...(names.length > 0 ? [extension('2.5.29.17', false, sequence(...names.map(generalName)))] : []),
    ...(options.extensions ?? []),
  ]
  const body = sequence(
    der(0xa0, integer(Buffer.of(2))), // version 3
    integer(Buffer.concat([Buffer.of(1), randomBytes(12)])), // the leading 1 keeps the serial number positive
    algorithm,
    distinguishedName(options.issuer?.commonName ?? commonName),
    sequence(
      time(options.notBefore ?? new Date(Date.now() - DAY_MS)),
      time(options.notAfter ?? new Date(Date.now() + 30 * DAY_MS)),
    ),
    distinguishedName(commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  )
  const alone = pem(sequence(body, algorithm, bitString(sign('sha256', body, signer))))
  const above = options.issuer === undefined || options.issuer.isRoot ? '' : options.issuer.cert
  return { cert: alone + above, alone, key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })), privateKey }
}

function keysOf(authority: Authority | undefined) {
  return authority && { publicKey: createPublicKey(authority.privateKey), privateKey: authority.privateKey }
}

function makeKeys(keyType: NonNullable<CertificateOptions['keyType']>) {
  if (keyType === 'p-256') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return generateKeyPairSync('rsa', { modulusLength: keyType === 'rsa-1024' ? 1024 : 2048 })
}

function distinguishedName(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(commonName)))))
}

function generalName(name: string): Buffer {
  return isIP(name) === 0 ? der(0x82, Buffer.from(name)) : der(0x87, addressBytes(name))
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const [left = [], right = []] = address.split('::').map((half) => half.split(':').filter(Boolean))
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), critical ? BOOLEAN_TRUE : EMPTY, der(0x04, value))
}

/** UTCTime up to 2049, then GeneralizedTime (RFC 5280 §4.1.2.5). */
function time(date: Date): Buffer {
  const digits = `${date.toISOString().replace(/\D/g, '').slice(0, 14)}Z`
  return date.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits))
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = rest.flatMap((arc) => {
    const sevens = [arc & 0x7f]
    for (let left = arc >> 7; left > 0; left >>= 7) sevens.unshift((left & 0x7f) | 0x80)
    return sevens
  })
  return der(0x06, Buffer.of(first * 40 + second, ...bytes))
}

function integer(bytes: Uint8Array): Buffer {
  return der(0x02, bytes)
}

function bitString(bytes: Uint8Array): Buffer {
  return der(0x03, Buffer.of(0), bytes)
}

function sequence(...parts: Uint8Array[]): Buffer {
  return der(0x30, ...parts)
}

/** Tag, length, content (X.690 §8.1). */
function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const length = []
  for (let left = content.length; left > 0; left >>= 8) length.unshift(left & 0xff)
  const head = content.length < 0x80 ? [content.length] : [0x80 | length.length, ...length]
  return Buffer.concat([Buffer.of(tag, ...head), content])
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

const EMPTY = Buffer.alloc(0)
const BOOLEAN_TRUE = der(0x01, Buffer.of(0xff))
const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'))
const RSA_WITH_SHA256 = sequence(oid('1.2.840.113549.1.1.11'), der(0x05))
