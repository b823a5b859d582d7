// HOSTILE cases 103 to 115: what name servers say, do not say, and point to, through the real command and --dns-server.
// A dead name, DNS trouble and this machine's own trouble are three things, and none of them holds up other names.

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { beforeAll, describe, expect, test } from 'vitest'
import { startBlackHole } from '../support/black-hole.js'
import { closeAfterTest } from '../support/close-after-test.js'
import {
  answer,
  type DnsReply,
  type DnsZone,
  dropped,
  failing,
  nodata,
  sending,
  startDnsServer,
} from '../support/dns-server.js'
import { type HttpServer, startHttpServer } from '../support/http-server.js'
import { spawnCli } from '../support/spawn-cli.js'
import { type Asked, ask, ending } from './support/ask.js'

/** What the kernel, Node and two busy cores may add. */
const SLACK_MS = 250

const both = (reply: DnsReply) => ({ A: reply, AAAA: reply })
const alive = { A: answer('127.0.0.1') }

/** A server on every 127.a.b.c and a name server with this zone. */
async function world(zone: DnsZone, host = '0.0.0.0', port = 0) {
  const server = closeAfterTest(await startHttpServer({ '*': 200 }, { host, port }))
  const dns = closeAfterTest(await startDnsServer(zone))
  return {
    server,
    dns,
    ask: (names: readonly string[], flags: readonly string[] = []) =>
      ask(
        names.map((name) => `http://${name}:${server.port}/`),
        ['--dns-server', dns.address, ...flags],
      ),
  }
}

describe('what a name server says', () => {
  // All under one domain: three unrelated names without an answer would be an offline machine.
  const CASES: readonly [
    number: number,
    what: string,
    zone: DnsZone[string] | null,
    ends: string | number,
    code: string | null,
    says: RegExp,
  ][] = [
    [103, 'NXDOMAIN', null, 'dns.name_not_resolved', 'ENOTFOUND', /^no such host/],
    [104, 'SERVFAIL', both(failing('SERVFAIL')), 'dns.failed', 'ESERVFAIL', /SERVFAIL/],
    [105, 'REFUSED', both(failing('REFUSED')), 'dns.failed', 'EREFUSED', /REFUSED/],
    [105, 'NOTIMP', both(failing('NOTIMP')), 'dns.failed', 'ENOTIMP', /name server failed, not the site/],
    [106, 'NODATA', both(nodata), 'dns.name_not_resolved', 'ENODATA', /exists but has no address/],
    [107, 'nothing', both(dropped), 'dns.failed', 'ETIMEOUT', /kept silent/],
    [107, 'nothing at first', { A: [dropped, answer('127.0.0.1')] }, 200, null, /200 OK/],
    [108, 'A, and nothing of AAAA', { A: answer('127.0.0.1'), AAAA: dropped }, 200, null, /200 OK/],
    [108, 'A, and SERVFAIL of AAAA', { A: answer('127.0.0.1'), AAAA: failing('SERVFAIL') }, 200, null, /200 OK/],
    [
      108,
      'A late, and NXDOMAIN of AAAA',
      { A: { addresses: ['127.0.0.1'], after: 300 }, AAAA: failing('NXDOMAIN') },
      200,
      null,
      /200 OK/,
    ],
    [112, '0.0.0.0, which is this machine', { A: answer('0.0.0.0') }, 200, null, /200 OK/],
    [
      112,
      'an address that is no host',
      { A: answer('255.255.255.255') },
      'tcp.address_unreachable',
      null,
      /unreachable/,
    ],
    [113, 'a time to live of 0', { A: { addresses: ['127.0.0.1'], ttl: 0 } }, 200, null, /200 OK/],
    [113, 'a time to live of 68 years', { A: { addresses: ['127.0.0.1'], ttl: 2 ** 31 } }, 200, null, /200 OK/],
    [110, 'fifty addresses', { A: answer(...Array<string>(50).fill('127.0.0.1')) }, 200, null, /200 OK/],
  ]
  const nameOf = (at: number) => `n${at}.zone.example`
  const zone = Object.fromEntries(CASES.flatMap(([, , said], at) => (said === null ? [] : [[nameOf(at), said]])))
  let asked: Asked
  let server: HttpServer

  beforeAll(async () => {
    server = await startHttpServer({ '*': 200 }, { host: '0.0.0.0' })
    const dns = await startDnsServer(zone)
    const names = CASES.map((_, at) => `http://${nameOf(at)}:${server.port}/`)
    asked = await ask(names, ['--dns-server', dns.address, '-t', '6s'])
    return async () => void (await Promise.all([server.close(), dns.close()]))
  })

  test.each(CASES.map(([number, what, , ends, code, says], at) => ({ number, what, ends, code, says, at })))(
    'case $number: $what',
    ({ ends, code, says, at }) => {
      const row = asked.rows[at]!
      expect(ending(row)).toBe(ends)
      if (code !== null || ends === 200) expect(row.code).toBe(code)
      expect(`${row.reason}. ${row.hint}`).toMatch(says)
      expect(server.requestsTo(nameOf(at))).toBe(ends === 200 ? 1 : 0)
      if (ends !== 200) expect(row).toMatchObject({ outcome: 'failed', status: 0, tls: null })
    },
  )

  test('silence ends after four seconds and holds up nobody', () => {
    expect(asked.code).toBe(1)
    const silent = asked.rows.filter(({ code }) => code === 'ETIMEOUT')
    expect(silent).toHaveLength(1)
    // Less than four seconds where this machine stood still meanwhile: that is not counted.
    expect(silent[0]!.durationMs).toBeGreaterThanOrEqual(2000)
    expect(silent[0]!.durationMs).toBeLessThanOrEqual(4000 + 3 * SLACK_MS + asked.waitedMs)
    for (const row of asked.rows.filter(({ code }) => code !== 'ETIMEOUT')) {
      expect(row.durationMs).toBeLessThan(2000 + asked.waitedMs)
    }
    // AAAA is given 50 ms.
    expect(asked.rows[7]!.timingsMs.dns).toBeLessThan(50 + 3 * SLACK_MS + asked.waitedMs)
  })
})

