// Through a proxy to the target, over a socket that is already connected to the proxy: CONNECT (RFC 9110 §9.3.6) or
// SOCKS5 (RFC 1928). One attempt; no clock of its own. No byte that the proxy sends gets into a message.

import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { SocksClient } from 'socks'
import { ExchangeError, failureOf } from './failure.js'
import { type ProxyServer, proxyAuthorization } from './proxy-for.js'
import { readHead } from './read-head.js'

export interface TunnelOptions {
  /** The target as in a URL: lower case, IPv6 in brackets. */
  readonly hostname: string
  readonly port: number
  /** Asked for in place of the name: what `socks5:` has looked up here. Null leaves the lookup to the proxy. */
  readonly address: string | null
  /**
   * The budget of a whole attempt, ms. The caller watches it; the timer of `socks` must not fire before. That timer cannot
   * be stopped and keeps 6 KB a tunnel until it fires (measured), so a budget of minutes is memory.
   */
  readonly timeoutMs: number
  /** Registers what to do when the attempt is called off; replaces what was registered before. */
  onCancel(handler: (error: ExchangeError) => void): void
}

/**
 * Resolves to the same socket once the target is at its other end; what came early is unshifted into it, and no
 * listener stays. Rejects with `proxy.failed` (`code`: the status, `SOCKS_…`, `closed` or the socket's own), with
 * `local.…` where it is this machine, or with the error given to the handler of `onCancel`; the socket is destroyed then.
 */
export function openTunnel(socket: Socket, proxy: ProxyServer, options: TunnelOptions): Promise<Socket> {
  const begin = proxy.protocol.startsWith('socks') ? beginSocks : beginConnect
  return new Promise((resolve, reject) => {
    let conversation: Conversation | null = null
    let settled = false
    const settle = () => {
      settled = true
      socket.off('readable', take).off('end', close).off('close', close).off('error', lose)
      conversation?.leave()
    }
    const fail = (error: ExchangeError) => {
      if (settled) return
      settle()
      socket.destroy()
      reject(error)
    }
    const open = (surplus: Buffer) => {
      if (settled) return
      settle()
      if (surplus.length > 0) socket.unshift(surplus)
      resolve(socket)
    }
    // Read by hand: the socket never flows, so what follows the proxy's answer waits in it for the next reader.
    const take = () => {
      while (!settled) {
        const chunk: Buffer | null = socket.read()
        if (chunk === null) return
        conversation?.hear(chunk)
      }
    }
    const close = () => fail(failed('closed', 'the proxy closed the connection'))
    const lose = (error: Error) => fail(proxyFailure(error))

    options.onCancel(fail)
    if (settled) return
    if (socket.destroyed || socket.readableEnded) return close()
    socket.on('readable', take).on('end', close).on('close', close).on('error', lose)
    conversation = begin(socket, proxy, { ...options, isOver: () => settled, fail, open })
  })
}

/** Why the way to the proxy itself failed, from an error of its lookup, connect or TLS: `proxy.failed`, or `local.…`. */
export function proxyFailure(error: unknown): ExchangeError {
  const { kind, code, hint } = failureOf(error, 'proxy', false)
  if (kind.startsWith('local.')) return new ExchangeError({ kind, code, hint }, error)
  const detail = DETAILS.find(([prefix]) => kind.startsWith(prefix))?.[1] ?? 'the connection to the proxy failed'
  return new ExchangeError({ kind: 'proxy.failed', code, detail, hint }, error)
}

const DETAILS: readonly (readonly [kind: string, detail: string])[] = [
  ['dns.', "the proxy's name could not be looked up"],
  ['tcp.refused', 'the proxy refused the connection'],
  ['tcp.reset', 'the proxy reset the connection'],
  ['tcp.closed', 'the proxy closed the connection'],
  ['tcp.', 'the proxy could not be reached'],
  ['tls.', 'TLS with the proxy failed'],
]

/** Sends the first words. */
type Begin = (socket: Socket, proxy: ProxyServer, way: Way) => Conversation

interface Conversation {
  /** Called with each piece of the answer. */
  hear(chunk: Buffer): void
  /** Called when the conversation is over, whatever way. */
  leave(): void
}

