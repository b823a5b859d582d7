import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { describe, expect, test } from 'vitest'
import type { TunnelOptions } from '../../../src/http/connect/negotiation.js'
import { openTunnel } from '../../../src/http/connect/open-tunnel.js'
import { proxyFailure } from '../../../src/http/connect/proxy-failure.js'
import { parseProxy } from '../../../src/http/connect/proxy-server.js'
import { ExchangeError } from '../../../src/http/wire/exchange-error.js'
import { LookupError } from '../../../src/http/wire/lookup-error.js'
import { testCertificates } from '../../support/certificates.js'
import { closeAfterTest } from '../../support/close-after-test.js'
import { listen } from '../../support/listen.js'
import { startMicrosocks, startTinyproxy } from '../../support/proxies.js'
import { type Script, startRawServer, step } from '../../support/raw-server.js'

const { readHead, write, drip, forever, wait, fin, rst } = step

/** A connected socket as the connector has it: somebody ignores late errors, nobody else listens. */
async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.on('error', () => {})
  return socket
}

const TARGET: TunnelOptions = {
  hostname: 'www.example.com',
  port: 443,
  address: null,
  timeoutMs: 10_000,
  onCancel: () => {},
}

/** Plays the script as the proxy and opens a tunnel through it. */
async function through(script: Script, proxyText = 'http://', target: Partial<TunnelOptions> = {}) {
  const server = closeAfterTest(await startRawServer(script))
  const socket = await connected(server.port)
  const listeners = countListeners(socket)
  const [scheme, userinfo = ''] = proxyText.split('//')
  const proxy = parseProxy(`${scheme}//${userinfo}127.0.0.1:${server.port}`)
  const opened = openTunnel(socket, proxy, { ...TARGET, ...target })
  return { server, socket, listeners, opened }
}

function countListeners(socket: Socket) {
  return Object.fromEntries(
    ['readable', 'data', 'end', 'close', 'error', 'connect'].map((event) => [event, socket.listenerCount(event)]),
  )
}

async function failureOfTunnel(opened: Promise<Socket>) {
  const error = await opened.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ExchangeError)
  const { kind, code, detail, hint } = error as ExchangeError
  return { kind, code, detail, hint }
}

async function readUntil(socket: Socket, length: number): Promise<string> {
  let text = ''
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += chunk.toString('latin1')
    if (text.length >= length) break
  }
  return text
}

const OK = 'HTTP/1.1 200 Connection established\r\n\r\n'
const NOT_HTTP = { kind: 'proxy.failed', code: null, detail: "the proxy's answer is not HTTP", hint: null }
const CLOSED = { kind: 'proxy.failed', code: 'closed', detail: 'the proxy closed the connection', hint: null }
const RESET = { kind: 'proxy.failed', code: 'ECONNRESET', detail: 'the proxy reset the connection', hint: null }