test('case 107: sixteen dead names among 200 live ones: the live ones are done within a second, the dead ones last', async () => {
  const dead = Array.from({ length: 16 }, (_, at) => `d${at}.dead.example`)
  const live = Array.from({ length: 200 }, (_, at) => `l${at}.live.example`)
  const zone = Object.fromEntries([...dead.map((name) => [name, both(dropped)]), ...live.map((name) => [name, alive])])
  const { server, ask } = await world(zone)
  const { rows, printed, code, waitedMs } = await ask([...dead, ...live], ['-t', '1500ms'])
  expect(code).toBe(1)
  expect(rows.slice(16).map(ending)).toEqual(live.map(() => 200))
  for (const row of rows.slice(0, 16)) {
    expect(row).toMatchObject({ kind: 'timeout', code: 'dns', reason: 'DNS did not answer in 1.5 s' })
    expect(row.durationMs).toBeLessThanOrEqual(1500 + SLACK_MS + waitedMs)
  }
  expect(printed.slice(200).map(({ kind }) => kind)).toEqual(dead.map(() => 'timeout'))
  for (const row of rows.slice(16)) expect(row.durationMs).toBeLessThan(1000 + waitedMs)
  const times = printed.slice(0, 200).map(({ checkedAt }) => Date.parse(checkedAt))
  expect(Math.max(...times) - Math.min(...times)).toBeLessThan(1000 + waitedMs)
  expect(server.requests()).toBe(200)
})

test('case 107: more dead names than may be asked at once hold up no living one behind them', async () => {
  const dead = Array.from({ length: 100 }, (_, at) => `d${at}.dead.example`)
  const zone = Object.fromEntries([...dead.map((name) => [name, both(dropped)]), ['live.example', alive]])
  const { ask } = await world(zone)
  const { rows } = await ask([...dead, 'live.example'], ['-c', '20', '-t', '1500ms'])
  expect(rows.slice(0, 100).map(({ kind, code }) => [kind, code])).toEqual(dead.map(() => ['timeout', 'dns']))
  expect(ending(rows[100]!)).toBe(200)
  expect(rows[100]!.durationMs).toBeLessThan(1500)
})

