// What this machine is suspected of, and what is no ground for it: whoever answers, with whatever status, is proof of a
// network; a certificate that a public authority made was not made on the way; a clock is wrong when others say so.

import { describe, expect, test } from 'vitest'
import {
  type AuthorityOptions,
  type CertificateOptions,
  issuerAt,
  loggedExtension,
  makeAuthority,
  makeCertificate,
} from '../support/certificates.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { answer, type DnsReply, type DnsZone, dropped, failing, startDnsServer } from '../support/dns-server.js'
import { type Routes, startHttpServer } from '../support/http-server.js'
import { ask, ending } from './support/ask.js'
import { preload } from './support/preload.js'

const both = (reply: DnsReply) => ({ A: reply, AAAA: reply })
const zoneOf = (names: readonly string[], reply: DnsReply): DnsZone =>
  Object.fromEntries(names.map((name) => [name, both(reply)]))
const SILENT = ['www.one.example', 'www.two.example', 'three.example', 'www.four.example']

async function world(routes: Routes, zone: DnsZone) {
  const server = closeAfterTest(await startHttpServer(routes, { host: '127.0.0.1' }))
  const dns = closeAfterTest(await startDnsServer({ 'live.example': { A: answer('127.0.0.1') }, ...zone }))
  const urlOf = (host: string, path = '/') => `http://${host}:${server.port}${path}`
  return { urlOf, flags: ['--dns-server', dns.address, '-t', '8s'] }
}

describe('an offline machine', () => {
  test.each([
    ['SERVFAIL', 'SERVFAIL'],
    ['REFUSED', 'REFUSED'],
  ] as const)(
    'is not suspected on four names with %s beside nothing else: the DNS server is there',
    async (_what, rcode) => {
      const { urlOf, flags } = await world({}, zoneOf(SILENT, failing(rcode)))
      const { rows, code } = await ask(
        SILENT.map((name) => urlOf(name)),
        flags,
      )
      expect(rows.map(ending)).toEqual(SILENT.map(() => 'dns.failed'))
      expect(code).toBe(1)
    },
  )

  test('is suspected on SERVFAIL where this machine has no address but its own: a stub on it answers', async () => {
    const { urlOf, flags } = await world({}, zoneOf(SILENT, failing('SERVFAIL')))
    const nodeArgs = preload(`import os from 'node:os'\nos.networkInterfaces = () => ({})`)
    const { rows, code } = await ask(
      SILENT.map((name) => urlOf(name)),
      flags,
      { nodeArgs },
    )
    expect(rows.map(ending)).toEqual(SILENT.map(() => 'local.offline'))
    expect(code).toBe(4)
  })

  test.each<[answers: string, routes: Routes, retrying?: readonly string[]]>([
    ['redirects to a silent one', { '/': { status: 302, headers: { location: 'http://www.five.example/' } } }],
    ['answers 404', { '/': 404 }],
    ['answers 503 and asks to wait', { '/': { status: 503, headers: { 'retry-after': '7' } } }, ['--retries', '1']],
    ['takes the request and is silent', { '/': () => {} }],
  ])('is not suspected where a live host %s', async (_answers, routes, retrying = []) => {
    const { urlOf, flags } = await world(routes, zoneOf([...SILENT, 'www.five.example'], dropped))
    const lines = [...SILENT, 'live.example'].map((name) => urlOf(name))
    const { rows } = await ask(lines, [...flags, ...retrying])
    expect(rows.slice(0, -1).map(ending)).toEqual(SILENT.map(() => 'dns.failed'))
    expect(rows.at(-1)!.kind).not.toMatch(/^local/)
  })

  test('is suspected beside an answer of this machine alone', async () => {
    const { urlOf, flags } = await world({ '*': 200 }, zoneOf(SILENT, dropped))
    const { rows, code } = await ask([...SILENT.map((name) => urlOf(name)), urlOf('127.0.0.1')], flags)
    expect(rows.map(ending)).toEqual([...SILENT.map(() => 'local.offline'), 200])
    expect(code).toBe(4)
  })
})