describe('openTunnel by CONNECT', () => {
  test.each<[name: string, script: Script, early: string]>([
    ['a plain 200', [readHead, write(OK)], ''],
    ['another 2xx', [readHead, write('HTTP/1.0 204 x\r\n\r\n')], ''],
    ['no phrase', [readHead, write('HTTP/1.1 200\r\n\r\n')], ''],
    ['bare line feeds', [readHead, write('HTTP/1.1 200 OK\nVia: x\n\n')], ''],
    ['NUL in the head', [readHead, write('HTTP/1.1 200 OK\r\nA: \0\r\n\r\n')], ''],
    ['an odd empty line', [readHead, write('HTTP/1.1 200 OK\r\nA: b\r\n\r\r\nearly')], 'early'],
    ['lengths that do not count', [readHead, write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello')], 'hello'],
    ['interim answers', [readHead, write(`HTTP/1.1 100 x\r\n\r\nHTTP/1.1 102 x\r\na: b\r\n\r\n${OK}`)], ''],
    ['bytes after the head', [readHead, write(`${OK}220 mail\r\n\r\nmore`)], '220 mail\r\n\r\nmore'],
    ['bytes after the head, then FIN', [readHead, write(`${OK}220 mail`), fin], '220 mail'],
    ['byte by byte', [readHead, drip(`HTTP/1.1 100 x\r\n\r\n${OK}`, 1), write('early')], 'early'],
    ['a long head', [readHead, write(`HTTP/1.1 200 OK\r\nA: ${'x'.repeat(60_000)}\r\n\r\n`)], ''],
    ['much after the head', [readHead, write(OK + 'x'.repeat(200_000))], 'x'.repeat(200_000)],
  ])('opens on %s', async (_name, script, early) => {
    const { server, socket, listeners, opened } = await through(script)
    expect(await opened).toBe(socket)
    expect(countListeners(socket)).toEqual(listeners)
    expect(socket.readableFlowing).not.toBe(true)
    if (early !== '') expect(await readUntil(socket, early.length)).toBe(early)
    expect(server.heads()).toEqual(['CONNECT www.example.com:443 HTTP/1.1\r\nHost: www.example.com:443'])
    expect(server.connections()).toBe(1)
    socket.destroy()
  })

  test('asks with name and password, and for the address when one is given', async () => {
    const { server, opened } = await through([readHead, write(OK)], 'http://m%C3%A9:p%40ss@', {
      hostname: '[2001:db8::1]',
      address: '2001:db8::2',
      port: 8443,
    })
    const socket = await opened
    expect(server.heads()).toEqual([
      'CONNECT [2001:db8::2]:8443 HTTP/1.1\r\nHost: [2001:db8::2]:8443\r\n' +
        `Proxy-Authorization: Basic ${Buffer.from('mé:p@ss').toString('base64')}`,
    ])
    socket.destroy()
  })

  test('a close right after the 200 is left for the next reader to see', async () => {
    const { opened } = await through([readHead, write(OK), fin])
    const socket = await opened
    socket.resume()
    if (!socket.closed) await once(socket, 'close')
  })

  test.each<[name: string, script: Script, failure: object]>([
    ['116 FIN', [readHead, fin], CLOSED],
    ['116 FIN within the head', [readHead, write('HTTP/1.1 200 OK\r\nA: b\r\n'), fin], CLOSED],
    ['116 RST', [readHead, rst], RESET],
    ['FIN before it was asked', [fin], CLOSED],
    ['119 garbage', [readHead, write('garbage\r\n\r\n')], NOT_HTTP],
    ['119 garbage without a line', [readHead, write('\x05\x00')], NOT_HTTP],
    ['119 a TLS alert', [readHead, write(Buffer.from('15030100020228', 'hex'))], NOT_HTTP],
    ['119 garbage byte by byte', [readHead, drip('SSH-2.0-x', 1)], NOT_HTTP],
    ['a banner before it was asked', [write('220 mail\r\n')], NOT_HTTP],
    ['a status that is none', [readHead, write('HTTP/1.1 20 OK\r\n\r\n')], NOT_HTTP],
    ['empty lines before', [readHead, write(`\r\n\r\n${OK}`)], NOT_HTTP],
    ['an empty line after an interim answer', [readHead, write(`HTTP/1.1 100 x\r\n\r\n\r\n${OK}`)], NOT_HTTP],
    [
      'a head without an end',
      [readHead, write('HTTP/1.1 200 OK\r\n'), forever(`A: ${'x'.repeat(1000)}\r\n`)],
      { kind: 'proxy.failed', code: null, detail: "the proxy's answer has no end", hint: null },
    ],
    [
      'a line without an end',
      [readHead, write('HTTP/1.1 200 '), forever('x'.repeat(1000))],
      { kind: 'proxy.failed', code: null, detail: "the proxy's answer has no end", hint: null },
    ],
    [
      '118 403',
      [readHead, write('HTTP/1.1 403 \x1b[31mFiltered\r\nContent-Length: 3\r\n\r\nno!')],
      {
        kind: 'proxy.failed',
        code: '403',
        detail: 'the proxy answered 403 Forbidden',
        hint: 'The proxy does not let this host or port through',
      },
    ],
    [
      '118 407',
      [readHead, write('HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n')],
      {
        kind: 'proxy.failed',
        code: '407',
        detail: 'the proxy answered 407 Proxy Authentication Required',
        hint: 'Put name:password@ into --proxy',
      },
    ],
    [
      '118 502',
      [readHead, write('HTTP/1.1 502 x\r\n\r\n')],
      { kind: 'proxy.failed', code: '502', detail: 'the proxy answered 502 Bad Gateway', hint: null },
    ],
    [
      'a redirect',
      [readHead, write('HTTP/1.1 302 x\r\nLocation: http://127.0.0.1/\r\n\r\n')],
      { kind: 'proxy.failed', code: '302', detail: 'the proxy answered 302 Found', hint: null },
    ],
    [
      'a 101',
      [readHead, write('HTTP/1.1 101 x\r\n\r\n')],
      { kind: 'proxy.failed', code: '101', detail: 'the proxy answered 101 Switching Protocols', hint: null },
    ],
    [
      'a status without a name',
      [readHead, write('HTTP/1.1 799 <script>\r\n\r\n')],
      { kind: 'proxy.failed', code: '799', detail: 'the proxy answered 799', hint: null },
    ],
  ])('fails on %s, once', async (_name, script, failure) => {
    const { server, socket, opened } = await through(script)
    expect(await failureOfTunnel(opened)).toEqual(failure)
    expect(socket.destroyed).toBe(true)
    expect(server.connections()).toBe(1)
    expect(server.heads().length).toBeLessThanOrEqual(1)
  })

  test('says that name and password are wrong when they were sent', async () => {
    const { opened } = await through([readHead, write('HTTP/1.1 407 x\r\n\r\n')], 'http://me:secret@')
    expect(await failureOfTunnel(opened)).toMatchObject({
      code: '407',
      hint: 'The proxy does not accept this name and password',
    })
  })

  test.each(['http://', 'socks5h://'])('117 no answer through %s: ends with the error of the caller', async (proxy) => {
    let cancel: (error: ExchangeError) => void = () => {}
    const { server, socket, opened } = await through([], proxy, {
      onCancel: (handler) => {
        cancel = handler
      },
    })
    const deadline = new ExchangeError({ kind: 'timeout', code: 'proxy' })
    await new Promise(setImmediate)
    cancel(deadline)
    await expect(opened).rejects.toBe(deadline)
    expect(socket.destroyed).toBe(true)
    expect(server.connections()).toBe(1)
    // A deadline that comes twice, or after the end, does nothing.
    cancel(deadline)
  })

  test.each(['http://', 'socks5h://'])(
    'an attempt that is already called off sends nothing through %s',
    async (proxy) => {
      const deadline = new ExchangeError({ kind: 'timeout', code: 'proxy' })
      const { server, socket, opened } = await through([readHead], proxy, { onCancel: (handler) => handler(deadline) })
      await expect(opened).rejects.toBe(deadline)
      expect(socket.destroyed).toBe(true)
      expect(server.heads()).toEqual([])
    },
  )

  test.each(['http://', 'socks5h://'])('a socket that is already gone fails through %s', async (proxy) => {
    const server = closeAfterTest(await startRawServer([]))
    const socket = await connected(server.port)
    socket.destroy()
    expect(await failureOfTunnel(openTunnel(socket, parseProxy(`${proxy}x:1`), TARGET))).toEqual(CLOSED)
  })

  test('goes over TLS to an https proxy', async () => {
    const { cert, key } = testCertificates().valid
    const server = closeAfterTest(
      await startRawServer([readHead, write(`${OK}early`), readHead, write('echo')], { tls: { cert, key } }),
    )
    const secured = connectTls({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false })
    await once(secured, 'secureConnect')
    const socket = await openTunnel(secured, parseProxy(`https://127.0.0.1:${server.port}`), TARGET)
    expect(socket).toBe(secured)
    expect(await readUntil(socket, 5)).toBe('early')
    socket.write('GET / HTTP/1.1\r\n\r\n')
    expect(await readUntil(socket, 4)).toBe('echo')
    expect(server.heads()).toHaveLength(2)
    socket.destroy()
  })
})

describe('proxyFailure', () => {
  const system = (code: string) => Object.assign(new Error('x'), { code })

  test.each([
    ['120 refused', system('ECONNREFUSED'), 'proxy.failed', 'ECONNREFUSED', 'the proxy refused the connection'],
    ['reset', system('EPIPE'), 'proxy.failed', 'EPIPE', 'the proxy reset the connection'],
    ['unreachable', system('EHOSTUNREACH'), 'proxy.failed', 'EHOSTUNREACH', 'the proxy could not be reached'],
    ['timed out', system('ETIMEDOUT'), 'proxy.failed', 'ETIMEDOUT', 'the proxy could not be reached'],
    [
      'no name',
      new LookupError('proxy.example', 'ENOTFOUND'),
      'proxy.failed',
      'ENOTFOUND',
      "the proxy's name could not be looked up",
    ],
    [
      'certificate',
      new ExchangeError({ kind: 'tls.cert.date_invalid', code: 'CERT_HAS_EXPIRED' }),
      'proxy.failed',
      'CERT_HAS_EXPIRED',
      'TLS with the proxy failed: certificate expired',
    ],
    ['anything else', system('EWHATEVER'), 'proxy.failed', 'EWHATEVER', 'the connection to the proxy failed'],
    ['this machine', system('EMFILE'), 'local.EMFILE', 'EMFILE', null],
  ])('calls %s by its name', (_name, error, kind, code, detail) => {
    expect(proxyFailure(error)).toMatchObject({ kind, code, detail })
  })
})

/** The words of a SOCKS5 server. */
const NO_AUTH = Uint8Array.of(5, 0)
const reply = (code: number) => Uint8Array.of(5, code, 0, 1, 0, 0, 0, 0, 0, 0)
const bytes = (...parts: readonly (string | Uint8Array)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)))