describe('several addresses', () => {
  test('case 110: the first is dead, the second alive: ok, a quarter of a second later', async () => {
    const hole = closeAfterTest(await startBlackHole('127.0.0.101'))
    const { ask, server } = await world(
      { 'two.example': { A: answer('127.0.0.101', '127.0.0.102') } },
      '127.0.0.102',
      hole.port,
    )
    const { rows, waitedMs } = await ask(['two.example'], ['-t', '10s'])
    expect(rows[0]).toMatchObject({ status: 200, remoteAddress: '127.0.0.102' })
    expect(rows[0]!.durationMs).toBeGreaterThanOrEqual(100)
    expect(rows[0]!.durationMs).toBeLessThan(250 + 2 * SLACK_MS + waitedMs)
    expect(server.connections()).toBe(1)
  })

  test('case 110: the first refuses, the second is alive: ok at once', async () => {
    const { ask, server } = await world({ 'two.example': { A: answer('127.0.0.103', '127.0.0.104') } }, '127.0.0.104')
    const { rows } = await ask(['two.example'])
    expect(rows[0]).toMatchObject({ status: 200, remoteAddress: '127.0.0.104' })
    expect(server.connections()).toBe(1)
  })

  test('case 111: dead and refused, either way round, and all dead, are a timeout, and not before its time', async () => {
    const hole = closeAfterTest(await startBlackHole('127.0.0.105'))
    const dns = closeAfterTest(
      await startDnsServer({
        'a.mixed.example': { A: answer('127.0.0.105', '127.0.0.106') },
        'b.mixed.example': { A: answer('127.0.0.106', '127.0.0.105') },
        'c.mixed.example': { A: answer('127.0.0.105') },
        'd.mixed.example': { A: answer('127.0.0.106') },
      }),
    )
    const lines = ['a', 'b', 'c', 'd'].map((name) => `http://${name}.mixed.example:${hole.port}/`)
    const { rows, waitedMs } = await ask(lines, ['--dns-server', dns.address, '-t', '700ms'])
    for (const row of rows.slice(0, 3)) {
      expect(row).toMatchObject({ kind: 'timeout', code: 'connect' })
      expect(row.durationMs).toBeGreaterThanOrEqual(699)
      expect(row.durationMs).toBeLessThanOrEqual(700 + SLACK_MS + waitedMs)
    }
    expect(rows[3]).toMatchObject({ kind: 'tcp.refused', code: 'ECONNREFUSED' })
  })

  test('--connect-timeout ends connecting alone, and is tcp.timed_out', async () => {
    const hole = closeAfterTest(await startBlackHole('127.0.0.107'))
    const { rows, waitedMs } = await ask([hole.url], ['--connect-timeout', '300ms', '-t', '30s'])
    expect(rows[0]).toMatchObject({ kind: 'tcp.timed_out', code: 'connect' })
    expect(rows[0]!.durationMs).toBeLessThan(300 + 2 * SLACK_MS + waitedMs)
  })
})

describe('families', () => {
  const zone: DnsZone = {
    'four.example': { A: answer('127.0.0.1') },
    'six.example': { AAAA: answer('::1') },
    'both.example': { A: answer('127.0.0.1'), AAAA: answer('::1') },
  }

  test('case 109: a name with IPv6 alone is asked over IPv6', async () => {
    const { ask } = await world(zone, '::1')
    const { rows } = await ask(['six.example'])
    expect(rows[0]).toMatchObject({ status: 200, remoteAddress: '::1' })
  })

  test('case 109: one that does not get there is unreachable, not dead', async () => {
    const { ask } = await world({ 'far.example': { AAAA: answer('fe80::1') } })
    const { rows } = await ask(['far.example'])
    expect(rows[0]!.kind).toBe('tcp.address_unreachable')
  })

  test('-4 and -6 ask and use their family alone', async () => {
    const dual = await world(zone, '::')
    const four = await dual.ask(['four.example', 'both.example', 'six.example'], ['-4'])
    expect(four.rows.map(ending)).toEqual([200, 200, 'dns.name_not_resolved'])
    expect(four.rows[1]!.remoteAddress).toMatch(/127\.0\.0\.1$/)
    expect(dual.dns.asked(undefined, 'AAAA')).toBe(0)
    const before = dual.dns.asked(undefined, 'A')
    const six = await dual.ask(['six.example', 'both.example', 'four.example'], ['-6'])
    expect(six.rows.map(ending)).toEqual([200, 200, 'dns.name_not_resolved'])
    expect(six.rows[1]!.remoteAddress).toBe('::1')
    expect(six.rows[2]!.hint).toContain('no address of the kind asked for')
    expect(dual.dns.asked(undefined, 'A')).toBe(before)
  })
})

test('--resolve goes before any lookup, for its host and port alone', async () => {
  const { server, dns } = await world({ 'a.example': { A: answer('127.0.0.111') } })
  const lines = [`http://a.example:${server.port}/`, `http://a.example:1/`, `http://A.Example.:${server.port}/`]
  const { rows } = await ask(lines, [
    ...['--dns-server', dns.address],
    ...['--resolve', `a.example:${server.port}:127.0.0.112`],
  ])
  expect(rows[0]).toMatchObject({ status: 200, remoteAddress: '127.0.0.112' })
  expect(rows[1]).toMatchObject({ kind: 'tcp.refused' })
  expect(rows[2]).toMatchObject({ status: 200 })
  expect(server.seen()[0]!.host).toBe('a.example')
})

