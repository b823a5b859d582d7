// The race for a connection, on sockets that the test makes fail, and what is remembered of it.

import { EventEmitter } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createConnector } from '../../../src/http/connect/connector.js'
import { createFailedAddresses } from '../../../src/http/connect/failed-addresses.js'
import type { Address, Interfaces } from '../../../src/http/names/address.js'
import { splitUrl } from '../../../src/http/wire/split-url.js'
import { testCertificates } from '../../support/certificates.js'
import { closeAfterTest } from '../../support/close-after-test.js'
import { startHttpServer } from '../../support/http-server.js'
import { startRawServer, step } from '../../support/raw-server.js'
import { asLookup, createExchangeRig, v4 } from '../support/exchange-rig.js'

const entry = (address: string, internal = false) =>
  ({ address, family: address.includes(':') ? 'IPv6' : 'IPv4', internal }) as NonNullable<Interfaces[string]>[number]
const NO_IPV6: Interfaces = { lo: [entry('127.0.0.1', true)], eth0: [entry('192.0.2.9')] }
const SITE: Interfaces = { lo: [entry('::1', true)], eth0: [entry('fd00::2'), entry('fe80::2')] }
const GLOBAL: Interfaces = { lo: [entry('::1', true)], eth0: [entry('2a00::2')] }

const V6_ONLY: Interfaces = { lo: [entry('127.0.0.1', true)], eth0: [entry('2a00::2'), entry('169.254.7.7')] }
const NOTHING: Interfaces = { lo: [entry('127.0.0.1', true), entry('::1', true)] }

const of = (address: string): Address => ({ address, family: address.includes(':') ? 6 : 4 })

/** Connections that fail with the code given for their address, or are made where it is null; and the order in which they were begun. */
function connections(codes: Readonly<Record<string, string | null>>): string[] {
  const begun: string[] = []
  const connect = ({ host }: { host: string }) => {
    begun.push(host)
    const socket = Object.assign(new EventEmitter(), { destroy() {}, setNoDelay() {}, remoteAddress: host })
    const code = codes[host]
    if (code === null) setImmediate(() => socket.emit('connect'))
    else if (code)
      setImmediate(() => socket.emit('error', Object.assign(new Error(code), { code, syscall: 'connect' })))
    return socket
  }
  vi.spyOn(net, 'createConnection').mockImplementation(connect as never)
  syncBuiltinESMExports()
  onTestFinished(() => {
    vi.restoreAllMocks()
    syncBuiltinESMExports()
  })
  return begun
}

function connectorOf(addresses: readonly string[], interfaces: Interfaces = GLOBAL, now = () => performance.now()) {
  const connector = createConnector({
    lookup: asLookup(async () => addresses.map(of)),
    now,
    pinned: [],
    denyPrivate: false,
    secureContext: () => expect.unreachable(),
    proxyFor: () => null,
    interfaces: () => interfaces,
  })
  const connect = (url = 'http://a.example/') =>
    connector.connect(splitUrl(url, false).origin, 1000).done.then(
      ({ remoteAddress }) => remoteAddress,
      ({ kind, code }) => `${kind} ${code}`,
    )
  return {
    connect,
    distrust: (address: string) => connector.distrust(splitUrl('http://a.example/', false).origin, address),
  }
}

