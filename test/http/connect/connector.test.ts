import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { stopOf } from '../../../src/flow/stop.js'
import { createConnector } from '../../../src/http/connect/connector.js'
import type { HopRequest } from '../../../src/http/exchange/hop-request.js'
import { LookupError } from '../../../src/http/wire/lookup-error.js'
import { splitUrl } from '../../../src/http/wire/split-url.js'
import { startBlackHole } from '../../support/black-hole.js'
import { type TestCertificates, testCertificates } from '../../support/certificates.js'
import { closeAfterTest } from '../../support/close-after-test.js'
import { startHttpServer } from '../../support/http-server.js'
import { type Script, startRawServer, step } from '../../support/raw-server.js'
import { stopwatch } from '../../support/stopwatch.js'
import { asLookup, createExchangeRig, ending, v4 } from '../support/exchange-rig.js'

const onLinux = process.platform === 'linux'
const never = () => new Promise<never>(() => {})

/** Asks and says how long it took. */
async function timed(
  rig: ReturnType<typeof createExchangeRig>,
  url: string,
  options: Partial<HopRequest> & { readonly insecure?: boolean } = {},
) {
  const watch = stopwatch()
  const result = await rig.ask(url, options)
  return { result, tookMs: watch.ownMs(), wallMs: watch.wallMs() }
}

describe('the budget bites in every phase, and the code says in which', () => {
  test('dns: a lookup that never answers', async () => {
    const { result, tookMs, wallMs } = await timed(createExchangeRig(never), 'http://a.example/', { budgetMs: 200 })
    expect(result).toMatchObject({ status: 0, failure: { kind: 'timeout', code: 'dns' } })
    expect(result.failure?.detail).toBe('DNS did not answer in 200 ms')
    expect(wallMs).toBeGreaterThanOrEqual(200)
    expect(tookMs).toBeLessThan(700)
  })

  test.runIf(onLinux)('connect: a host that drops what comes', async () => {
    const hole = closeAfterTest(await startBlackHole('127.0.0.71'))
    const { result, tookMs, wallMs } = await timed(createExchangeRig(), hole.url, { budgetMs: 300 })
    expect(result).toMatchObject({ status: 0, failure: { kind: 'timeout', code: 'connect' } })
    expect(wallMs).toBeGreaterThanOrEqual(300)
    expect(tookMs).toBeLessThan(800)
  })

  test('tls: a server that takes the connection and says nothing', async () => {
    const server = closeAfterTest(await startRawServer([]))
    const { result } = await timed(createExchangeRig(), server.url.replace('http', 'https'), { budgetMs: 300 })
    expect(result).toMatchObject({ status: 0, failure: { kind: 'timeout', code: 'tls' } })
    await expect.poll(() => server.openConnections()).toBe(0)
    expect(server.connections()).toBe(1)
  })

  test('firstByte: a server that takes the request and says nothing', async () => {
    const server = closeAfterTest(await startRawServer([step.readHead]))
    const { result } = await timed(createExchangeRig(), server.url, { budgetMs: 300 })
    expect(result).toMatchObject({
      failure: { kind: 'timeout', code: 'firstByte', hint: 'If it is only slow: -t 900ms' },
    })
  })
})

describe('a smaller budget for connecting', () => {
  test.runIf(onLinux)('gives tcp.timed_out', async () => {
    const hole = closeAfterTest(await startBlackHole('127.0.0.72'))
    const { result, tookMs } = await timed(createExchangeRig(), hole.url, { budgetMs: 5000, connectTimeoutMs: 200 })
    expect(result).toMatchObject({ failure: { kind: 'tcp.timed_out', code: 'connect' } })
    expect(tookMs).toBeLessThan(700)
  })

  test.runIf(onLinux)('that is none, because the attempt has less, gives timeout', async () => {
    const hole = closeAfterTest(await startBlackHole('127.0.0.73'))
    const { result } = await timed(createExchangeRig(), hole.url, { budgetMs: 200, connectTimeoutMs: 5000 })
    expect(result).toMatchObject({ failure: { kind: 'timeout', code: 'connect' } })
  })

  test('does not hurry the answer', async () => {
    const server = closeAfterTest(await startHttpServer({ '*': { delayMs: 500 } }))
    const rig = createExchangeRig()
    for (let time = 0; time < 2; time++) {
      expect(ending(await rig.ask(server.url, { connectTimeoutMs: 100 }))).toBe(200)
    }
  })
})