interface Way extends TunnelOptions {
  readonly isOver: () => boolean
  fail(error: ExchangeError): void
  /** The tunnel stands; `surplus` came after the proxy's answer. */
  open(surplus: Buffer): void
}

const ignore = () => {}

/** As much as the heads of answers elsewhere; a proxy needs a few hundred bytes. */
const HEAD_MAX_BYTES = 64 * 1024
/** Enough to see that something is no HTTP before its first line ends. */
const START_BYTES = 16
const LF = 10

const beginConnect: Begin = (socket, proxy, way) => {
  const authority = `${hostOf(way)}:${way.port}`
  const authorization = proxyAuthorization(proxy)
  let bytes: Buffer = Buffer.alloc(0)
  let received = 0
  const read = () => {
    for (;;) {
      const end = headEnd(bytes)
      const head = readHead(end < 0 ? bytes : bytes.subarray(0, end))
      if (head.type === 'refused') return way.fail(failed(null, "the proxy's answer is not HTTP"))
      if (head.type === 'whole' && end >= 0) {
        if (head.status >= 200 && head.status < 300) return way.open(bytes.subarray(end))
        return way.fail(refusal(head.status, proxy))
      }
      if (end < 0) return
      // Whole and yet partial: an interim answer (1xx). The final one is read on its own.
      bytes = bytes.subarray(end)
    }
  }

  socket.write(
    `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n` +
      `${authorization === null ? '' : `Proxy-Authorization: ${authorization}\r\n`}\r\n`,
  )
  return {
    hear(chunk) {
      bytes = Buffer.concat([bytes, chunk])
      received += chunk.length
      if (bytes.length - chunk.length <= START_BYTES || chunk.includes(LF)) read()
      if (received > HEAD_MAX_BYTES) way.fail(failed(null, "the proxy's answer has no end"))
    },
    leave: ignore,
  }
}

/** Where the first head ends: after its empty line, which to `readHead` is one that begins with CR. -1 when there is none yet. */
function headEnd(bytes: Buffer): number {
  const match = /\n(?:\r[^\n]*)?\n/.exec(bytes.toString('latin1'))
  return match === null ? -1 : match.index + match[0].length
}

function refusal(status: number, { credentials }: ProxyServer): ExchangeError {
  const phrase = STATUS_CODES[status]
  const detail = `the proxy answered ${status}${phrase === undefined ? '' : ` ${phrase}`}`
  // tinyproxy says 401 of a wrong password.
  if (status === 407 || status === 401) {
    return failed(String(status), detail, credentials === null ? HINT_CREDENTIALS : HINT_WRONG_CREDENTIALS)
  }
  return failed(String(status), detail, status === 403 ? 'The proxy does not let this host or port through' : null)
}

const HINT_CREDENTIALS = 'Put name:password@ into --proxy'
const HINT_WRONG_CREDENTIALS = 'The proxy does not accept this name and password'

const beginSocks: Begin = (socket, proxy, way) => {
  const host = hostOf(way).replace(/^\[|\]$/g, '')
  const line = createLine().on('said', (words: Buffer) => socket.write(words))
  let client: SocksClient | null = null
  let heard: Buffer = Buffer.alloc(0)
  let isOpen = false

  const start = (socks: typeof import('socks')) => {
    if (way.isOver()) return
    if (host.length > SOCKS_HOST_MAX_BYTES) return way.fail(failed(null, 'the host name is too long for SOCKS5'))
    client = new socks.SocksClient({
      command: 'connect',
      proxy: { host: proxy.hostname, port: proxy.port, type: 5, ...socksCredentials(proxy) },
      destination: { host, port: way.port },
      timeout: Math.min(way.timeoutMs + SOCKS_TIMEOUT_MARGIN_MS, TIMER_MAX_MS),
    })
    client.once('established', () => {
      isOpen = true
    })
    // Its errors hold the password and a message without a code; the bytes of the answer say more.
    client.on('error', () => way.fail(socksFailure(heard, proxy)))
    client.connect(line)
  }
  // Without the cause: an error of the package would bring the password along.
  import('socks').then(start).catch((error) => way.fail(new ExchangeError(failureOf(error, 'proxy', false))))

  return {
    // Byte by byte, so that what follows the answer is not swallowed; a whole handshake is under 300 bytes.
    hear(chunk) {
      for (let at = 0; at < chunk.length && !way.isOver(); at++) {
        heard = Buffer.concat([heard, chunk.subarray(at, at + 1)])
        // Speaks before it was spoken to, or another language.
        if (client === null || heard[0] !== SOCKS_VERSION) return way.fail(socksFailure(heard, proxy))
        line.emit('data', chunk.subarray(at, at + 1))
        if (isOpen) return way.open(chunk.subarray(at + 1))
      }
    },
    // The package's timer cannot be stopped and holds on to the client until it fires: leave it nothing of ours, and
    // somebody to hear the error that it then may raise.
    leave() {
      line.removeAllListeners()
      client?.removeAllListeners().on('error', ignore)
    },
  }
}

