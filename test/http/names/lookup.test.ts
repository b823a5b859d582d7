import { readdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Interfaces } from '../../../src/http/names/address.js'
import { createLookup, type Lookup, type LookupOptions } from '../../../src/http/names/lookup.js'
import { LookupError } from '../../../src/http/wire/lookup-error.js'
import { closeAfterTest } from '../../support/close-after-test.js'
import {
  answer,
  type DnsReply,
  type DnsServer,
  type DnsZone,
  dropped,
  failing,
  nodata,
  startDnsServer,
} from '../../support/dns-server.js'
import { stopwatch } from '../../support/stopwatch.js'

const V4 = '192.0.2.1'
const V6 = '2001:db8::1'

const network = (address: string): Interfaces => ({
  eth0: [{ address, family: 'IPv6', internal: false, netmask: '', mac: '', cidr: null, scopeid: 0 }],
})
const GLOBAL_IPV6 = network('2a00::1')

let open: Lookup[] = []
afterEach(() => {
  for (const lookup of open) lookup.close()
  open = []
})

/** A lookup that asks this server only, knows no hosts file, and whose machine has IPv6. */
function lookupAt(server: DnsServer | readonly string[], options: Partial<LookupOptions> = {}): Lookup {
  const lookup = createLookup({
    servers: 'address' in server ? [server.address] : server,
    family: null,
    now: () => performance.now(),
    hostsFile: '/nonexistent',
    interfaces: () => GLOBAL_IPV6,
    ...options,
  })
  open.push(lookup)
  return lookup
}