describe('a name', () => {
  test.each([
    ['ENOTFOUND', 'dns.name_not_resolved'],
    ['ESERVFAIL', 'dns.failed'],
    ['ECONNREFUSED', 'dns.failed'],
    ['EMFILE', 'local.EMFILE'],
    ['ECANCELLED', 'aborted'],
  ])('that fails with %s is %s', async (code, kind) => {
    const rig = createExchangeRig((name) => Promise.reject(new LookupError(name, code)))
    expect(await rig.ask('http://a.example/')).toMatchObject({ status: 0, failure: { kind, code } })
  })

  test('is looked up without a port, and stands in the Host header', async () => {
    const server = closeAfterTest(await startHttpServer({ '*': 200 }))
    const asked: string[] = []
    const rig = createExchangeRig(async (name) => {
      asked.push(name)
      return v4('127.0.0.1')
    })
    const result = await rig.ask(`http://a.example:${server.port}/`)
    expect(result).toMatchObject({ status: 200, remoteAddress: '127.0.0.1' })
    expect(result.dnsMs).not.toBeNull()
    expect([asked, server.seen()[0]?.host]).toEqual([['a.example'], 'a.example'])
  })
})

describe('of several addresses', () => {
  const serveOn = async (host: string, port = 0) => closeAfterTest(await startHttpServer({ '*': 200 }, { host, port }))

  test('the first that is alive answers, one that refuses costs nothing', async () => {
    const server = await serveOn('127.0.0.75')
    const rig = createExchangeRig(async () => v4('127.0.0.76', '127.0.0.77', '127.0.0.75'))
    const { result, tookMs } = await timed(rig, `http://a.example:${server.port}/`)
    expect(result).toMatchObject({ status: 200, remoteAddress: '127.0.0.75' })
    expect(tookMs).toBeLessThan(200)
  })

  test.runIf(onLinux)('a dead first one costs a quarter of a second', async () => {
    const hole = closeAfterTest(await startBlackHole('127.0.0.78'))
    const server = await serveOn('127.0.0.79', hole.port)
    const rig = createExchangeRig(async () => v4('127.0.0.78', '127.0.0.79'))
    const { result, tookMs, wallMs } = await timed(rig, `http://a.example:${server.port}/`)
    expect(result).toMatchObject({ status: 200, remoteAddress: '127.0.0.79' })
    expect(wallMs).toBeGreaterThanOrEqual(240)
    expect(tookMs).toBeLessThan(700)
  })

  test.runIf(onLinux).each<[string, string[]]>([
    ['dead and refused', ['127.0.0.80', '127.0.0.81']],
    ['refused and dead', ['127.0.0.81', '127.0.0.80']],
  ])('%s is not decided before the dead one’s time is over', async (_case, addresses) => {
    const hole = closeAfterTest(await startBlackHole('127.0.0.80'))
    const rig = createExchangeRig(async () => v4(...addresses))
    const { result, wallMs } = await timed(rig, `http://a.example:${hole.port}/`, { budgetMs: 600 })
    expect(result).toMatchObject({ failure: { kind: 'timeout', code: 'connect' } })
    expect(wallMs).toBeGreaterThanOrEqual(600)
  })

  test('that all refuse, it is refused; a list of one that cannot be reached says less', async () => {
    const server = await startHttpServer({})
    await server.close()
    const rig = createExchangeRig(async () => [...v4('255.255.255.255'), ...v4('127.0.0.82')])
    expect(await rig.ask(`http://a.example:${server.port}/`)).toMatchObject({ failure: { kind: 'tcp.refused' } })
  })

  test.runIf(onLinux)('those that lost leave no connection behind', async () => {
    const hole = closeAfterTest(await startBlackHole('127.0.0.83'))
    const server = await serveOn('127.0.0.84', hole.port)
    const rig = createExchangeRig(async () => v4('127.0.0.83', '127.0.0.84'))
    const before = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
    await rig.ask(`http://a.example:${server.port}/`, { keepAlive: () => false })
    const open = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
    await expect.poll(open).toBeLessThanOrEqual(before)
  })
})

