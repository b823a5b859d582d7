// HOSTILE section 6: `--deny-private` on a list that nobody vouches for. What is refused is refused before any
// connection: every spelling of an address, every answer of a name server, every hop, and the second look.

import { describe, expect, test } from 'vitest'
import { closeAfterTest } from '../support/close-after-test.js'
import { answer, startDnsServer } from '../support/dns-server.js'
import { startHttpServer } from '../support/http-server.js'
import { startRawServer, step } from '../support/raw-server.js'
import { spawnCli } from '../support/spawn-cli.js'
import { ask, ending } from './support/ask.js'
import { fakeInternet } from './support/fake-internet.js'

const PUBLIC = '93.184.216.34'
const BLOCKED = 'blocked.private_address'

/** All of them reach this machine. */
const SPELLINGS = [
  ...[
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '127.255.255.254',
    '127.0.0.1.',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0X7F.0x0.1',
  ],
  ...['0177.0.0.1', '017700000001', '0x7f.0x0.0x0.0x1', '127.0x1', '%31%32%37.0.0.1', '127%2e0%2e0%2e1'],
  ...['①②⑦.0.0.1', '１２７.０.０.１', '127。0。0。1', '127｡0．0。1', '𝟏𝟐𝟕.0.0.1', '127.0.0.①'],
  ...['[::1]', '[0:0:0:0:0:0:0:1]', '[0000::0001]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::FFFF:7F00:0001]'],
  ...['[::ffff:0:127.0.0.1]', '[64:ff9b::127.0.0.1]', '[64:ff9b::7f00:1]', '[::127.0.0.1]', '[::7f00:1]', '[::]'],
  ...[
    '0.0.0.0',
    '0',
    '00',
    '0x0',
    'localhost',
    'LOCALHOST',
    'localhost.',
    'a.localhost',
    'ⓛocalhost',
    'me:pw@127.0.0.1',
  ],
]