const serve = async (zone: DnsZone) => closeAfterTest(await startDnsServer(zone))
const addresses = async (lookup: Lookup, name: string) => (await lookup(name)).map(({ address }) => address)
const failure = async (lookup: Lookup, name: string): Promise<LookupError> => {
  const error = await lookup(name).then(
    () => null,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(LookupError)
  return error as LookupError
}

describe('names that need no question', () => {
  it.each([
    ['127.0.0.1', [{ address: '127.0.0.1', family: 4 }]],
    ['[::1]', [{ address: '::1', family: 6 }]],
    ['2001:db8::7', [{ address: '2001:db8::7', family: 6 }]],
    [
      'localhost',
      [
        { address: '::1', family: 6 },
        { address: '127.0.0.1', family: 4 },
      ],
    ],
    [
      'LOCALHOST.',
      [
        { address: '::1', family: 6 },
        { address: '127.0.0.1', family: 4 },
      ],
    ],
    [
      'shop.localhost',
      [
        { address: '::1', family: 6 },
        { address: '127.0.0.1', family: 4 },
      ],
    ],
  ])('knows %s without asking', async (name, expected) => {
    const server = await serve({})
    const lookup = lookupAt(server)
    expect(lookup.cached(name)).toEqual(expected)
    expect(await lookup(name)).toEqual(expected)
    expect(server.asked()).toBe(0)
  })

  it('takes the hosts file first, also for localhost, and DNS for a family that the file lacks', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lookup-'))
    try {
      const hostsFile = join(folder, 'hosts')
      writeFileSync(hostsFile, '10.0.0.7 localhost Intra.test\n')
      const server = await serve({ 'intra.test': { AAAA: answer(V6) } })
      const both = lookupAt(server, { hostsFile })
      expect(both.cached('localhost')).toEqual([{ address: '10.0.0.7', family: 4 }])
      expect(await addresses(both, 'INTRA.test')).toEqual(['10.0.0.7'])
      expect(server.asked()).toBe(0)
      expect(await addresses(lookupAt(server, { hostsFile, family: 6 }), 'intra.test')).toEqual([V6])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('A and AAAA', () => {
  it.each([
    [
      'IPv6 first where it reaches the internet',
      GLOBAL_IPV6,
      [V6, V4, '2001:db8::2', '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5'],
    ],
    [
      'IPv4 first where IPv6 stays in the site',
      network('fd00::2'),
      [V4, V6, '192.0.2.2', '2001:db8::2', '192.0.2.3', '192.0.2.4', '192.0.2.5'],
    ],
    ['IPv4 alone where there is no IPv6', network('fe80::1'), [V4, '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5']],
  ])('gives all in turn, %s', async (_, interfaces, expected) => {
    const A = answer(V4, '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5')
    const server = await serve({ 'a.test': { A, AAAA: answer(V6, '2001:db8::2') } })
    expect(await addresses(lookupAt(server, { interfaces: () => interfaces }), 'a.test')).toEqual(expected)
  })

  it('finds an IPv6-only name on a machine without IPv6', async () => {
    const server = await serve({ 'six.test': { AAAA: answer(V6) } })
    expect(await addresses(lookupAt(server, { interfaces: () => ({}) }), 'six.test')).toEqual([V6])
  })

  it.each([
    [4, [V4], 'AAAA'],
    [6, [V6], 'A'],
  ] as const)('asks only for family %i when told so', async (family, expected, never) => {
    const server = await serve({ 'a.test': { A: answer(V4), AAAA: answer(V6) } })
    expect(await addresses(lookupAt(server, { family }), 'a.test')).toEqual(expected)
    expect(server.asked('a.test', never)).toBe(0)
  })

  it.each([
    ['is dropped', dropped],
    ['fails', failing('SERVFAIL')],
    ['is said not to exist', failing('NXDOMAIN')],
    ['is nothing', nodata],
  ])('uses A when AAAA %s', async (_, AAAA) => {
    const server = await serve({ 'a.test': { A: answer(V4), AAAA } })
    const watch = stopwatch()
    expect(await addresses(lookupAt(server), 'a.test')).toEqual([V4])
    expect(watch.ownMs()).toBeLessThan(1000)
  })

  it.each([
    ['without IPv6', {}, 0],
    ['with IPv6', GLOBAL_IPV6, 0],
    ['with IPv6, and AAAA comes late', GLOBAL_IPV6, 200],
  ])('believes AAAA where a broken server calls the name of A dead, on a machine %s', async (_, interfaces, after) => {
    const server = await serve({ 'six.test': { A: failing('NXDOMAIN'), AAAA: { ...answer(V6), after } } })
    expect(await addresses(lookupAt(server, { interfaces: () => interfaces }), 'six.test')).toEqual([V6])
  })

  it('spends on both the time of one where there is no IPv6 and A is silent', async () => {
    const server = await serve({ 'x.test': { A: dropped, AAAA: answer(V6) } })
    const lookup = lookupAt(server, { interfaces: () => ({}), deadlineMs: 400 })
    expect((await failure(lookup, 'x.test')).code).toBe('ETIMEOUT')
    expect([server.asked('x.test', 'A'), server.asked('x.test', 'AAAA')]).toEqual([3, 0])
  })

  it('waits for AAAA when there is no A', async () => {
    const server = await serve({ 'six.test': { A: nodata, AAAA: { ...answer(V6), after: 120 } } })
    expect(await addresses(lookupAt(server), 'six.test')).toEqual([V6])
  })

  it('remembers an AAAA that came too late for the first answer', async () => {
    let release = () => {}
    const after = new Promise<void>((resolve) => {
      release = resolve
    })
    const server = await serve({ 'a.test': { A: answer(V4), AAAA: { ...answer(V6), after } } })
    const lookup = lookupAt(server)
    expect(await addresses(lookup, 'a.test')).toEqual([V4])
    release()
    await expect.poll(() => lookup.cached('a.test')?.length).toBe(2)
  })
})

describe('what went wrong', () => {
  it.each<[what: string, A: DnsReply, AAAA: DnsReply, code: string, kind: string]>([
    ['NXDOMAIN', failing('NXDOMAIN'), failing('NXDOMAIN'), 'ENOTFOUND', 'dns.name_not_resolved'],
    ['no address of either kind', nodata, nodata, 'ENODATA', 'dns.name_not_resolved'],
    ['SERVFAIL', failing('SERVFAIL'), failing('SERVFAIL'), 'ESERVFAIL', 'dns.failed'],
    ['REFUSED', failing('REFUSED'), failing('REFUSED'), 'EREFUSED', 'dns.failed'],
    ['NOTIMP', failing('NOTIMP'), failing('NOTIMP'), 'ENOTIMP', 'dns.failed'],
    ['silence', dropped, dropped, 'ETIMEOUT', 'dns.failed'],
    ['no A, and AAAA unknown', nodata, failing('SERVFAIL'), 'ESERVFAIL', 'dns.failed'],
    ['no A, and silence about AAAA', nodata, dropped, 'ETIMEOUT', 'dns.failed'],
    ['A unknown, no AAAA', failing('SERVFAIL'), nodata, 'ESERVFAIL', 'dns.failed'],
  ])('tells %s apart', async (_, A, AAAA, code, kind) => {
    const lookup = lookupAt(await serve({ 'x.test': { A, AAAA } }), { deadlineMs: 200 })
    expect(await failure(lookup, 'x.test')).toMatchObject({ code, kind, hostname: 'x.test' })
  })

  it('blames DNS, not the site, when nothing listens at the DNS server', async () => {
    const server = await startDnsServer({})
    await server.close()
    expect(await failure(lookupAt([server.address]), 'x.test')).toMatchObject({
      code: 'ECONNREFUSED',
      kind: 'dns.failed',
    })
  })

  it.each([
    ['a label of 64 letters', `${'a'.repeat(64)}.test`],
    ['an empty label', 'a..test'],
    ['more than 255 letters', `${'abcdefgh.'.repeat(30)}test`],
  ])('calls %s a name that does not exist, with no question', async (_, name) => {
    const server = await serve({})
    expect(await failure(lookupAt(server), name)).toMatchObject({ code: 'EBADNAME', kind: 'dns.name_not_resolved' })
    expect(server.asked()).toBe(0)
  })

  it('refuses a DNS server that is no address', () => {
    expect(() => lookupAt(['dns.example'])).toThrow()
  })

  it('ends what is pending and everything after with `aborted` when closed', async () => {
    const server = await serve({ 'x.test': { A: dropped, AAAA: dropped } })
    const lookup = lookupAt(server, { limit: 1 })
    const pending = [failure(lookup, 'x.test'), failure(lookup, 'y.test')]
    lookup.close()
    for (const error of await Promise.all(pending)) expect(error.kind).toBe('aborted')
    expect((await failure(lookup, 'localhost')).kind).toBe('aborted')
  })
})

describe('DNS servers in trouble', () => {
  it('asks again when a packet is lost', async () => {
    const server = await serve({ 'a.test': { A: [dropped, answer(V4)], AAAA: [dropped, nodata] } })
    expect(await addresses(lookupAt(server, { deadlineMs: 400 }), 'a.test')).toEqual([V4])
  })

  it('waits for a slow name though the others are fast', async () => {
    const fast = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`f${index}.test`, { A: answer(V4) }]))
    const server = await serve({ ...fast, 'slow.test': { A: { ...answer(V4), after: 1500 } } })
    const lookup = lookupAt(server, { family: 4 })
    for (const name of Object.keys(fast)) await lookup(name)
    expect(await addresses(lookup, 'slow.test')).toEqual([V4])
  })

  it.each([
    ['fails', failing('SERVFAIL')],
    ['refuses', failing('REFUSED')],
    ['is silent', dropped],
  ])('asks the second server when the first %s', async (_, reply) => {
    const bad = await serve({ 'a.test': { A: reply, AAAA: reply } })
    const good = await serve({ 'a.test': { A: answer(V4), AAAA: answer(V6) } })
    expect(await addresses(lookupAt([bad.address, good.address], { deadlineMs: 400 }), 'a.test')).toEqual([V6, V4])
  })

  it('believes the first server that a name does not exist', async () => {
    const [first, second] = [await serve({}), await serve({ 'a.test': { A: answer(V4) } })]
    expect((await failure(lookupAt([first.address, second.address]), 'a.test')).code).toBe('ENOTFOUND')
    expect(second.asked()).toBe(0)
  })

  it('prefers the second server after three names that only it answered', async () => {
    const names = ['a.test', 'b.test', 'c.test', 'd.test']
    const zone = (A: DnsReply) => Object.fromEntries(names.map((name) => [name, { A }]))
    const [silent, good] = [await serve(zone(dropped)), await serve(zone(answer(V4)))]
    const lookup = lookupAt([silent.address, good.address], { deadlineMs: 400, family: 4 })
    for (const name of names) await lookup(name)
    expect(names.map((name) => silent.asked(name))).toEqual([1, 1, 1, 0])
  })

  it('lets living names pass while more dead ones are asked than may be on the wire', async () => {
    const names = Array.from({ length: 48 }, (_, index) => index)
    const server = await serve({
      ...Object.fromEntries(names.map((index) => [`dead${index}.test`, { A: dropped, AAAA: dropped }])),
      'alive.test': { A: answer(V4), AAAA: nodata },
    })
    const lookup = lookupAt(server, { limit: 96, deadlineMs: 1000 })
    const order: string[] = []
    const dead = names.map((index) => lookup(`dead${index}.test`).catch(() => order.push('dead')))
    await lookup('alive.test').then(() => order.push('alive'))
    await Promise.all(dead)
    expect(order[0]).toBe('alive')
  })

  it.runIf(process.platform === 'linux')('a dead name costs no descriptors', async () => {
    // In waves: only what is asked after a time-out would open a socket of its own.
    const waves = [0, 1, 2].map((wave) => Array.from({ length: 60 }, (_, index) => `dead${index}.wave${wave}.test`))
    const server = await serve(Object.fromEntries(waves.flat().map((name) => [name, { A: dropped, AAAA: dropped }])))
    const lookup = lookupAt(server, { deadlineMs: 1000 })
    const descriptors = () => readdirSync('/proc/self/fd').length
    const before = descriptors()
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, descriptors() - before)
    }, 50)
    for (const names of waves) await Promise.all(names.map((name) => lookup(name).catch(() => {})))
    clearInterval(watch)
    expect(most).toBeLessThan(30)
  })
})