test('case 114: names that DNS cannot hold are url.invalid, and nobody is asked', async () => {
  const { ask, dns } = await world({})
  const names = [`${'a'.repeat(64)}.example`, `${'abcdefghi.'.repeat(26)}example`, 'a..example', '.example']
  const { rows } = await ask(names)
  expect(rows.map(({ kind }) => kind)).toEqual(names.map(() => 'url.invalid'))
  expect(dns.asked()).toBe(0)
  // A longest label of 63 and a whole of 253 can be asked.
  const long = await ask([`${'a'.repeat(63)}.example`, `${'abcdefghi.'.repeat(25)}zzz`])
  expect(long.rows.map(({ kind }) => kind)).toEqual(['dns.name_not_resolved', 'dns.name_not_resolved'])
})

test('case 115: a name server where nothing listens is DNS trouble, not a refused site', async () => {
  const { rows } = await ask(['http://a.zone.example/'], ['--dns-server', '127.0.0.1:1', '-t', '6s'])
  expect(rows[0]).toMatchObject({ kind: 'dns.failed', code: 'ECONNREFUSED' })
  expect(rows[0]!.hint).toContain('Nothing listens at the address of the DNS server')
})

test('case 115: a second --dns-server answers where the first is down', async () => {
  const { server, dns } = await world({ 'a.example': alive })
  const { rows } = await ask(
    [`http://a.example:${server.port}/`],
    ['--dns-server', '127.0.0.1:1', '--dns-server', dns.address],
  )
  expect(rows.map(ending)).toEqual([200])
})