/** One or two of every range that is not public, as a name server could answer. */
const PRIVATE = [
  ...['0.1.2.3', '10.0.0.1', '100.64.0.1', '100.100.100.200', '127.0.0.1', '168.63.129.16', '169.254.169.254'],
  ...['172.16.0.1', '172.31.255.255', '192.0.0.192', '192.0.2.1', '192.88.99.1', '192.168.1.1', '198.18.0.1'],
  ...['198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
]
const PRIVATE_V6 = [
  ...['::', '::1', '::ffff:a00:1', '::a00:1', '64:ff9b::a00:1', '64:ff9b:1::1', '100::1', '2001::1', '2001:db8::1'],
  ...['2002:a00:1::1', '3fff::1', '5f00::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fec0::1', 'ff02::1'],
]

const redacted = (url: string) => url.replace('me:pw@', '***@')

test('every spelling of this machine is refused, and nothing connects', async () => {
  const server = closeAfterTest(await startHttpServer({ '*': 200 }, { host: '::' }))
  const net = await fakeInternet({})
  const lines = SPELLINGS.map((host) => `http://${host}:${server.port}/`)
  const { rows, code } = await ask(lines, ['--deny-private'], net)
  expect(rows.map(({ input, kind }) => [input, kind])).toEqual(lines.map((line) => [redacted(line), BLOCKED]))
  for (const row of rows)
    expect(row).toMatchObject({ outcome: 'failed', status: 0, remoteAddress: null, redirects: [] })
  expect(code).toBe(1)
  expect(await net.tried()).toEqual([])
  expect(server.connections()).toBe(0)
  // They are what they seem: without the flag the IPv4 ones and the names reach the server.
  const open = await ask(lines.slice(0, 21))
  expect(open.rows.map(ending)).toEqual(open.rows.map(() => 200))
})

test('names that point to a private address, of every range, are refused, and nothing connects', async () => {
  const names = [...PRIVATE, ...PRIVATE_V6].map((address, at) => [`n${at}.zone.example`, address] as const)
  const zone = names.map(([name, address]) => [name, { [address.includes(':') ? 'AAAA' : 'A']: answer(address) }])
  const dns = closeAfterTest(await startDnsServer(Object.fromEntries(zone)))
  const net = await fakeInternet({})
  const lines = names.flatMap(([name]) => [`http://${name}/`, `https://${name}/`])
  const { rows } = await ask(lines, ['--deny-private', '--dns-server', dns.address], net)
  expect(rows.map(({ kind }) => kind)).toEqual(lines.map(() => BLOCKED))
  expect(await net.tried()).toEqual([])
  // The address that it did not connect to is not told: a list's author may not learn the inside of a network.
  for (const row of rows) expect([row.reason, row.hint, row.code].join()).not.toMatch(/\d+\.\d+\.\d+\.\d+|::/)
})

test('of mixed answers only the public addresses are tried; a pinned private one is refused', async () => {
  const server = closeAfterTest(await startHttpServer({ '*': 200 }))
  const dns = closeAfterTest(
    await startDnsServer({
      'mixed.example': { A: answer('10.0.0.1', PUBLIC, '127.0.0.1'), AAAA: answer('::1') },
      'late.example': { A: answer(PUBLIC), AAAA: { addresses: ['::1'], after: 20 } },
    }),
  )
  const net = await fakeInternet({ [PUBLIC]: [PUBLIC] })
  const lines = ['mixed', 'late', 'pinned'].map((name) => `http://${name}.example:${server.port}/`)
  const flags = ['--dns-server', dns.address, '--resolve', `pinned.example:${server.port}:127.0.0.1`]
  const { rows } = await ask(lines, ['--deny-private', ...flags], net)
  expect(rows.map(ending)).toEqual([200, 200, BLOCKED])
  expect(rows[0]!.remoteAddress).toBe(PUBLIC)
  expect(await net.tried()).toEqual([PUBLIC, PUBLIC])
})

test('the connected address is looked at once more: where it is private, not a byte is sent', async () => {
  // What a name server that answers twice (rebinding), or a library that asks again, would come to.
  const server = closeAfterTest(await startRawServer([step.readHead, step.write('HTTP/1.1 200 OK\r\n\r\n')]))
  for (const shown of ['127.0.0.1', '::ffff:127.0.0.1', '10.1.2.3', '::1', 'fe80::1%eth0']) {
    for (const scheme of ['http', 'https']) {
      const net = await fakeInternet({ [PUBLIC]: [shown] })
      const { rows } = await ask([`${scheme}://${PUBLIC}:${server.port}/`], ['--deny-private', '-t', '3s'], net)
      expect(rows[0]!.kind).toBe(BLOCKED)
    }
  }
  expect(server.connections()).toBe(10)
  expect(server.heads()).toEqual([])
})

describe('a redirect', () => {
  test('to a private address is refused in every spelling, as a name as well, and nothing connects there', async () => {
    const inside = closeAfterTest(await startHttpServer({ '*': 200 }, { host: '::' }))
    const dns = closeAfterTest(await startDnsServer({ 'inside.example': { A: answer('127.0.0.1') } }))
    const hosts = [...SPELLINGS, 'inside.example', '169.254.169.254', '//', 'INSIDE.example.']
    const locations = hosts.map((host) =>
      host === '//' ? `//127.0.0.1:${inside.port}/` : `http://${host}:${inside.port}/`,
    )
    const outside = closeAfterTest(
      await startHttpServer((request, response) => {
        const location = locations[Number(request.url!.slice(1))]!
        response.writeHead(302, { location: Buffer.from(location).toString('latin1') }).end()
      }),
    )
    const net = await fakeInternet({ [PUBLIC]: [PUBLIC] })
    const lines = locations.map((_, at) => `http://${PUBLIC}:${outside.port}/${at}`)
    const { rows } = await ask(lines, ['--deny-private', '--dns-server', dns.address], net)
    expect(rows.map(({ redirects, kind }) => [redirects[0]!.location, kind])).toEqual(
      locations.map((location) => [redacted(location), BLOCKED]),
    )
    for (const row of rows) expect(row).toMatchObject({ status: 0, redirects: [{ status: 302 }] })
    expect(new Set(await net.tried())).toEqual(new Set([PUBLIC]))
    expect(inside.connections()).toBe(0)
    expect(outside.requests()).toBe(lines.length)
  })

  test('to a public one is followed, and one to a private one after that is refused', async () => {
    const server = closeAfterTest(
      await startHttpServer({
        '/1': { status: 301, headers: { location: `http://198.41.0.4/2` } },
        '/public': (_request, response) => {
          response.writeHead(302, { location: `http://[2606:2800:220:1::1]:${server.port}/private` }).end()
        },
        '/private': { status: 307, headers: { location: 'http://192.168.0.1/admin' } },
      }),
    )
    const six = '2606:2800:220:1::1'
    const net = await fakeInternet({ [PUBLIC]: [PUBLIC], [six]: [six] })
    const { rows } = await ask([`http://${PUBLIC}:${server.port}/public`], ['--deny-private'], net)
    expect(rows[0]).toMatchObject({ kind: BLOCKED, finalUrl: 'http://192.168.0.1/admin' })
    expect(rows[0]!.redirects.map(({ status }) => status)).toEqual([302, 307])
    expect(await net.tried()).toEqual([PUBLIC, six])
  })
})

test('the second look goes by the same rule', async () => {
  const server = closeAfterTest(
    await startRawServer((connection) =>
      connection === 0
        ? [
            step.readHead,
            step.write('HTTP/1.1 200 OK\r\nBad Header : x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'),
          ]
        : [step.readHead, step.write('HTTP/1.1 200 OK\r\n\r\n')],
    ),
  )
  const net = await fakeInternet({ [PUBLIC]: [PUBLIC, '127.0.0.1'] })
  const { rows } = await ask([`http://${PUBLIC}:${server.port}/`], ['--deny-private'], net)
  expect(await net.tried()).toEqual([PUBLIC, PUBLIC])
  // The first look was allowed, and its outcome stands; the second one was asked nothing.
  expect(rows[0]).toMatchObject({ status: 0, kind: 'http.protocol.error', secondLook: true })
  expect(server.connections()).toBe(2)
  expect(server.heads()).toHaveLength(1)
})

describe('with a proxy', () => {
  test.each<[string, readonly string[], Record<string, string>]>([
    ['--proxy', ['--proxy', 'http://127.0.0.1:9'], {}],
    ['--proxy of SOCKS', ['--proxy', 'socks5://127.0.0.1:9'], {}],
    ['HTTP_PROXY', [], { HTTP_PROXY: 'http://127.0.0.1:9' }],
    ['https_proxy', [], { https_proxy: 'http://127.0.0.1:9' }],
    ['ALL_PROXY', [], { ALL_PROXY: 'socks5h://127.0.0.1:9' }],
    [
      'HTTP_PROXY but for some hosts',
      [],
      { HTTP_PROXY: 'http://127.0.0.1:9', NO_PROXY: 'com,org,.example,example.com' },
    ],
  ])('%s is exit 2 with a hint, and nobody is asked', async (_how, flags, env) => {
    const { code, stdout, stderr } = await spawnCli([...flags, '--deny-private', '--', 'http://a.zone.example/'], {
      env,
    })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/--deny-private: not with a proxy.*--proxy none/)
  })

  test.each([
    [['--proxy', 'none'], {}],
    [[], { NO_PROXY: '*' }],
  ])('that is turned off it goes on: %j %j', async (flags, env) => {
    const environment = { ALL_PROXY: 'http://127.0.0.1:9', ...env }
    const { rows } = await ask(['http://127.0.0.1/'], ['--deny-private', ...flags], { env: environment })
    expect(rows.map(ending)).toEqual([BLOCKED])
  })
})