const HOSTS = ['www.alpha.example', 'www.beta.example', 'gamma.example']

/** HTTPS under these names, each with a certificate of the same authority, which is not sent. */
async function secured(certificate: CertificateOptions, authority: AuthorityOptions = {}) {
  const root = makeAuthority('Popular Root')
  const issuer = makeAuthority('Popular Intermediate', root, authority)
  const made = HOSTS.map((name) => ({ name, ...makeCertificate({ ...certificate, issuer, names: [name] }) }))
  const servers = await Promise.all(
    made.map(async ({ name, alone, key }) => {
      const server = closeAfterTest(await startHttpServer({ '*': 204 }, { tls: { cert: alone, key } }))
      return { line: `https://${name}:${server.port}/`, pin: `${name}:${server.port}:127.0.0.1` }
    }),
  )
  return { lines: servers.map(({ line }) => line), flags: servers.flatMap(({ pin }) => ['--resolve', pin]) }
}

describe('TLS that is re-signed on the way', () => {
  test.each([
    ['that public logs hold', loggedExtension()],
    ['whose issuer is to be had on the public web', issuerAt('http://r3.i.lencr.example/')],
  ])('is not suspected of certificates %s: the server does not send its intermediate', async (_what, extension) => {
    const { lines, flags } = await secured({ extensions: [extension] })
    const { rows, code } = await ask(lines, flags)
    for (const row of rows) {
      expect(row).toMatchObject({ kind: 'tls.cert.authority_invalid', outcome: 'failed' })
      expect(row.hint).toBe('The server does not send its intermediate certificate')
    }
    expect(code).toBe(1)
  })

  test('is suspected of one whose issuer is to be had at home', async () => {
    const { lines, flags } = await secured({ extensions: [issuerAt('http://pki.corp.internal/ca.crt')] })
    const { rows } = await ask(lines, flags)
    expect(rows.map(ending)).toEqual(lines.map(() => 'local.tls_resigned'))
  })
})

describe('a clock that is wrong', () => {
  const DAY_MS = 86_400_000
  const inDays = (days: number) => new Date(Date.now() + days * DAY_MS)

  async function play(says: Date, dates: readonly [from: number, to: number]) {
    const time = closeAfterTest(
      await startHttpServer({
        '*': { status: 301, headers: { date: says.toUTCString(), location: 'http://localhost:1/' } },
      }),
    )
    const { lines, flags } = await secured(
      { notBefore: inDays(dates[0]), notAfter: inDays(dates[1]) },
      {
        notBefore: inDays(-900),
        notAfter: inDays(900),
      },
    )
    const pin = ['--resolve', `time.delta.example:${time.port}:127.0.0.1`]
    return ask([...lines, `http://time.delta.example:${time.port}/`], [...flags, ...pin])
  }

  test.each<[how: string, said: number, dates: [number, number], word: string]>([
    ['ahead', -40, [-90, -10], 'expired'],
    ['behind', 40, [10, 90], 'not valid yet'],
  ])('and %s makes nothing of three unrelated certificates', async (_how, said, dates) => {
    const { rows, code } = await play(inDays(said), dates)
    expect(rows.slice(0, 3).map(ending)).toEqual(Array(3).fill('local.clock'))
    for (const row of rows.slice(0, 3)) {
      expect(row).toMatchObject({ outcome: 'inconclusive', status: 0 })
      expect(row.reason).toMatch(
        /^the clock of this machine is wrong: it says \d{4}-\d\d-\d\d, others say \d{4}-\d\d-\d\d$/,
      )
    }
    expect(code).toBe(4)
  })

  test.each<[why: string, said: number, dates: [number, number]]>([
    ['others say the same time', 0, [-90, -10]],
    ['they had ended by the time of others, too', -40, [-90, -50]],
    ['they are out of date on the other side', 40, [-90, -10]],
  ])('is not suspected where %s', async (_why, said, dates) => {
    const { rows, code } = await play(inDays(said), dates)
    expect(rows.slice(0, 3).map(ending)).toEqual(Array(3).fill('tls.cert.date_invalid'))
    expect(code).toBe(1)
  })
})