describe('an IPv6 address', () => {
  test.each<[what: string, address: string, code: string, interfaces: Interfaces, ends: string]>([
    ['no IPv6 at all', '2001:db8::1', 'EADDRNOTAVAIL', NO_IPV6, 'local.no_ipv6'],
    ['no IPv6 at all', '2001:db8::1', 'ENETUNREACH', NO_IPV6, 'local.no_ipv6'],
    ['no IPv6 at all', '2001:db8::1', 'EHOSTUNREACH', NO_IPV6, 'local.no_ipv6'],
    ['no IPv6 in the kernel', '2001:db8::1', 'EAFNOSUPPORT', GLOBAL, 'local.no_ipv6'],
    ['IPv6 within the site', '2001:db8::1', 'ENETUNREACH', SITE, 'local.no_ipv6'],
    ['no IPv6 on the loopback', '::1', 'EADDRNOTAVAIL', NO_IPV6, 'local.no_ipv6'],
    ['no IPv6 in the site', 'fd00::7', 'ENETUNREACH', NO_IPV6, 'local.no_ipv6'],
    ['IPv6 in the site', 'fd00::7', 'EHOSTUNREACH', SITE, 'tcp.address_unreachable'],
    ['IPv6', '2001:db8::1', 'ENETUNREACH', GLOBAL, 'tcp.address_unreachable'],
    ['IPv6 and no port left', '2001:db8::1', 'EADDRNOTAVAIL', GLOBAL, 'local.EADDRNOTAVAIL'],
    ['IPv6 and no port left', '::1', 'EADDRNOTAVAIL', SITE, 'local.EADDRNOTAVAIL'],
    ['no IPv6 at all', '2001:db8::1', 'ECONNREFUSED', NO_IPV6, 'tcp.refused'],
    ['no IPv6 at all', '2001:db8::1', 'EMFILE', NO_IPV6, 'local.EMFILE'],
  ])('of a machine with %s: %s and %s', async (_, address, code, interfaces, ends) => {
    connections({ [address]: code })
    expect(await connectorOf([address], interfaces).connect()).toBe(`${ends} ${code}`)
    expect(await connectorOf([], interfaces).connect(`http://[${address}]/`)).toBe(`${ends} ${code}`)
  })
})

test.each<[what: string, address: string, code: string, interfaces: Interfaces, ends: string]>([
  ['IPv6 alone', '192.0.2.1', 'ENETUNREACH', V6_ONLY, 'local.no_ipv4'],
  ['IPv6 alone', '127.0.0.5', 'ENETUNREACH', V6_ONLY, 'tcp.address_unreachable'],
  ['IPv6 alone and no port left', '127.0.0.5', 'EADDRNOTAVAIL', V6_ONLY, 'local.EADDRNOTAVAIL'],
  ['both', '192.0.2.1', 'ENETUNREACH', { eth0: [entry('192.0.2.9'), entry('2a00::2')] }, 'tcp.address_unreachable'],
  ['IPv4 alone', '192.0.2.1', 'EADDRNOTAVAIL', NO_IPV6, 'local.EADDRNOTAVAIL'],
  ['no network', '192.0.2.1', 'ENETUNREACH', NOTHING, 'tcp.address_unreachable'],
])('an IPv4 address of a machine with %s: %s and %s', async (_, address, code, interfaces, ends) => {
  connections({ [address]: code })
  expect(await connectorOf([address], interfaces).connect()).toBe(`${ends} ${code}`)
})

describe('what is said of several addresses', () => {
  test.each<[Record<string, string>, ends: string]>([
    [{ '2001:db8::1': 'EADDRNOTAVAIL', '192.0.2.1': 'ECONNREFUSED' }, 'tcp.refused ECONNREFUSED'],
    [{ '192.0.2.1': 'ECONNREFUSED', '2001:db8::1': 'ENETUNREACH' }, 'tcp.refused ECONNREFUSED'],
    [{ '2001:db8::1': 'EADDRNOTAVAIL', '192.0.2.1': 'ECONNRESET' }, 'tcp.reset ECONNRESET'],
    [{ '2001:db8::1': 'EAFNOSUPPORT', '192.0.2.1': 'ETIMEDOUT' }, 'tcp.timed_out ETIMEDOUT'],
    [{ '2001:db8::1': 'ENETUNREACH', '192.0.2.1': 'EHOSTUNREACH' }, 'tcp.address_unreachable EHOSTUNREACH'],
    [{ '2001:db8::1': 'ENETUNREACH', '2001:db8::2': 'ENETUNREACH' }, 'local.no_ipv6 ENETUNREACH'],
    [{ '192.0.2.1': 'ECONNREFUSED', '192.0.2.2': 'EADDRNOTAVAIL' }, 'local.EADDRNOTAVAIL EADDRNOTAVAIL'],
    [{ '2001:db8::1': 'EADDRNOTAVAIL', '192.0.2.1': 'EMFILE' }, 'local.EMFILE EMFILE'],
  ])('%o: %s', async (codes, ends) => {
    connections(codes)
    expect(await connectorOf(Object.keys(codes), NO_IPV6).connect()).toBe(ends)
  })

  test('all that refuse at once are gone through, however many', async () => {
    const dead = Array.from({ length: 20 }, (_, at) => `192.0.2.${at}`)
    const begun = connections({
      ...Object.fromEntries(dead.map((host) => [host, 'ECONNREFUSED'])),
      '198.51.100.1': null,
    })
    expect(await connectorOf([...dead, '198.51.100.1']).connect()).toBe('198.51.100.1')
    expect(begun).toEqual([...dead, '198.51.100.1'])
  })
})