test.each([
  ['bytes that are no DNS', () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['an empty packet', () => Buffer.alloc(0)],
  ['an answer to another question', (query: Buffer) => Buffer.concat([Buffer.of(query[0]! ^ 1), query.subarray(1)])],
  [
    'counts of records that do not come',
    (query: Buffer) => {
      const lie = Buffer.from(query)
      lie.set([0x81, 0x80, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 2)
      return lie
    },
  ],
] as const)('a name server that answers with %s is DNS trouble', async (_what, reply) => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  closeAfterTest({ close: async () => void socket.close() })
  socket.on('message', (query, { port, address }) => socket.send(reply(query), port, address))
  const server = `127.0.0.1:${socket.address().port}`
  const { rows } = await ask(['http://a.zone.example/'], ['--dns-server', server, '-t', '1s'])
  expect(['dns.failed', 'timeout']).toContain(rows[0]!.kind)
  if (rows[0]!.kind === 'timeout') expect(rows[0]!.code).toBe('dns')
})

test('a name whose answer makes no sense is dead alone: a hundred others on the wire are fine', async () => {
  const good = Array.from({ length: 100 }, (_, at) => `g${at}.good.example`)
  const overrun = sending((query) => {
    const message = Buffer.concat([query, Buffer.of(63, 97)])
    message.set([0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0], 2)
    return message
  })
  const cut = sending((query) => query.fill(0x80, 2, 3).subarray(0, 14))
  const { ask } = await world({
    ...Object.fromEntries(good.map((name) => [name, { A: { addresses: ['127.0.0.1'], after: 60 } }])),
    'overrun.bad.example': both(overrun),
    'cut.bad.example': both(cut),
  })
  const { rows } = await ask([...good, 'overrun.bad.example', 'cut.bad.example'], ['--retries', '0'])
  expect(rows.map(ending)).toEqual([...good.map(() => 200), 'dns.failed', 'dns.failed'])
  expect(rows.at(-1)!.hint).toContain('makes no sense')
})

describe('an offline machine', () => {
  test.each([['silent', dropped, 2000]] as const)(
    'is what three unrelated public names say when all are %s: inconclusive, exit 4',
    async (_how, reply, fromMs) => {
      const names = ['www.one.example', 'www.two.example', 'three.example', 'www.four.example']
      const { ask } = await world(Object.fromEntries(names.map((name) => [name, both(reply)])))
      const { rows, code, stderr } = await ask(names, ['-t', '8s'])
      for (const row of rows) {
        expect(row).toMatchObject({ kind: 'local.offline', outcome: 'inconclusive', reason: 'this machine is offline' })
        expect(row.durationMs).toBeGreaterThanOrEqual(fromMs)
      }
      expect(code).toBe(4)
      expect(stderr).toContain('offline')
    },
  )

  test('is not suspected where another name is answered, though later', async () => {
    const names = ['www.one.example', 'www.two.example', 'three.example', 'www.four.example']
    const zone = Object.fromEntries(names.map((name) => [name, both(dropped)]))
    const { ask } = await world({ ...zone, 'live.example': { A: { addresses: ['127.0.0.1'], after: 600 } } })
    const { rows, code } = await ask([...names, 'live.example'])
    expect(rows.map(ending)).toEqual([...names.map(() => 'dns.failed'), 200])
    expect(code).toBe(1)
  })

  test('is not suspected where DNS knows that a name is dead', async () => {
    const names = ['www.one.example', 'www.two.example', 'three.example']
    const { ask } = await world(Object.fromEntries(names.map((name) => [name, both(dropped)])))
    const { rows, code } = await ask([...names, 'dead.example'])
    expect(rows.map(ending)).toEqual([...names.map(() => 'dns.failed'), 'dns.name_not_resolved'])
    expect(code).toBe(1)
  })

  test('is not suspected for names of a site', async () => {
    const names = ['a.local', 'b.internal', 'c.lan', 'd.home.arpa'].map((name) => `x.${name}`)
    const { ask } = await world(Object.fromEntries(names.map((name) => [name, both(failing('SERVFAIL'))])))
    const { rows } = await ask(names)
    expect(rows.map(ending)).toEqual(names.map(() => 'dns.failed'))
  })
})

describe('a name server that knows no public name', () => {
  const dead = ['www.example.com', 'nodejs.org', 'github.com', 'a.example.co.uk', 'xn--e1afmkfd.xn--p1ai']

  test('judges none of them, which is said once: exit 4', async () => {
    const { ask, dns } = await world({})
    const { rows, code, stderr } = await ask([...dead, 'a.xyzzy', 'b.invalid'])
    expect(rows.map(ending)).toEqual([...dead.map(() => 'local.dns'), 'dns.name_not_resolved', 'dns.name_not_resolved'])
    for (const row of rows.slice(0, dead.length)) {
      expect(row).toMatchObject({ outcome: 'inconclusive', code: 'ENOTFOUND', reason: 'DNS here knows no public name' })
    }
    expect([code, dns.asked('com', 'NS'), dns.asked('org', 'SOA')]).toEqual([4, 1, 1])
    expect(stderr.match(/knows no public name/g)).toHaveLength(1)
  })

  test('is seen beside a literal and localhost that answer, and at the end of a redirect', async () => {
    const dns = closeAfterTest(await startDnsServer({}))
    const server = closeAfterTest(
      await startHttpServer({ '*': 200, '/away': { status: 302, headers: { location: 'http://github.com/' } } }),
    )
    const lines = [
      `${server.url}/`,
      `http://localhost:${server.port}/`,
      `${server.url}/away`,
      ...dead.map((name) => `http://${name}/`),
    ]
    const { rows, code } = await ask(lines, ['--dns-server', dns.address])
    expect(rows.map(ending)).toEqual([200, 200, ...Array(dead.length + 1).fill('local.dns')])
    expect(code).toBe(4)
  })

  test('is no such thing where it knows the zones, of any number of dead names', async () => {
    const { ask, dns } = await world({ com: {}, org: {}, uk: {}, 'xn--p1ai': {} })
    const { rows, code } = await ask(dead)
    expect(rows.map(ending)).toEqual(dead.map(() => 'dns.name_not_resolved'))
    expect(code).toBe(1)
    expect(dns.asked('com')).toBe(1)
  })

  test('nor where it finds another name', async () => {
    const { ask } = await world({ 'www.live.net': { A: { addresses: ['127.0.0.1'], after: 300 } } })
    const { rows } = await ask([...dead.slice(0, 2), 'www.live.net'])
    expect(rows.map(ending)).toEqual(['dns.name_not_resolved', 'dns.name_not_resolved', 200])
  })

  test.each(['REFUSED', 'SERVFAIL'] as const)('nor where it answers %s for the zones', async (rcode) => {
    const fails = { SOA: failing(rcode), NS: failing(rcode) }
    const { ask } = await world({ com: fails, org: fails, uk: fails, 'xn--p1ai': fails })
    expect((await ask(dead)).rows.map(ending)).toEqual(dead.map(() => 'dns.name_not_resolved'))
  })
})

test('an address of a name server that is no address is exit 2', async () => {
  const { code, stderr } = await spawnCli(['--dns-server', 'dns.example', 'http://a.example/'])
  expect(code).toBe(2)
  expect(stderr).toContain('--dns-server')
})