/**
 * What `socks` gets in place of the socket; hear it with `data`, what it says comes as `said`. Given the socket, it makes
 * it flow, and what a server that speaks first sends behind the proxy's answer is lost.
 */
function createLine(): Duplex {
  return new Duplex({
    read() {},
    write(words, _encoding, done) {
      this.emit('said', words)
      done()
    },
  })
}

const SOCKS_VERSION = 5
/** RFC 1928 §5: one byte holds the length. */
const SOCKS_HOST_MAX_BYTES = 255
/** The caller's clock is rounded up to ticks of 100 ms; ours must not fire first. */
const SOCKS_TIMEOUT_MARGIN_MS = 1000
/** A timer above this fires at once. */
const TIMER_MAX_MS = 2 ** 31 - 1

function socksCredentials({ credentials }: ProxyServer) {
  return credentials === null ? {} : { userId: credentials.username, password: credentials.password }
}

/** Why a SOCKS5 conversation failed, by what the proxy has said in it (RFC 1928 §3, §6; RFC 1929 §2). */
function socksFailure(heard: Buffer, { credentials }: ProxyServer): ExchangeError {
  const method = heard[1]
  if (heard[0] !== SOCKS_VERSION) return failed(null, "the proxy's answer is not SOCKS5")
  if (method === 0xff) {
    const hint = credentials === null ? HINT_CREDENTIALS : null
    return failed('SOCKS_AUTHENTICATION', 'the proxy accepts none of our ways to log in', hint)
  }
  const asksPassword = method === 2
  if (asksPassword && heard.length > 3 && heard[3] !== 0) {
    return failed('SOCKS_AUTHENTICATION', 'the proxy refused the name and password', HINT_WRONG_CREDENTIALS)
  }
  const reply = heard.subarray(asksPassword ? 4 : 2)
  const [code, words] = (reply[0] === SOCKS_VERSION ? SOCKS_REPLIES[reply[1] ?? 0] : null) ?? []
  if (code === undefined) return failed(null, "the proxy's answer is not SOCKS5")
  return failed(code, `the proxy answered: ${words}`)
}

/** REP of RFC 1928 §6. */
const SOCKS_REPLIES: Readonly<Record<number, readonly [code: string, words: string]>> = {
  1: ['SOCKS_FAILURE', 'general failure'],
  2: ['SOCKS_NOT_ALLOWED', 'not allowed by its rules'],
  3: ['SOCKS_NETWORK_UNREACHABLE', 'network unreachable'],
  4: ['SOCKS_HOST_UNREACHABLE', 'host unreachable'],
  5: ['SOCKS_REFUSED', 'connection refused'],
  6: ['SOCKS_TTL_EXPIRED', 'TTL expired'],
  7: ['SOCKS_COMMAND_NOT_SUPPORTED', 'command not supported'],
  8: ['SOCKS_ADDRESS_NOT_SUPPORTED', 'address type not supported'],
}

/** IPv6 in brackets. */
function hostOf({ hostname, address }: TunnelOptions): string {
  if (address === null) return hostname
  return address.includes(':') ? `[${address}]` : address
}

function failed(code: string | null, detail: string, hint: string | null = null): ExchangeError {
  return new ExchangeError({ kind: 'proxy.failed', code, detail, hint })
}