describe('openTunnel by SOCKS5', () => {
  const request = (host: readonly number[], port: number) => [5, 1, 0, 5, 1, 0, ...host, port >> 8, port & 255]
  const name = 'www.example.com'

  test.each<[name: string, target: Partial<TunnelOptions>, expected: number[]]>([
    ['the name', {}, request([3, name.length, ...Buffer.from(name)], 443)],
    ['an address in its place', { address: '192.0.2.7', port: 8080 }, request([1, 192, 0, 2, 7], 8080)],
    ['an IPv4 literal', { hostname: '192.0.2.7', port: 80 }, request([1, 192, 0, 2, 7], 80)],
    [
      'an IPv6 literal',
      { hostname: '[2001:db8::7]', port: 80 },
      request([4, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7], 80),
    ],
    [
      'an IPv6 address in its place',
      { address: '2001:db8::7', port: 80 },
      request([4, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7], 80),
    ],
  ])('asks for %s', async (_name, target, expected) => {
    const said: Buffer[] = []
    const server = closeAfterTest(await startTalker(said, [NO_AUTH, reply(0)]))
    const socket = await connected(server.port)
    await openTunnel(socket, parseProxy(`socks5h://127.0.0.1:${server.port}`), { ...TARGET, ...target })
    expect([...Buffer.concat(said)]).toEqual(expected)
    socket.destroy()
  })

  test.each<[name: string, answers: readonly Uint8Array[], early: string]>([
    ['nothing early', [NO_AUTH, reply(0)], ''],
    ['a name as the bound address', [NO_AUTH, Uint8Array.of(5, 0, 0, 3, 1, 97, 0, 80)], ''],
    ['an IPv6 bound address', [NO_AUTH, bytes(Uint8Array.of(5, 0, 0, 4), Buffer.alloc(18))], ''],
    ['a server that speaks first', [NO_AUTH, bytes(reply(0), 'SSH-2.0-x\r\n')], 'SSH-2.0-x\r\n'],
    ['much of it', [NO_AUTH, bytes(reply(0), 'x'.repeat(100_000))], 'x'.repeat(100_000)],
  ])('opens with %s', async (_name, answers, early) => {
    for (const cutUp of [false, true]) {
      const server = closeAfterTest(await startTalker([], answers, cutUp && early.length < 100))
      const socket = await connected(server.port)
      const listeners = countListeners(socket)
      expect(await openTunnel(socket, parseProxy(`socks5h://127.0.0.1:${server.port}`), TARGET)).toBe(socket)
      expect(countListeners(socket)).toEqual(listeners)
      // Long enough for a library to lose what nobody reads yet.
      await new Promise((resolve) => setTimeout(resolve, 20))
      if (early !== '') expect(await readUntil(socket, early.length)).toBe(early)
      expect(server.connections()).toBe(1)
      socket.destroy()
    }
  })

  test('a server that speaks first and leaves is heard to the end', async () => {
    const server = closeAfterTest(await startTalker([], [NO_AUTH, bytes(reply(0), 'bye')], false, true))
    const socket = await connected(server.port)
    await openTunnel(socket, parseProxy(`socks5h://127.0.0.1:${server.port}`), TARGET)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await readUntil(socket, 3)).toBe('bye')
  })

  const NOT_SOCKS = { kind: 'proxy.failed', code: null, detail: "the proxy's answer is not SOCKS5", hint: null }
  const answered = (code: string, words: string) => ({
    kind: 'proxy.failed',
    code,
    detail: `the proxy answered: ${words}`,
    hint: null,
  })
  test.each<[name: string, answers: readonly Uint8Array[], userinfo: string, failure: object]>([
    ['general failure', [NO_AUTH, reply(1)], '', answered('SOCKS_FAILURE', 'general failure')],
    ['not allowed', [NO_AUTH, reply(2)], '', answered('SOCKS_NOT_ALLOWED', 'not allowed by its rules')],
    ['network unreachable', [NO_AUTH, reply(3)], '', answered('SOCKS_NETWORK_UNREACHABLE', 'network unreachable')],
    ['host unreachable', [NO_AUTH, reply(4)], '', answered('SOCKS_HOST_UNREACHABLE', 'host unreachable')],
    ['refused', [NO_AUTH, reply(5)], '', { ...answered('SOCKS_REFUSED', 'connection refused'), kind: 'tcp.refused' }],
    ['TTL', [NO_AUTH, reply(6)], '', answered('SOCKS_TTL_EXPIRED', 'TTL expired')],
    ['command', [NO_AUTH, reply(7)], '', answered('SOCKS_COMMAND_NOT_SUPPORTED', 'command not supported')],
    ['address type', [NO_AUTH, reply(8)], '', answered('SOCKS_ADDRESS_NOT_SUPPORTED', 'address type not supported')],
    ['an unknown reply', [NO_AUTH, reply(99)], '', NOT_SOCKS],
    [
      'refused after a login',
      [Uint8Array.of(5, 2), Uint8Array.of(1, 0), reply(5)],
      'me:secret@',
      { ...answered('SOCKS_REFUSED', 'connection refused'), kind: 'tcp.refused' },
    ],
    [
      'a login that it wants',
      [Uint8Array.of(5, 0xff)],
      '',
      {
        kind: 'proxy.failed',
        code: 'SOCKS_AUTHENTICATION',
        detail: 'the proxy accepts none of our ways to log in',
        hint: 'Put name:password@ into --proxy',
      },
    ],
    [
      'a wrong login',
      [Uint8Array.of(5, 2), Uint8Array.of(1, 1)],
      'me:secret@',
      {
        kind: 'proxy.failed',
        code: 'SOCKS_AUTHENTICATION',
        detail: 'the proxy refused the name and password',
        hint: 'The proxy does not accept this name and password',
      },
    ],
    ['another version', [Uint8Array.of(4, 0)], '', NOT_SOCKS],
    ['another version in the reply', [NO_AUTH, Uint8Array.of(4, 0, 0, 1, 0, 0, 0, 0, 0, 0)], '', NOT_SOCKS],
    ['a method that was not offered', [Uint8Array.of(5, 1)], '', NOT_SOCKS],
    ['HTTP', [bytes('HTTP/1.1 400 Bad Request\r\n\r\n')], '', NOT_SOCKS],
    ['too much after the login', [Uint8Array.of(5, 2), Uint8Array.of(1, 0, 1, 2, 3, 4)], 'me:secret@', NOT_SOCKS],
  ])('fails on %s, once', async (_name, answers, userinfo, failure) => {
    const server = closeAfterTest(await startTalker([], answers))
    const socket = await connected(server.port)
    const proxy = parseProxy(`socks5h://${userinfo}127.0.0.1:${server.port}`)
    expect(await failureOfTunnel(openTunnel(socket, proxy, TARGET))).toEqual(failure)
    expect(socket.destroyed).toBe(true)
    expect(server.connections()).toBe(1)
  })

  test.each<[name: string, script: Script, failure: object]>([
    ['FIN', [fin], CLOSED],
    ['RST', [wait(20), rst], RESET],
    ['FIN after the first answer', [write(NO_AUTH), fin], CLOSED],
    ['a banner before it was asked', [write('220 mail\r\n')], NOT_SOCKS],
  ])('fails on %s', async (_name, script, failure) => {
    const { server, opened } = await through(script, 'socks5h://')
    expect(await failureOfTunnel(opened)).toEqual(failure)
    expect(server.connections()).toBe(1)
  })

  test('no error holds the password', async () => {
    const { opened } = await through([write(NO_AUTH), wait(5), write(reply(1))], 'socks5h://me:secret@')
    const error = await opened.catch((thrown: unknown) => thrown)
    const { inspect } = await import('node:util')
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('secret')
  })

  test('refuses a host name that SOCKS cannot hold', async () => {
    const { opened } = await through([], 'socks5h://', { hostname: `${'a.'.repeat(130)}com` })
    expect(await failureOfTunnel(opened)).toMatchObject({ detail: 'the host name is too long for SOCKS' })
  })

  test("the library's timer, when it fires after the end, breaks nothing", async () => {
    let cancel: (error: ExchangeError) => void = () => {}
    const { opened } = await through([], 'socks5h://', {
      // Less than nothing, so that the timer with its margin fires at once.
      timeoutMs: -980,
      onCancel: (handler) => {
        cancel = handler
      },
    })
    await new Promise(setImmediate)
    cancel(new ExchangeError({ kind: 'timeout', code: 'proxy' }))
    await expect(opened).rejects.toMatchObject({ kind: 'timeout' })
    await new Promise((resolve) => setTimeout(resolve, 60))
  })
})

