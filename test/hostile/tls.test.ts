// HOSTILE cases 84 to 102: bad certificates and bad handshakes, through the real command. Each gives its kind and code
// and a hint that a person can act on, on one connection and within the timeout.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TlsOptions } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Verdict } from '../../src/words/verdict.js'
import { tempFolder } from '../cli/support/temp-folder.js'
import {
  type Authority,
  type AuthorityOptions,
  type Certificate,
  makeAuthority,
  makeCertificate,
  permittedNames,
  testCertificates,
  unknownExtension,
} from '../support/certificates.js'
import { type Closable, closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import type { Listening } from '../support/listen.js'
import { type Script, startRawServer, step } from '../support/raw-server.js'
import { type Asked, ask, ending } from './support/ask.js'
import { makeClientCertificate } from './support/client-certificate.js'

const { root, intermediate, valid, expired, notYetValid, wrongName, selfSigned, ...others } = testCertificates()
const { unknownAuthority, unknownAuthoritySent, missingIntermediate, commonNameOnly, weakKey } = others

const TIMEOUT_MS = 1500
/** What the kernel, Node and two busy cores may add. */
const SLACK_MS = 250

interface TlsCase {
  /** Number in HOSTILE section 4. */
  readonly number: number
  readonly name: string
  readonly server: () => Promise<Listening>
  /** Default `localhost`. */
  readonly host?: string
  /** Default `https`. */
  readonly scheme?: 'http' | 'https'
  /** The status, or the kind. */
  readonly ends: number | string
  /** Another end that is right as well: what arrives first is the kernel's choice. */
  readonly or?: string
  readonly code?: string | null
  /** What reason and hint together say. */
  readonly says?: RegExp
  /** Connections that the server sees; default 1. */
  readonly connections?: number
}

const https = (tls: TlsOptions) => () => startHttpServer({ '*': 204 }, { tls })
const raw = (script: Script) => () => startRawServer(script)
/** A ServerHello of TLS 1.2 without a word about renegotiation (RFC 5746 §3.4), cipher ECDHE-RSA-AES128-GCM-SHA256. */
const HELLO_OF_2009 = Uint8Array.of(0x16, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3, ...Array(32).fill(7), 0, 0xc0, 0x2f, 0)
/** A TLS alert, fatal (RFC 8446 §6). */
const alert = (code: number) => step.write(Uint8Array.of(0x15, 3, 3, 0, 2, 2, code))
/** A ServerHello that chooses TLS 1.0 without asking (RFC 2246 §7.4.1.3). */
const OLD_HELLO = Uint8Array.of(0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1, ...Array(32).fill(7), 0, 0, 0x2f, 0)
const OLD = { ...valid, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } as const

const CASES: readonly TlsCase[] = [
  {
    number: 84,
    name: 'expired',
    server: https(expired),
    ends: 'tls.cert.date_invalid',
    code: 'CERT_HAS_EXPIRED',
    says: /expired 3 days ago \(\d{4}-\d\d-\d\d\)/,
  },
  {
    number: 85,
    name: 'not yet valid',
    server: https(notYetValid),
    ends: 'tls.cert.date_invalid',
    code: 'CERT_NOT_YET_VALID',
    says: /not valid yet, \d days from now/,
  },
  {
    number: 86,
    name: 'for another name',
    server: https(wrongName),
    ends: 'tls.cert.name_invalid',
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    says: /is for other\.example/,
  },
  {
    number: 87,
    name: 'self-signed',
    server: https(selfSigned),
    ends: 'tls.cert.authority_invalid',
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    says: /signed by itself.*--insecure/,
  },
  {
    number: 88,
    name: 'of an unknown authority',
    server: https(unknownAuthority),
    ends: 'tls.cert.authority_invalid',
    code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    says: /intermediate.*unknown authority/,
  },
  {
    number: 88,
    name: 'of an unknown authority that is sent',
    server: https(unknownAuthoritySent),
    ends: 'tls.cert.authority_invalid',
    code: 'SELF_SIGNED_CERT_IN_CHAIN',
    says: /authority at the top.*not known/i,
  },
  {
    number: 89,
    name: 'without its intermediate',
    server: https(missingIntermediate),
    ends: 'tls.cert.authority_invalid',
    code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    says: /does not send its intermediate/,
  },
  {
    number: 90,
    name: 'TLS 1.1 at most, said by an alert',
    server: https(OLD),
    ends: 'tls.protocol.error',
    code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    says: /TLS 1\.1 or older/,
  },
  {
    number: 90,
    name: 'TLS 1.0 chosen unasked',
    server: raw([step.write(OLD_HELLO)]),
    ends: 'tls.protocol.error',
    code: 'ERR_SSL_UNSUPPORTED_PROTOCOL',
    says: /TLS 1\.1 or older/,
  },
  {
    number: 90,
    name: 'without secure renegotiation',
    server: raw([step.write(HELLO_OF_2009)]),
    ends: 'tls.protocol.error',
    code: 'ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED',
    says: /no secure renegotiation.*browser/,
  },
  {
    number: 91,
    name: 'HTTP/2 only',
    server: https({ ...valid, ALPNProtocols: ['h2'] }),
    ends: 'tls.protocol.error',
    code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
    says: /only HTTP\/2/,
  },
  {
    number: 92,
    name: 'a client certificate wanted, TLS 1.2',
    server: https({ ...valid, ca: root.cert, requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' }),
    ends: 'tls.protocol.error',
    says: /client certificate.*--cert/i,
  },
  {
    number: 92,
    name: 'a client certificate wanted, TLS 1.3',
    server: https({ ...valid, ca: root.cert, requestCert: true, rejectUnauthorized: true }),
    ends: 'tls.protocol.error',
    says: /client certificate.*--cert/i,
  },
  {
    number: 93,
    name: 'plain HTTP',
    server: raw([step.write('HTTP/1.1 400 Bad Request\r\n\r\n'), step.fin]),
    ends: 'tls.protocol.error',
    code: 'ERR_SSL_WRONG_VERSION_NUMBER',
    says: /does not speak TLS.*http:\/\//,
  },
  {
    number: 93,
    name: 'garbage',
    server: raw([step.write('\x00garbage\x00'.repeat(500))]),
    ends: 'tls.protocol.error',
    says: /does not speak TLS|handshake failed/,
  },
  {
    number: 93,
    name: 'an SSH banner',
    server: raw([step.write('SSH-2.0-OpenSSH_9.2p1\r\n')]),
    ends: 'tls.protocol.error',
    says: /does not speak TLS/,
  },
  {
    number: 94,
    name: 'no ServerHello',
    server: raw([]),
    ends: 'timeout',
    code: 'tls',
    says: /no TLS handshake in 1\.5 s/,
  },
  { number: 95, name: 'FIN in the handshake', server: raw([step.wait(20), step.fin]), ends: 'tcp.closed' },
  {
    number: 95,
    name: 'RST in the handshake',
    // Not before the client is in it: a busy one may have the reset before its TLS has the socket.
    server: raw([step.hear, step.rst]),
    ends: 'tcp.reset',
    code: 'ECONNRESET',
  },
  {
    number: 95,
    name: 'FIN inside the ServerHello',
    server: raw([step.write(OLD_HELLO.subarray(0, 20)), step.fin]),
    ends: 'tcp.closed',
  },
  {
    number: 95,
    name: 'RST inside the ServerHello',
    server: raw([step.write(OLD_HELLO.subarray(0, 20)), step.wait(20), step.rst]),
    ends: 'tcp.reset',
    // One poll of libuv may find both the data and the reset.
    or: 'tcp.closed',
    code: 'ECONNRESET',
  },
  { number: 96, name: 'an address that is in the certificate', server: https(valid), host: '127.0.0.1', ends: 204 },
  {
    number: 96,
    name: 'an address that is not in the certificate',
    server: https(wrongName),
    host: '127.0.0.1',
    ends: 'tls.cert.name_invalid',
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    says: /other\.example/,
  },
  {
    number: 97,
    name: 'unrecognized_name',
    server: raw([alert(112)]),
    ends: 'tls.protocol.error',
    says: /does not know this host name/,
  },
  { number: 97, name: 'handshake_failure', server: raw([alert(40)]), ends: 'tls.protocol.error' },
  {
    number: 92,
    name: 'a client certificate refused',
    server: raw([alert(48)]),
    ends: 'tls.protocol.error',
    code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    says: /does not accept the client certificate/,
  },
  { number: 97, name: 'internal_error', server: raw([alert(80)]), ends: 'tls.protocol.error' },
  {
    number: 98,
    name: 'http:// to a port that answers with an alert',
    server: raw([step.readHead, alert(10), step.fin]),
    scheme: 'http',
    ends: 'http.protocol.error',
    says: /TLS.*https:\/\//,
    connections: 2,
  },
  { number: 100, name: 'common name only', server: https(commonNameOnly), ends: 204 },
  { number: 100, name: 'RSA with 1,024 bits', server: https({ ...weakKey, ciphers: 'DEFAULT@SECLEVEL=0' }), ends: 204 },
  {
    number: 101,
    name: 'a handshake byte by byte',
    server: raw([step.drip(OLD_HELLO, 1000)]),
    ends: 'timeout',
    code: 'tls',
  },
]

/** What else OpenSSL finds in a chain (RFC 5280 §6.1), most of it without a code of Node's. */
const REFUSED: readonly [what: string, certificate: () => Certificate, code: string, says: RegExp][] = [
  [
    'a name outside the name constraints of its issuer',
    () => signedBelow({ extensions: [permittedNames('other.example')] }),
    'PERMITTED_VIOLATION',
    /name that its issuer may not sign for \(name constraints\)/,
  ],
  [
    'a critical extension that nobody knows',
    () => makeCertificate({ issuer: intermediate, extensions: [unknownExtension(true)] }),
    'UNHANDLED_CRITICAL_EXTENSION',
    /critical extension/,
  ],
  [
    'the purpose of a client',
    () => makeCertificate({ issuer: intermediate, purpose: 'client' }),
    'INVALID_PURPOSE',
    /wrong purpose.*not one for servers/,
  ],
  [
    'a longer chain than its authority allows',
    () => {
      const short = makeAuthority('Short', root, { pathLength: 0 })
      return makeCertificate({ issuer: makeAuthority('Below Short', short) })
    },
    'PATH_LENGTH_EXCEEDED',
    /path length/,
  ],
  [
    'a signature that is another’s',
    () => {
      const { alone, key } = makeCertificate({ issuer: makeAuthority('Test Intermediate', root) })
      return { cert: alone + intermediate.alone, alone, key }
    },
    'CERT_SIGNATURE_FAILURE',
    /signature of a certificate/,
  ],
]

function signedBelow(options: AuthorityOptions): Certificate {
  return makeCertificate({ issuer: makeAuthority('Constrained', root, options) })
}

describe('a certificate with', () => {
  test.each(REFUSED)('%s is tls.cert.invalid, and the cause is named', async (_what, certificate, code, says) => {
    const server = closeAfterTest(await https(certificate())())
    const line = `https://localhost:${server.port}/`
    const flags = ['--ca-file', await trusting(root)]
    const [row] = (await ask([line], flags)).rows as [Verdict]
    expect(row).toMatchObject({ kind: 'tls.cert.invalid', code, outcome: 'failed' })
    expect(`${row.reason}. ${row.hint}`).toMatch(says)
    const [insecure] = (await ask([line], [...flags, '--insecure'])).rows as [Verdict]
    expect(insecure).toMatchObject({ status: 204, tls: { error: code }, hint: `certificate: ${code}` })
  })
})

describe.each(['GET', 'HEAD'])('%s', (method) => {
  const open: Closable[] = []
  const seen: Listening[] = []
  let asked: Asked

  beforeAll(async () => {
    seen.push(...(await Promise.all(CASES.map(({ server }) => server()))))
    open.push(...seen)
    const lines = CASES.map(
      ({ scheme, host }, at) => `${scheme ?? 'https'}://${host ?? 'localhost'}:${seen[at]!.port}/`,
    )
    const folder = await rootFile()
    open.push(folder)
    asked = await ask(lines, ['-X', method, '-t', `${TIMEOUT_MS}ms`, '--ca-file', folder.path])
  })
  afterAll(() => Promise.all(open.map((each) => each.close())))

  test.each(CASES.map((each, at) => ({ ...each, at })))(
    'case $number: $name',
    ({ at, ends, or, code, says, connections }) => {
      const row = asked.rows[at]!
      expect([ends, or]).toContain(ending(row))
      if (code !== undefined) expect(row.code).toBe(code)
      if (says !== undefined) expect(`${row.reason}. ${row.hint}`).toMatch(says)
      // What was answered to HEAD is asked once more with GET; what failed before a request was sent is not.
      const isAskedTwice = method === 'HEAD' && row.kind === 'http.protocol.error'
      expect(row).toMatchObject({ attempts: 1, outcome: row.status > 0 ? 'ok' : 'failed' })
      expect(row.method).toBe(isAskedTwice ? 'GET' : method)
      expect(row.durationMs).toBeLessThanOrEqual(TIMEOUT_MS + SLACK_MS + asked.waitedMs)
      expect(seen[at]!.connections()).toBe((connections ?? 1) * (isAskedTwice ? 2 : 1))
    },
  )

  test('the run is exit 1, ends with the slowest of them, and no text of OpenSSL comes out', () => {
    expect(asked).toMatchObject({ code: 1, stderr: '' })
    expect(asked.durationMs).toBeLessThan(TIMEOUT_MS + 3000)
    expect(asked.stdout).not.toMatch(/:error:|:SSL routines|\.c:\d/)
  })
})

describe('--insecure', () => {
  test('case 102: reports the status of every bad certificate and keeps the fault in the row', async () => {
    const bad: readonly [Certificate, string][] = [
      [expired, 'CERT_HAS_EXPIRED'],
      [notYetValid, 'CERT_NOT_YET_VALID'],
      [wrongName, 'ERR_TLS_CERT_ALTNAME_INVALID'],
      [selfSigned, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
      [unknownAuthoritySent, 'SELF_SIGNED_CERT_IN_CHAIN'],
      [missingIntermediate, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ]
    const servers = await Promise.all(bad.map(async ([tls]) => closeAfterTest(await https(tls)())))
    const lines = servers.map(({ port }) => `https://localhost:${port}/`)
    const { rows, code } = await ask(lines, ['--insecure', '--ca-file', await trusting(root)])
    expect(code).toBe(0)
    expect(rows.map(({ status, kind, tls }) => [status, kind, tls?.error])).toEqual(
      bad.map(([, error]) => [204, 'ok', error]),
    )
    for (const [at, row] of rows.entries()) expect(row.hint).toContain(bad[at]![1])
  })

  test('does not turn a broken handshake into an answer', async () => {
    const server = closeAfterTest(await raw([alert(40)])())
    const { rows } = await ask([`https://localhost:${server.port}/`], ['-k'])
    expect(ending(rows[0]!)).toBe('tls.protocol.error')
  })
})

describe('--ca-file', () => {
  test('trusts an authority, and one that NODE_EXTRA_CA_CERTS names goes on being trusted', async () => {
    const other = makeAuthority('Another Root')
    const servers = [
      closeAfterTest(await https(valid)()),
      closeAfterTest(await https(makeCertificate({ issuer: other }))()),
    ]
    const lines = servers.map(({ port }) => `https://localhost:${port}/`)
    const [ours, theirs] = [await trusting(root), await trusting(other)]
    const ends = async (flags: readonly string[], env: Record<string, string>) =>
      (await ask(lines, flags, { env })).rows.map(ending)
    const unknown = 'tls.cert.authority_invalid'
    expect(await ends([], {})).toEqual([unknown, unknown])
    expect(await ends(['--ca-file', ours], {})).toEqual([204, unknown])
    expect(await ends([], { NODE_EXTRA_CA_CERTS: theirs })).toEqual([unknown, 204])
    expect(await ends(['--ca-file', ours], { NODE_EXTRA_CA_CERTS: theirs })).toEqual([204, 204])
  })

  test.each<[what: string, anchor: () => string, served: Certificate]>([
    ['an intermediate', () => intermediate.alone, valid],
    ['an intermediate that is not sent', () => intermediate.alone, others.missingIntermediate],
    ['the server’s own certificate', () => valid.alone, others.missingIntermediate],
    ['a certificate that is signed by itself', () => selfSigned.alone, selfSigned],
    ['one of several', () => wrongName.alone + intermediate.alone + expired.alone, valid],
  ])('trusts %s', async (_what, anchor, served) => {
    const path = join(await tempFolder(), 'anchor.pem')
    await writeFile(path, anchor())
    const server = closeAfterTest(await https(served)())
    const bad = closeAfterTest(await https(expired)())
    const lines = [server, bad].map(({ port }) => `https://localhost:${port}/`)
    const { rows } = await ask(lines, ['--ca-file', path])
    expect(ending(rows[0]!)).toBe(204)
    // Trust is in who signed; dates and names hold as before.
    expect(String(ending(rows[1]!))).toMatch(/^tls\.cert\.(?:date|authority)_invalid$/)
    const named = ['--resolve', `other.example:${server.port}:127.0.0.1`]
    const other = await ask([`https://other.example:${server.port}/`], ['--ca-file', path, ...named])
    expect(other.rows.map(ending)).toEqual(['tls.cert.name_invalid'])
  })

  test('leaves the store that Node was told to use in place', async () => {
    const other = makeAuthority('Another Root')
    const servers = [
      closeAfterTest(await https(valid)()),
      closeAfterTest(await https(makeCertificate({ issuer: other }))()),
    ]
    const lines = servers.map(({ port }) => `https://localhost:${port}/`)
    const env = { SSL_CERT_FILE: await trusting(other), NODE_OPTIONS: '--use-openssl-ca' }
    expect((await ask(lines, ['--ca-file', await trusting(root)], { env })).rows.map(ending)).toEqual([204, 204])
  })

  test('that is no certificate is exit 2 before anything is asked', async () => {
    const path = join(await tempFolder(), 'bad.pem')
    await writeFile(path, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')
    const server = closeAfterTest(await https(valid)())
    for (const file of [path, '/no/such/file']) {
      const { code, stderr } = await refused(server.port, ['--ca-file', file])
      expect(code).toBe(2)
      expect(stderr).toContain(`--ca-file ${file}`)
    }
    expect(server.connections()).toBe(0)
  })
})

describe('--cert and --key', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('open a server that wants them, %s', async (maxVersion) => {
    const client = makeClientCertificate(root)
    const wanting = { ...valid, ca: root.cert, requestCert: true, rejectUnauthorized: true, maxVersion }
    const server = closeAfterTest(await https(wanting)())
    const folder = await tempFolder()
    const [cert, key, both] = ['cert.pem', 'key.pem', 'both.pem'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    await writeFile(cert, client.cert)
    await writeFile(key, client.key)
    await writeFile(both, client.cert + client.key)
    const lines = [`https://localhost:${server.port}/`]
    const ca = ['--ca-file', await trusting(root)]
    expect((await ask(lines, [...ca, '--cert', cert, '--key', key])).rows.map(ending)).toEqual([204])
    expect((await ask(lines, [...ca, '--cert', both])).rows.map(ending)).toEqual([204])
  })

  test('that do not belong together are exit 2', async () => {
    const folder = await tempFolder()
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    await writeFile(cert, valid.cert)
    await writeFile(key, expired.key)
    const { code, stderr } = await refused(1, ['--cert', cert, '--key', key])
    expect(code).toBe(2)
    expect(stderr).toContain('--cert')
  })
})

describe('one unknown issuer', () => {
  const serve = async (names: readonly string[], issuer: Authority | undefined) => {
    const server = closeAfterTest(await https(makeCertificate({ names, ...(issuer && { issuer }) }))())
    const flags = names.flatMap((name) => ['--resolve', `${name}:${server.port}:127.0.0.1`])
    return { lines: names.map((name) => `https://${name}:${server.port}/`), flags }
  }
  const UNRELATED = ['www.alpha.example', 'www.beta.example', 'gamma.example']

  test('on three unrelated hosts is a network that re-signs TLS: inconclusive, --ca-file, exit 4', async () => {
    const proxy = makeAuthority('Acme Web Gateway')
    const { lines, flags } = await serve(UNRELATED, proxy)
    const { rows, code, stderr } = await ask(lines, flags)
    for (const row of rows) {
      expect(row).toMatchObject({ kind: 'local.tls_resigned', outcome: 'inconclusive', status: 0 })
      expect(row.reason).toContain('Acme Web Gateway')
      expect(row.hint).toMatch(/re-signs TLS.*--ca-file/)
    }
    expect(code).toBe(4)
    expect(stderr).toContain('tls_resigned')
    const trusted = await ask(lines, [...flags, '--ca-file', await trusting(proxy)])
    expect(trusted).toMatchObject({ code: 0 })
  })

  test.each([
    ['on two hosts', UNRELATED.slice(0, 2)],
    ['on three hosts of one domain', ['a.beta.example', 'b.beta.example', 'c.beta.example']],
  ])('%s is what it is', async (_where, names) => {
    const { lines, flags } = await serve(names, makeAuthority('Some Root'))
    const { rows, code } = await ask(lines, flags)
    for (const row of rows) expect(row).toMatchObject({ kind: 'tls.cert.authority_invalid', outcome: 'failed' })
    expect(code).toBe(1)
  })

  test('each its own on three hosts is what it is, at once', async () => {
    const all = await Promise.all(UNRELATED.map((name) => serve([name], makeAuthority(`Root of ${name}`))))
    const { rows, code } = await ask(
      all.flatMap(({ lines }) => lines),
      all.flatMap(({ flags }) => flags),
    )
    for (const row of rows) expect(row).toMatchObject({ kind: 'tls.cert.authority_invalid' })
    expect(code).toBe(1)
  })
})

test('case 98: http:// to a real TLS port says that it speaks TLS', async () => {
  const server = closeAfterTest(await https(valid)())
  const { rows } = await ask([`http://localhost:${server.port}/`])
  const [row] = rows as [Verdict]
  expect(['http.protocol.error', 'tcp.closed', 'tcp.reset', 'http.error']).toContain(ending(row))
})

async function refused(port: number, flags: readonly string[]) {
  const { spawnCli } = await import('../support/spawn-cli.js')
  return spawnCli([`https://localhost:${port}/`, ...flags])
}

/** A file with the authority's certificate, of the running test. */
async function trusting(authority: Authority): Promise<string> {
  const path = join(await tempFolder(), 'ca.pem')
  await writeFile(path, authority.cert)
  return path
}

/** The same for all tests of a describe. */
async function rootFile(): Promise<Closable & { readonly path: string }> {
  const { mkdtemp, rm } = await import('node:fs/promises')
  const { tmpdir } = await import('node:os')
  const folder = await mkdtemp(join(tmpdir(), 'scrape-status-tls-'))
  const path = join(folder, 'ca.pem')
  await writeFile(path, root.cert)
  return { path, close: () => rm(folder, { recursive: true, force: true }) }
}