describe('the address of a connection', () => {
  test.runIf(onLinux).each([
    ['http://0.0.0.0', '127.0.0.1'],
    ['http://[::]', '::1'],
    ['http://127.0.0.86', '127.0.0.86'],
    ['http://[::1]', '::1'],
    ['http://[::ffff:127.0.0.1]', '::ffff:127.0.0.1'],
    ['http://[::ffff:0.0.0.0]', '::ffff:127.0.0.1'],
  ])('to %s is %s, as the kernel says', async (url, address) => {
    const server = closeAfterTest(
      await startHttpServer({ '*': 200 }, { host: address.startsWith('::ffff') ? '::' : address }),
    )
    expect(await createExchangeRig().ask(`${url}:${server.port}/`)).toMatchObject({
      status: 200,
      remoteAddress: address,
    })
  })

  test.each([
    ['127.0.0.1', 'blocked.private_address', []],
    ['93.184.216.35', null, ['asked']],
  ])('is asked of the kernel under denyPrivate: %s', async (shown, kind, heads) => {
    const server = closeAfterTest(await startRawServer([step.readHead]))
    const connect = net.createConnection
    const astray = () => Object.defineProperty(connect(server.port, server.host), 'remoteAddress', { value: shown })
    vi.spyOn(net, 'createConnection').mockImplementation(astray)
    syncBuiltinESMExports()
    onTestFinished(() => {
      vi.restoreAllMocks()
      syncBuiltinESMExports()
    })
    const connector = createConnector({
      lookup: asLookup(async () => v4('93.184.216.34')),
      now: () => performance.now(),
      pinned: [],
      denyPrivate: true,
      secureContext: () => Promise.reject(new Error('no TLS expected')) as never,
      proxyFor: () => null,
    })
    const { origin } = splitUrl('http://a.example/', false)
    const end = await connector.connect(origin, 1000).done.then(
      ({ socket, remoteAddress }) => {
        socket.end('asked\r\n\r\n')
        return { kind: null, remoteAddress }
      },
      (error) => ({ kind: error.kind, remoteAddress: shown }),
    )
    expect(end).toEqual({ kind, remoteAddress: shown })
    await expect.poll(() => server.openConnections()).toBe(0)
    expect(server.heads()).toEqual(heads)
  })
})

const secure = async (
  name: keyof TestCertificates,
  script: Script = [step.readHead, step.write('HTTP/1.1 204 X\r\n\r\n')],
) => closeAfterTest(await startRawServer(script, { tls: testCertificates()[name] }))

/** As a name, so that the certificate is checked against it. */
const named = (server: { port: number }) => `https://localhost:${server.port}/`
const local = () => createExchangeRig(async () => v4('127.0.0.1'))