/** A server that answers each piece it hears with the next answer; cut up, one byte a segment; at last FIN. */
async function startTalker(said: Buffer[], answers: readonly Uint8Array[], cutUp = false, leaves = false) {
  const { createServer } = await import('node:net')
  const server = createServer({ noDelay: true }, (socket) => {
    const left = [...answers]
    socket.on('error', () => {})
    socket.on('data', async (chunk) => {
      said.push(chunk)
      const answer = left.shift()
      if (answer === undefined) return
      for (const piece of cutUp ? [...answer].map((byte) => Uint8Array.of(byte)) : [answer]) {
        socket.write(piece)
        if (cutUp) await new Promise((resolve) => setTimeout(resolve, 2))
      }
      if (leaves && left.length === 0) socket.end()
    })
  })
  return listen(server)
}

describe('openTunnel by SOCKS4', () => {
  const GRANTED = Uint8Array.of(0, 90, 0, 0, 0, 0, 0, 0)
  const name = [...Buffer.from('www.example.com'), 0]

  test.each<[name: string, proxy: string, target: Partial<TunnelOptions>, expected: number[]]>([
    ['an address', 'socks4://', { address: '192.0.2.7' }, [4, 1, 1, 187, 192, 0, 2, 7, 0]],
    ['an address as me', 'socks4://me:x@', { address: '192.0.2.7' }, [4, 1, 1, 187, 192, 0, 2, 7, 109, 101, 0]],
    ['a literal', 'socks4a://', { hostname: '192.0.2.7', port: 80 }, [4, 1, 0, 80, 192, 0, 2, 7, 0]],
    ['a name', 'socks4a://', {}, [4, 1, 1, 187, 0, 0, 0, 1, 0, ...name]],
  ])('asks for %s and leaves what comes early', async (_name, proxy, target, expected) => {
    const said: Buffer[] = []
    const server = closeAfterTest(await startTalker(said, [bytes(GRANTED, 'SSH-2.0-x')]))
    const socket = await connected(server.port)
    const [scheme, userinfo = ''] = proxy.split('//')
    await openTunnel(socket, parseProxy(`${scheme}//${userinfo}127.0.0.1:${server.port}`), { ...TARGET, ...target })
    expect([...Buffer.concat(said)]).toEqual(expected)
    expect(await readUntil(socket, 9)).toBe('SSH-2.0-x')
    socket.destroy()
  })

  const hint = 'If it is a SOCKS5 proxy: socks5h://'
  const NOT_SOCKS4 = { kind: 'proxy.failed', code: null, detail: "the proxy's answer is not SOCKS4", hint }
  test.each<[name: string, answer: Uint8Array, failure: object]>([
    ['rejected', Uint8Array.of(0, 91, 0, 0, 0, 0, 0, 0), { code: 'SOCKS_FAILURE' }],
    ['a name that it wants', Uint8Array.of(0, 93, 0, 0, 0, 0, 0, 0), { code: 'SOCKS_AUTHENTICATION' }],
    ['SOCKS5', Uint8Array.of(5, 0), NOT_SOCKS4],
    ['HTTP', bytes('HTTP/1.1 400 Bad Request\r\n\r\n'), NOT_SOCKS4],
  ])('fails on %s, once', async (_name, answer, failure) => {
    const server = closeAfterTest(await startTalker([], [answer]))
    const socket = await connected(server.port)
    const proxy = parseProxy(`socks4a://127.0.0.1:${server.port}`)
    expect(await failureOfTunnel(openTunnel(socket, proxy, TARGET))).toMatchObject({ kind: 'proxy.failed', ...failure })
    expect(socket.destroyed).toBe(true)
  })

  test('fails where there is only IPv6, and says what else the proxy may be when it leaves', async () => {
    const six = await through([], 'socks4a://', { hostname: '[2001:db8::7]' })
    expect(await failureOfTunnel(six.opened)).toMatchObject({ detail: 'SOCKS4 reaches no IPv6 address' })
    const left = await through([fin], 'socks4://', { address: '192.0.2.7' })
    expect(await failureOfTunnel(left.opened)).toEqual({ ...CLOSED, hint })
  })
})