describe('a zone', () => {
  const soa = { A: nodata }
  it.each([
    ['exists', { com: soa }, 'exists'],
    ['does not exist', {}, 'absent'],
    ['is refused', { com: { SOA: failing('REFUSED') } }, 'unknown'],
    ['fails', { com: { SOA: failing('SERVFAIL') } }, 'unknown'],
    ['is met with silence', { com: { SOA: dropped } }, 'unknown'],
  ] as const)('that %s: %o is %s', async (_, zone, answer) => {
    const lookup = lookupAt(await serve(zone), { deadlineMs: 200 })
    expect(await lookup.zoneExists('com', 'SOA')).toBe(answer)
  })

  it('is asked for once a minute, and anew where nothing was learned', async () => {
    const server = await serve({ com: soa, org: { SOA: [failing('SERVFAIL'), nodata] } })
    let time = 0
    const lookup = lookupAt(server, { now: () => time })
    for (const at of [0, 59_999, 60_000]) {
      time = at
      await lookup.zoneExists('com', 'NS')
    }
    expect(server.asked('com', 'NS')).toBe(2)
    expect(await lookup.zoneExists('org', 'SOA')).toBe('unknown')
    expect(await lookup.zoneExists('org', 'SOA')).toBe('exists')
  })
})

describe('memory', () => {
  const clock = () => {
    let time = 0
    return { now: () => time, advance: (ms: number) => (time += ms) }
  }

  it.each([
    ['no less than 5 s', 0, 5],
    ['as long as DNS says', 60, 60],
    ['no more than 5 min', 86_400, 300],
  ])('keeps an address %s', async (_, ttl, seconds) => {
    const server = await serve({ 'a.test': { A: { ...answer(V4), ttl } } })
    const { now, advance } = clock()
    const lookup = lookupAt(server, { now, family: 4 })
    await lookup('a.test')
    advance(seconds * 1000 - 1)
    expect(lookup.cached('A.test')).toEqual([{ address: V4, family: 4 }])
    await lookup('a.test')
    expect(server.asked()).toBe(1)
    advance(1)
    expect(lookup.cached('a.test')).toBeNull()
    await lookup('a.test')
    expect(server.asked()).toBe(2)
  })

  it('keeps a dead name for 30 s', async () => {
    const server = await serve({})
    const { now, advance } = clock()
    const lookup = lookupAt(server, { now, family: 4 })
    await failure(lookup, 'x.test')
    advance(29_999)
    await failure(lookup, 'x.test')
    expect(lookup.cached('x.test')).toBeNull()
    expect(server.asked()).toBe(1)
    advance(1)
    await failure(lookup, 'x.test')
    expect(server.asked()).toBe(2)
  })

  it('asks anew after a failure, so that a retry is one; what failed in the same moment was one question', async () => {
    const server = await serve({ 'x.test': { A: failing('SERVFAIL') } })
    const { now, advance } = clock()
    const lookup = lookupAt(server, { now, family: 4 })
    for (const asked of [1, 2, 3, 4, 5]) {
      await failure(lookup, 'x.test')
      advance(199)
      await failure(lookup, 'x.test')
      expect(server.asked()).toBe(asked)
      advance(1)
    }
  })

  it('is well again at the next lookup after a failing server is', async () => {
    const server = await serve({ 'x.test': { A: [...Array<DnsReply>(3).fill(failing('SERVFAIL')), answer(V4)] } })
    const { now, advance } = clock()
    const lookup = lookupAt(server, { now, family: 4 })
    for (let time = 0; time < 3; time++) {
      await failure(lookup, 'x.test')
      advance(250)
    }
    expect(await addresses(lookup, 'x.test')).toEqual([V4])
  })

  it('asks once for lookups at the same time', async () => {
    const server = await serve({ 'a.test': { A: answer(V4), AAAA: answer(V6) } })
    const lookup = lookupAt(server)
    await Promise.all(Array.from({ length: 50 }, () => lookup('a.test')))
    expect([server.asked('a.test', 'A'), server.asked('a.test', 'AAAA')]).toEqual([1, 1])
  })

  it('forgets the name that was used longest ago when it is full', async () => {
    const server = await serve({
      'a.test': { A: answer(V4) },
      'b.test': { A: answer(V4) },
      'c.test': { A: answer(V4) },
    })
    const lookup = lookupAt(server, { cacheSize: 2, family: 4 })
    for (const name of ['a.test', 'b.test', 'a.test', 'c.test']) await lookup(name)
    expect(['a.test', 'b.test', 'c.test'].map((name) => lookup.cached(name) !== null)).toEqual([true, false, true])
  })
})
