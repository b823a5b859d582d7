import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { stopOf } from '../../../src/flow/stop.js'
import { createReplyHeaders } from '../../../src/http/wire/reply-headers.js'
import { closeAfterTest } from '../../support/close-after-test.js'
import { type Answer, startHttpServer } from '../../support/http-server.js'
import { type Script, startRawServer, step } from '../../support/raw-server.js'
import { stopwatch } from '../../support/stopwatch.js'
import { createExchangeRig, ending } from '../support/exchange-rig.js'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'
const HEAD = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`

const serve = async (answer: Answer = {}) => closeAfterTest(await startHttpServer({ '*': answer }))
const play = async (script: Script | ((connection: number) => Script)) => closeAfterTest(await startRawServer(script))

describe('an answer', () => {
  test('is told with its head, as received', async () => {
    const server = await play([
      step.readHead,
      step.write('HTTP/1.1 299 Fin\xe9\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nhi'),
    ])
    const { ask } = createExchangeRig()
    const result = await ask(`${server.url}/a?b#c`, { headers: ['X-Own', 'v'] })
    expect(result).toMatchObject({ failure: null, status: 299, httpVersion: '1.1', bodyBytes: 2, tls: null })
    expect(result.remoteAddress).toBe('127.0.0.1')
    expect(createReplyHeaders(result.rawHeaders).get('x-a')).toBe('1')
    expect(server.heads()[0]?.split('\r\n')).toEqual([
      'GET /a?b HTTP/1.1',
      `host: 127.0.0.1:${server.port}`,
      'connection: keep-alive',
      'X-Own: v',
    ])
  })

  test('tells its phases, and of a reused connection only the last', async () => {
    const server = await serve({ body: 'hi' })
    const { ask } = createExchangeRig()
    const [first, second] = [await ask(server.url), await ask(server.url)]
    expect([first.dnsMs, first.tlsMs]).toEqual([null, null])
    expect(first.connectMs).toBeGreaterThan(0)
    expect(first.elapsedMs).toBeGreaterThanOrEqual(first.firstByteMs!)
    expect([second.dnsMs, second.connectMs, second.tlsMs]).toEqual([null, null, null])
    expect(second.firstByteMs).toBeGreaterThan(0)
  })

  test.each<[string, string, Script]>([
    ['HTTP/1.0', '1.0', [step.write('HTTP/1.0 200 OK\r\n\r\nhi'), step.fin]],
    ['no reason phrase', '1.1', [step.write('HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n')]],
    ['an empty line before', '1.1', [step.write(`\r\n${OK}`)]],
    [
      'a segment a byte',
      '1.1',
      [
        step.write(
          OK,
          Array.from({ length: OK.length - 1 }, (_, at) => at + 1),
        ),
      ],
    ],
    ['103 before it', '1.1', [step.write(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}`)]],
    ['sixteen 102 before it', '1.1', [step.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(16) + OK)]],
    ['a second answer behind it', '1.1', [step.write(OK + OK.replace('200', '500'))]],
    ['a body cut short by FIN', '1.1', [step.write(`${HEAD}Content-Length: 100\r\n\r\nhi`), step.fin]],
    [
      'a body cut short by a reset',
      '1.1',
      [step.write(`${HEAD}Content-Length: 100\r\n\r\nhi`), step.wait(30), step.rst],
    ],
    ['a chunk that is no chunk', '1.1', [step.write(`${CHUNKED}zz\r\n`)]],
    ['a chunk larger than the world', '1.1', [step.write(`${CHUNKED}FFFFFFFFFFFFFFFF\r\n`)]],
    ['endless trailers', '1.1', [step.write(`${CHUNKED}0\r\n`), step.forever('X: y\r\n')]],
    ['an endless chunk extension', '1.1', [step.write(`${CHUNKED}1;`), step.forever('x'.repeat(1000))]],
    ['20 KB of headers', '1.1', [step.write(`${HEAD}X: ${'x'.repeat(20_000)}\r\nContent-Length: 0\r\n\r\n`)]],
    ['2,000 headers', '1.1', [step.write(`${HEAD}${'X: y\r\n'.repeat(2000)}Content-Length: 0\r\n\r\n`)]],
  ])('is 200 with %s', async (_case, version, script) => {
    const server = await play([step.readHead, ...script])
    const result = await createExchangeRig().ask(server.url)
    expect([ending(result), result.httpVersion]).toEqual([200, version])
    expect(server.connections()).toBe(1)
  })

  test('is none where the headers never end', async () => {
    const server = await play([step.readHead, step.write(HEAD), step.forever('X: y\r\n'.repeat(500))])
    const result = await createExchangeRig().ask(server.url)
    const failure = { kind: 'http.protocol.error', detail: 'the header never ends' }
    expect(result).toMatchObject({ failure, status: 0, secondLook: true })
    expect(server.bytesWritten()).toBeLessThan(20_000_000)
  })

  test.each([101, 204, 304, 404, 500, 600, 999])('may be a %i', async (status) => {
    const server = await play([step.readHead, step.write(`HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`)])
    expect(ending(await createExchangeRig().ask(server.url))).toBe(status)
  })
})

describe('no answer', () => {
  test.each<[string, Script, string, string | null]>([
    ['FIN at once', [step.fin], 'tcp.closed', 'UND_ERR_SOCKET'],
    ['FIN after the request', [step.readHead, step.fin], 'tcp.closed', 'UND_ERR_SOCKET'],
    [
      'FIN in the head',
      [step.readHead, step.write('HTTP/1.1 200 OK\r\nX: '), step.fin],
      'tcp.closed',
      'UND_ERR_SOCKET',
    ],
    ['RST after the request', [step.readHead, step.rst], 'tcp.reset', 'ECONNRESET'],
    ['RST in the head', [step.readHead, step.write('HTTP/1.1 2'), step.wait(30), step.rst], 'tcp.reset', 'ECONNRESET'],
    ['a banner', [step.write('SSH-2.0-OpenSSH_9.2\r\n')], 'http.protocol.error', null],
    ['garbage', [step.readHead, step.write('\x00\x01\x02\xff'.repeat(20))], 'http.protocol.error', null],
    ['ICY', [step.readHead, step.write('ICY 200 OK\r\n\r\n')], 'http.protocol.error', null],
    ['status 000', [step.readHead, step.write('HTTP/1.1 000 X\r\n\r\n')], 'http.protocol.error', null],
    ['status 099', [step.readHead, step.write('HTTP/1.1 099 X\r\n\r\n')], 'http.protocol.error', null],
    ['status abc', [step.readHead, step.write('HTTP/1.1 abc X\r\n\r\n')], 'http.protocol.error', null],
    ['status 1000', [step.readHead, step.write('HTTP/1.1 1000 X\r\n\r\n')], 'http.protocol.error', null],
    [
      'endless interim answers',
      [step.readHead, step.forever('HTTP/1.1 102 Processing\r\n\r\n')],
      'http.protocol.error',
      null,
    ],
  ])('but %s', async (_case, script, kind, code) => {
    const server = await play(script)
    const result = await createExchangeRig().ask(server.url)
    expect(result).toMatchObject({ status: 0, failure: { kind, code } })
    // What the parser refuses is looked at once more.
    expect(server.connections()).toBe(kind === 'http.protocol.error' ? 2 : 1)
  })

  test('but too many interim ones has no status, though one stands behind them in the same segment', async () => {
    const interim = 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(65)
    const server = await play((connection) =>
      connection === 0 ? [step.readHead, step.write(interim + OK)] : [step.readHead, step.fin],
    )
    const result = await createExchangeRig().ask(server.url)
    expect(result).toMatchObject({ status: 0, failure: { kind: 'http.protocol.error' } })
  })

  test('but a closed port', async () => {
    const server = await startHttpServer({})
    await server.close()
    const result = await createExchangeRig().ask(server.url)
    expect(result).toMatchObject({ status: 0, failure: { kind: 'tcp.refused', code: 'ECONNREFUSED' } })
  })

  test('is no bug of ours where a header cannot be sent, but is told', async () => {
    const server = await serve()
    const result = await createExchangeRig().ask(server.url, { headers: ['X', 'a\r\nb'] })
    expect(result).toMatchObject({ status: 0, failure: { kind: 'internal', code: 'UND_ERR_INVALID_ARG' } })
    expect(server.requests()).toBe(0)
  })
})

describe('the connection', () => {
  test('is used again, as the server counts it', async () => {
    const server = await serve({ body: 'hi' })
    const { ask } = createExchangeRig()
    for (let time = 0; time < 20; time++) await ask(`${server.url}/${time}`)
    expect([server.requests(), server.connections()]).toEqual([20, 1])
  })

  test.each([
    ['GET', { body: 'x'.repeat(65_536) }, 1],
    ['GET', { body: 'x'.repeat(65_537) }, 3],
    ['GET', { status: 204 }, 1],
    ['GET', { status: 304 }, 1],
    ['GET', { headers: { Connection: 'close' } }, 3],
    ['HEAD', {}, 1],
    ['HEAD', { headers: { 'Content-Length': '2' } }, 1],
    ['HEAD', { headers: { 'Content-Length': '1000000' } }, 1],
  ] as const)('three times %s with the answer %o takes %i', async (method, answer, connections) => {
    const server = await serve(answer)
    const { ask } = createExchangeRig()
    for (let time = 0; time < 3; time++) {
      expect(ending(await ask(server.url, { method }))).toBe('status' in answer ? answer.status : 200)
    }
    expect(server.connections()).toBe(connections)
  })

  test('is the same one for an answer that is plain, one that is not and whatever comes after', async () => {
    const plain = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'
    const server = closeAfterTest(
      await startRawServer([
        ...[step.readHead, step.write(plain)],
        ...[step.readHead, step.write(`HTTP/1.1 103 Early Hints\r\n\r\n${plain}`)],
        ...[step.readHead, step.write(plain)],
        ...[
          step.readHead,
          step.write('HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n', [30, 50]),
        ],
      ]),
    )
    const { ask } = createExchangeRig()
    const results: unknown[] = []
    for (let time = 0; time < 4; time++) {
      const { status, httpVersion, bodyBytes } = await ask(`${server.url}/${time}`)
      results.push([status, httpVersion, bodyBytes])
    }
    expect(results).toEqual([200, 200, 200, 404].map((status) => [status, '1.1', 2]))
    expect(server.heads().map((head) => head.split(' ')[1])).toEqual(['/0', '/1', '/2', '/3'])
    expect(server.connections()).toBe(1)
  })

  test('is closed at once where nobody wants it again', async () => {
    const server = await serve({ body: 'hi' })
    const { ask, transport } = createExchangeRig()
    const result = await ask(server.url, { keepAlive: () => false })
    expect(ending(result)).toBe(200)
    await expect.poll(() => server.openConnections()).toBe(0)
    expect(transport.take({ href: server.url } as never)).toBeNull()
  })

  test('of an insecure origin is not used for a strict one', async () => {
    const { transport } = createExchangeRig()
    const origin = { href: 'https://a.example', secure: true, hostname: 'a.example', port: 443, insecure: true }
    const socket = { destroyed: false, readableEnded: false, once() {}, destroy() {} } as never
    const connected = { socket, remoteAddress: '', dnsMs: 0, connectMs: 0, tlsMs: 0, tls: null }
    transport.give(transport.adopt(origin, connected), true)
    expect(transport.take({ ...origin, insecure: false })).toBeNull()
    expect(transport.take(origin)).not.toBeNull()
  })

  test('waits for work no longer than it is sure that the server keeps it', async () => {
    const server = closeAfterTest(
      await startRawServer([
        step.readHead,
        step.write('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=600\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n'),
        step.restart,
      ]),
    )
    await createExchangeRig().ask(server.url)
    await expect.poll(() => server.openConnections(), { timeout: 6500, interval: 100 }).toBe(0)
  })

  test('is one of at most 256 idle ones', async () => {
    const server = closeAfterTest(await startHttpServer({ '*': 200 }, { host: '0.0.0.0' }))
    const { ask } = createExchangeRig()
    for (let host = 1; host <= 300; host += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => ask(server.urlOf(`127.0.${host}.${index + 1}`))))
    }
    await expect.poll(() => server.openConnections()).toBe(256)
  })
})

describe('a body', () => {
  test('that never ends costs the connection and no more than its first 64 KiB', async () => {
    const server = await play([step.readHead, step.write(`${HEAD}\r\n`), step.forever('x'.repeat(10_000))])
    const result = await createExchangeRig().ask(server.url)
    expect(ending(result)).toBe(200)
    expect(result.bodyBytes).toBeGreaterThan(65_536)
    expect(result.bodyBytes).toBeLessThan(300_000)
    await expect.poll(() => server.openConnections()).toBe(0)
  })

  test('whose length says that it is too large is not read at all', async () => {
    const server = await play([step.readHead, step.write(`${HEAD}Content-Length: 99999999999\r\n\r\n`)])
    const result = await createExchangeRig().ask(server.url)
    expect(result).toMatchObject({ failure: null, status: 200, bodyBytes: 0 })
  })

  test.each<[string, Script]>([
    ['drips', [step.write(CHUNKED), step.forever('1\r\nx\r\n', 50)]],
    ['stalls', [step.write(`${HEAD}Content-Length: 10\r\n\r\nx`)]],
  ])('that %s is given up after half a second, and the status stands', async (_case, script) => {
    const server = await play([step.readHead, ...script])
    const watch = stopwatch()
    const result = await createExchangeRig().ask(server.url)
    const [tookMs, wallMs] = [watch.ownMs(), watch.wallMs()]
    expect(result).toMatchObject({ failure: null, status: 200 })
    expect(wallMs).toBeGreaterThan(480)
    expect(tookMs).toBeLessThan(1500)
    expect(result.elapsedMs).toBeLessThan(wallMs - 300)
    await expect.poll(() => server.openConnections()).toBe(0)
  })

  test('has no more time than the attempt has left', async () => {
    const server = await play([step.readHead, step.write(CHUNKED), step.forever('1\r\nx\r\n', 20)])
    const watch = stopwatch()
    expect(ending(await createExchangeRig().ask(server.url, { budgetMs: 300 }))).toBe(200)
    expect(watch.ownMs()).toBeLessThan(480)
  })
})

describe('a reused connection that is gone', () => {
  test.each<[string, Script]>([
    ['closed by FIN right after each answer', [step.readHead, step.write(OK), step.fin]],
    ['closed by FIN a moment later', [step.readHead, step.write(OK), step.wait(1), step.fin]],
    ['closed by FIN at the second request', [step.readHead, step.write(OK), step.readHead, step.fin]],
    ['reset at the second request', [step.readHead, step.write(OK), step.readHead, step.rst]],
    ['reset right after each answer', [step.readHead, step.write(OK), step.wait(1), step.rst]],
  ])('%s is replaced, and two hundred requests all have their answer', async (_case, script) => {
    const server = await play(script)
    const { ask } = createExchangeRig()
    const endings = new Map<unknown, number>()
    for (let time = 0; time < 200; time++) {
      const how = ending(await ask(server.url))
      endings.set(how, (endings.get(how) ?? 0) + 1)
    }
    expect([...endings]).toEqual([[200, 200]])
  })

  test('is replaced once, not again and again', async () => {
    const server = await play((connection) =>
      connection === 0 ? [step.readHead, step.write(OK), step.readHead, step.fin] : [step.readHead, step.fin],
    )
    const { ask } = createExchangeRig()
    expect(ending(await ask(server.url))).toBe(200)
    expect(ending(await ask(server.url))).toBe('tcp.closed')
    expect([server.connections(), server.heads().length]).toEqual([2, 3])
  })

  test('is not replaced once the answer has begun', async () => {
    const server = await play([step.readHead, step.write(OK), step.readHead, step.write('HTTP/1.1 2'), step.fin])
    const { ask } = createExchangeRig()
    expect(ending(await ask(server.url))).toBe(200)
    expect(ending(await ask(server.url))).toBe('tcp.closed')
    expect(server.connections()).toBe(1)
  })

  test('is not replaced when it is only silent', async () => {
    const server = await play([step.readHead, step.write(OK), step.readHead])
    const { ask } = createExchangeRig()
    expect(ending(await ask(server.url))).toBe(200)
    expect(ending(await ask(server.url, { budgetMs: 200 }))).toBe('timeout')
    expect(server.connections()).toBe(1)
  })

  test('gives the new one only what is left of the budget', async () => {
    const server = await play((connection) =>
      connection === 0 ? [step.readHead, step.write(OK), step.readHead, step.wait(400), step.fin] : [step.readHead],
    )
    const { ask } = createExchangeRig()
    await ask(server.url)
    const watch = stopwatch()
    const result = await ask(server.url, { budgetMs: 600 })
    expect(ending(result)).toBe('timeout')
    expect(watch.ownMs()).toBeLessThan(950)
    expect(result.elapsedMs).toBeGreaterThan(580)
  })

  test('does not poison the next answer with bytes that nobody asked for', async () => {
    const unasked = 'HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
    const server = await play((connection) =>
      connection === 0
        ? [step.readHead, step.write(OK), step.wait(20), step.write(unasked), step.fin]
        : [step.readHead, step.write(OK)],
    )
    const { ask } = createExchangeRig()
    await ask(server.url)
    await sleep(60)
    expect(ending(await ask(server.url))).toBe(200)
  })
})

describe('the budget', () => {
  test.each<[string, Script]>([
    ['silence', [step.readHead]],
    ['a dripping head', [step.readHead, step.drip('HTTP/1.1 200 OK\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy', 30)]],
    ['an endless reason phrase', [step.readHead, step.write('HTTP/1.1 200 '), step.forever('x'.repeat(1000))]],
    ['now and then an interim answer', [step.readHead, step.forever('HTTP/1.1 102 Processing\r\n\r\n', 60)]],
  ])('ends %s, with one connection and none left', async (_case, script) => {
    const server = await play(script)
    const watch = stopwatch()
    const result = await createExchangeRig().ask(server.url, { budgetMs: 300 })
    expect(result).toMatchObject({ status: 0, failure: { kind: 'timeout', code: 'firstByte' } })
    const [tookMs, wallMs] = [watch.ownMs(), watch.wallMs()]
    expect(wallMs).toBeGreaterThanOrEqual(300)
    expect(tookMs).toBeLessThan(800)
    await expect.poll(() => server.openConnections()).toBe(0)
    expect(server.connections()).toBe(1)
  })

  test('is not lost to a stalled process: an answer that waits in the kernel is an answer', async () => {
    const server = await serve({ delayMs: 100 })
    const { ask } = createExchangeRig()
    const asked = ask(server.url, { budgetMs: 300 })
    const stallAt = performance.now() + 50
    while (performance.now() < stallAt) await sleep(5)
    const until = performance.now() + 1500
    while (performance.now() < until);
    expect(ending(await asked)).toBe(200)
  })
})

describe('a stop', () => {
  test('ends an exchange that waits for its answer', async () => {
    const server = await play([step.readHead])
    const controller = new AbortController()
    const asked = createExchangeRig().ask(server.url, { stop: stopOf(controller.signal) })
    await expect.poll(() => server.heads().length).toBe(1)
    controller.abort()
    expect(await asked).toMatchObject({ status: 0, failure: { kind: 'aborted' } })
    await expect.poll(() => server.openConnections()).toBe(0)
    expect(server.connections()).toBe(1)
  })

  test('finds nothing registered after an exchange has ended', async () => {
    const server = await serve()
    const stop = stopOf(new AbortController().signal)
    const { ask } = createExchangeRig()
    await ask(server.url, { stop })
    await ask(server.url, { stop })
    await server.close()
    await ask(server.url, { stop })
    expect(stop.running.size).toBe(0)
  })
})