describe('the next attempt', () => {
  test('begins with another address than the one that failed, for half a minute', async () => {
    let time = 0
    const begun = connections({ '192.0.2.1': 'ECONNREFUSED', '192.0.2.2': null, '192.0.2.3': null })
    const { connect } = connectorOf(['192.0.2.1', '192.0.2.2', '192.0.2.3'], GLOBAL, () => time)
    for (time of [0, 29_999, 30_001]) await connect()
    expect(begun).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.2', '192.0.2.1', '192.0.2.2'])
  })

  test('begins with another than the one that connected and broke', async () => {
    const begun = connections({ '192.0.2.1': null, '192.0.2.2': null })
    const { connect, distrust } = connectorOf(['192.0.2.1', '192.0.2.2'])
    await connect()
    distrust('192.0.2.1')
    await connect()
    distrust('192.0.2.2')
    await connect()
    expect(begun).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.1'])
  })

  test('of another port or host is not concerned', async () => {
    const begun = connections({ '192.0.2.1': 'ECONNREFUSED', '192.0.2.2': null })
    const { connect } = connectorOf(['192.0.2.1', '192.0.2.2'])
    for (const url of ['http://a.example/', 'http://a.example:81/', 'http://b.example/']) await connect(url)
    expect(begun).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.1', '192.0.2.2', '192.0.2.1', '192.0.2.2'])
  })

  test.each([
    ['resets', [step.readHead, step.rst]],
    ['closes', [step.readHead, step.fin]],
  ] as const)('of a URL goes elsewhere when the first address %s', async (_, script) => {
    const broken = closeAfterTest(await startRawServer([...script], { host: '127.0.0.91' }))
    const good = closeAfterTest(await startHttpServer({ '*': 200 }, { host: '127.0.0.92', port: broken.port }))
    const rig = createExchangeRig(async () => v4('127.0.0.91', '127.0.0.92'))
    const url = `http://a.example:${good.port}/`
    expect((await rig.ask(url)).failure).not.toBeNull()
    expect(await rig.ask(url)).toMatchObject({ status: 200, remoteAddress: '127.0.0.92' })
  })

  test('of a URL goes elsewhere when the first address ends the handshake', async () => {
    const broken = closeAfterTest(await startRawServer([step.fin], { host: '127.0.0.95' }))
    const script = [step.readHead, step.write('HTTP/1.1 204 X\r\n\r\n')]
    const { port } = broken
    closeAfterTest(await startRawServer(script, { host: '127.0.0.96', port, tls: testCertificates().valid }))
    const rig = createExchangeRig(async () => v4('127.0.0.95', '127.0.0.96'))
    const url = `https://a.example:${port}/`
    expect((await rig.ask(url, { insecure: true })).failure?.kind).toBe('tcp.closed')
    expect(await rig.ask(url, { insecure: true })).toMatchObject({ status: 204, remoteAddress: '127.0.0.96' })
  })

  test('of a URL stays where an answer came, whatever it was', async () => {
    const [first, second] = ['127.0.0.93', '127.0.0.94']
    const busy = closeAfterTest(await startHttpServer({ '*': 503 }, { host: first }))
    closeAfterTest(await startHttpServer({ '*': 200 }, { host: second, port: busy.port }))
    const rig = createExchangeRig(async () => v4(first, second))
    for (let time = 0; time < 2; time++) {
      expect(await rig.ask(`http://a.example:${busy.port}/`, { keepAlive: () => false })).toMatchObject({ status: 503 })
    }
  })
})

test('a thousand hosts are remembered, those that failed last', () => {
  const failed = createFailedAddresses(() => 0)
  const addresses = ['192.0.2.1', '192.0.2.2'].map(of)
  const host = (at: number) => ({ hostname: `h${at}.example`, port: 80 })
  for (let at = 0; at <= 1000; at++) failed.note(host(at), '192.0.2.1')
  expect(failed.last(host(0), addresses)).toEqual(addresses)
  expect(failed.last(host(1), addresses)).toEqual([...addresses].reverse())
})