describe('openTunnel through real proxies', () => {
  const auth = { username: 'me', password: 'secret' }

  async function startTarget() {
    const server = createServer((_request, response) => response.end('hello from the target'))
    return closeAfterTest(await listen(server))
  }

  async function ask(socket: Socket): Promise<string> {
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    return readUntil(socket, Number.POSITIVE_INFINITY)
  }

  const open = async (url: string, target: Partial<TunnelOptions>) => {
    const proxy = parseProxy(url)
    return openTunnel(await connected(proxy.port), proxy, { ...TARGET, ...target })
  }

  test('tinyproxy', async () => {
    const target = await startTarget()
    const proxy = closeAfterTest(await startTinyproxy({ allowConnectPorts: [target.port] }))
    const socket = await open(proxy.url, { hostname: '127.0.0.1', port: target.port })
    expect(await ask(socket)).toContain('hello from the target')
    expect(proxy.log()).toContain(`CONNECT 127.0.0.1:${target.port}`)
    expect(await failureOfTunnel(open(proxy.url, { hostname: '127.0.0.1', port: 1 }))).toMatchObject({ code: '403' })
  })

  test('tinyproxy that asks for a password', async () => {
    const target = await startTarget()
    const proxy = closeAfterTest(await startTinyproxy({ auth }))
    const where = { hostname: 'localhost', port: target.port }
    expect(await ask(await open(proxy.url, where))).toContain('hello from the target')
    for (const userinfo of ['', 'me:wrong@']) {
      const failure = await failureOfTunnel(open(`http://${userinfo}127.0.0.1:${proxy.port}`, where))
      expect(failure).toMatchObject({ kind: 'proxy.failed', code: expect.stringMatching(/^40[17]$/) })
    }
    // Where nobody listens.
    const failure = await failureOfTunnel(open(proxy.url, { hostname: '127.0.0.1', port: 1 }))
    expect(failure).toMatchObject({ kind: 'proxy.failed', code: expect.stringMatching(/^50\d$/) })
  })

  test('microsocks', async () => {
    const target = await startTarget()
    const proxy = closeAfterTest(await startMicrosocks())
    for (const where of [{ hostname: '127.0.0.1' }, { hostname: 'localhost' }, { address: '127.0.0.1' }]) {
      const socket = await open(proxy.url, { ...where, port: target.port })
      expect(await ask(socket)).toContain('hello from the target')
    }
    const failure = await failureOfTunnel(open(proxy.url, { hostname: '127.0.0.1', port: 1 }))
    expect(failure).toMatchObject({ kind: 'tcp.refused', code: 'SOCKS_REFUSED' })
  })

  test('microsocks that asks for a password', async () => {
    const target = await startTarget()
    const proxy = closeAfterTest(await startMicrosocks({ auth }))
    const where = { hostname: '127.0.0.1', port: target.port }
    expect(await ask(await open(proxy.url, where))).toContain('hello from the target')
    for (const userinfo of ['', 'me:wrong@']) {
      const failure = await failureOfTunnel(open(`socks5h://${userinfo}127.0.0.1:${proxy.port}`, where))
      expect(failure).toMatchObject({ kind: 'proxy.failed', code: 'SOCKS_AUTHENTICATION' })
    }
  })
})