describe('a certificate', () => {
  test.each<[keyof TestCertificates, number | string, string | null]>([
    ['valid', 204, null],
    ['validDirect', 204, null],
    ['commonNameOnly', 204, null],
    ['expired', 'tls.cert.date_invalid', 'CERT_HAS_EXPIRED'],
    ['notYetValid', 'tls.cert.date_invalid', 'CERT_NOT_YET_VALID'],
    ['wrongName', 'tls.cert.name_invalid', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['selfSigned', 'tls.cert.authority_invalid', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['unknownAuthority', 'tls.cert.authority_invalid', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['unknownAuthoritySent', 'tls.cert.authority_invalid', 'SELF_SIGNED_CERT_IN_CHAIN'],
    ['missingIntermediate', 'tls.cert.authority_invalid', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ])('that is %s gives %s, and under insecure 204 with the fault noted', async (name, expected, code) => {
    const server = await secure(name)
    const strict = await local().ask(named(server))
    expect(ending(strict)).toBe(expected)
    expect(strict.failure?.code ?? null).toBe(code)
    const lenient = await local().ask(named(server), { insecure: true })
    expect(lenient).toMatchObject({ status: 204, failure: null, tls: { error: code } })
  })

  test('is described from the socket, reused or not', async () => {
    const server = await secure('validDirect', [step.readHead, step.write('HTTP/1.1 204 X\r\n\r\n'), step.restart])
    const rig = local()
    const [first, second] = [await rig.ask(named(server)), await rig.ask(named(server))]
    expect(server.connections()).toBe(1)
    expect(first.tls).toMatchObject({ protocol: 'TLSv1.3', issuer: 'Test Root', error: null })
    expect(first.tls?.validTo).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/)
    expect(second.tls).toEqual(first.tls)
    expect(first.tlsMs).toBeGreaterThan(0)
    expect(second.tlsMs).toBeNull()
  })

  test('is checked against the address where the host is one', async () => {
    expect(ending(await createExchangeRig().ask((await secure('valid')).url))).toBe(204)
    expect(ending(await createExchangeRig().ask((await secure('wrongName')).url))).toBe('tls.cert.name_invalid')
  })
})

describe('a handshake', () => {
  test.each<[string, Script, string]>([
    ['FIN', [step.fin], 'tcp.closed'],
    ['RST', [step.wait(30), step.rst], 'tcp.reset'],
    ['plain HTTP', [step.write('HTTP/1.1 400 Bad Request\r\n\r\n'), step.fin], 'tls.protocol.error'],
    ['garbage', [step.write('\x00garbage\x00'.repeat(50))], 'tls.protocol.error'],
  ])('answered with %s is %3$s', async (_case, script, kind) => {
    const server = closeAfterTest(await startRawServer(script))
    const result = await local().ask(named(server))
    expect(result).toMatchObject({ status: 0, failure: { kind } })
    expect(server.connections()).toBe(1)
  })

  test('with a server that only speaks TLS 1.1 says so', async () => {
    const { valid } = testCertificates()
    const server = closeAfterTest(
      await startHttpServer(
        {},
        { tls: { ...valid, maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } },
      ),
    )
    const { failure } = await local().ask(named(server))
    expect(failure?.kind).toBe('tls.protocol.error')
    expect(failure?.hint).toContain('TLS 1.1')
  })

  test('with a server that only speaks HTTP/2 says so', async () => {
    const { valid } = testCertificates()
    const server = closeAfterTest(await startHttpServer({}, { tls: { ...valid, ALPNProtocols: ['h2'] } }))
    const { failure } = await local().ask(named(server))
    expect(failure?.kind).toBe('tls.protocol.error')
    expect(failure?.hint).toContain('HTTP/2')
  })

  test('sends the name without its last dot', async () => {
    const names: string[] = []
    const { valid } = testCertificates()
    const server = closeAfterTest(
      await startHttpServer(
        { '*': 200 },
        {
          tls: {
            ...valid,
            SNICallback(name, done) {
              names.push(name)
              done(null)
            },
          },
        },
      ),
    )
    expect(ending(await local().ask(`https://localhost.:${server.port}/`))).toBe(200)
    expect(names).toEqual(['localhost'])
  })
})

describe('a stop', () => {
  test.each([
    ['dns', 'http://a.example/', never],
    ['connect', '', undefined],
    ['tls', '', undefined],
  ])('ends an exchange that is in %s', async (phase, url, lookup) => {
    if (phase === 'connect' && !onLinux) return
    const controller = new AbortController()
    const server =
      phase === 'connect'
        ? closeAfterTest(await startBlackHole('127.0.0.85'))
        : closeAfterTest(await startRawServer([step.wait(10_000)]))
    const target = url || server.url.replace('http:', phase === 'tls' ? 'https:' : 'http:')
    const asked = createExchangeRig(lookup).ask(target, { stop: stopOf(controller.signal) })
    setTimeout(() => controller.abort(), 50)
    const watch = stopwatch()
    expect(await asked).toMatchObject({ status: 0, failure: { kind: 'aborted' } })
    expect(watch.ownMs()).toBeLessThan(1000)
  })

  test('in the very moment of the connection still ends it', async () => {
    const server = closeAfterTest(await startRawServer([step.readHead]))
    for (let turns = 0; turns < 30; turns++) {
      const controller = new AbortController()
      const asked = createExchangeRig().ask(server.url, { stop: stopOf(controller.signal), budgetMs: 3000 })
      for (let turn = 0; turn < turns; turn++)
        await (turn % 2 ? Promise.resolve() : new Promise((r) => setImmediate(r)))
      controller.abort()
      expect(ending(await asked)).toBe('aborted')
    }
  })
})
