// SOCKS5 (RFC 1928) and SOCKS4 with its names (SOCKS4a), as the package `socks` speaks them, on a socket that is not its own.

import { Duplex } from 'node:stream'
import type { SocksClient } from 'socks'
import { ExchangeError } from '../wire/exchange-error.js'
import { failureOf } from '../wire/failure-of.js'
import { ignoreError } from './ignore-error.js'
import { hostOf, type Negotiate } from './negotiation.js'
import { HINT_CREDENTIALS, HINT_WRONG_CREDENTIALS, proxyFailed } from './proxy-failure.js'
import type { ProxyServer } from './proxy-server.js'

/** Sends the greeting. */
export const negotiateSocks: Negotiate = (socket, proxy, tunnel) => {
  const host = hostOf(tunnel).replace(/^\[|\]$/g, '')
  const line = createLine().on('said', (words: Buffer) => socket.write(words))
  const version = proxy.protocol.startsWith('socks4') ? 4 : 5
  const failure = () => (version === 4 ? socks4Failure(heard) : socks5Failure(heard, proxy))
  let client: SocksClient | null = null
  let heard: Buffer = Buffer.alloc(0)
  let isOpen = false

  const start = (socks: typeof import('socks')) => {
    if (tunnel.isOver()) return
    if (host.length > SOCKS_HOST_MAX_BYTES) return tunnel.fail(proxyFailed('the host name is too long for SOCKS'))
    if (version === 4 && host.includes(':')) return tunnel.fail(proxyFailed('SOCKS4 reaches no IPv6 address'))
    client = new socks.SocksClient({
      command: 'connect',
      proxy: { host: proxy.hostname, port: proxy.port, type: version, ...socksCredentials(proxy) },
      destination: { host, port: tunnel.port },
      timeout: Math.min(tunnel.timeoutMs + SOCKS_TIMEOUT_MARGIN_MS, TIMER_MAX_MS),
    })
    client.once('established', () => {
      isOpen = true
    })
    // Its errors hold the password and a message without a code; the bytes of the answer say more.
    client.on('error', () => tunnel.fail(failure()))
    client.connect(line)
  }
  // Without the cause: an error of the package would bring the password along.
  import('socks').then(start).catch((error) => tunnel.fail(new ExchangeError(failureOf(error, 'proxy'))))

  return {
    // Byte by byte, so that what follows the answer is not swallowed; a whole handshake is under 300 bytes.
    receive(chunk) {
      for (let at = 0; at < chunk.length && !tunnel.isOver(); at++) {
        heard = Buffer.concat([heard, chunk.subarray(at, at + 1)])
        // Speaks before it was spoken to, or another language.
        if (client === null || heard[0] !== FIRST_BYTES[version]) return tunnel.fail(failure())
        line.emit('data', chunk.subarray(at, at + 1))
        if (isOpen) return tunnel.open(chunk.subarray(at + 1))
      }
    },
    // The package's timer cannot be stopped and holds on to the client until it fires: leave it nothing of ours, and
    // somebody to hear the error that it then may raise.
    end() {
      line.removeAllListeners()
      client?.removeAllListeners().on('error', ignoreError)
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
/** Of the proxy's answer. SOCKS4 answers with a version of its own. */
const FIRST_BYTES = { 4: 0, 5: SOCKS_VERSION } as const
/** RFC 1928 §5: one byte holds the length. */
const SOCKS_HOST_MAX_BYTES = 255
/** The caller's clock is rounded up to ticks of 100 ms; ours must not fire first. */
const SOCKS_TIMEOUT_MARGIN_MS = 1000
/** A timer above this fires at once. */
const TIMER_MAX_MS = 2 ** 31 - 1

function socksCredentials({ credentials }: ProxyServer) {
  return credentials === null ? {} : { userId: credentials.username, password: credentials.password }
}

/** Why a SOCKS5 negotiation failed, by what the proxy has said in it (RFC 1928 §3, §6; RFC 1929 §2). */
function socks5Failure(heard: Buffer, { credentials }: ProxyServer): ExchangeError {
  const method = heard[1]
  if (heard[0] !== SOCKS_VERSION) return proxyFailed("the proxy's answer is not SOCKS5")
  if (method === 0xff) {
    const hint = credentials === null ? HINT_CREDENTIALS : null
    return proxyFailed('the proxy accepts none of our ways to log in', { code: 'SOCKS_AUTHENTICATION', hint })
  }
  const asksPassword = method === 2
  if (asksPassword && heard.length > 3 && heard[3] !== 0) {
    return proxyFailed('the proxy refused the name and password', {
      code: 'SOCKS_AUTHENTICATION',
      hint: HINT_WRONG_CREDENTIALS,
    })
  }
  const reply = heard.subarray(asksPassword ? 4 : 2)
  const [code, words] = (reply[0] === SOCKS_VERSION ? SOCKS_REPLIES[reply[1] ?? 0] : null) ?? []
  if (code === undefined) return proxyFailed("the proxy's answer is not SOCKS5")
  const detail = `the proxy answered: ${words}`
  // The one reply that can only be the target's: somebody there said no. The others may as well be the proxy's own network.
  if (code === SOCKS_REFUSED) return new ExchangeError({ kind: 'tcp.refused', code, detail })
  return proxyFailed(detail, { code })
}

/** One reply for all that went wrong, two for identd, which nobody has any more. */
function socks4Failure(heard: Buffer): ExchangeError {
  if (heard[0] !== FIRST_BYTES[4] || heard.length < 2) {
    return proxyFailed("the proxy's answer is not SOCKS4", { hint: HINT_SOCKS4 })
  }
  if (heard[1] === 92 || heard[1] === 93) {
    return proxyFailed('the proxy refused the name', { code: 'SOCKS_AUTHENTICATION', hint: HINT_CREDENTIALS })
  }
  return proxyFailed('the proxy answered: rejected or failed', { code: 'SOCKS_FAILURE' })
}

/** What many mean by `socks://`. */
export const HINT_SOCKS4 = 'If it is a SOCKS5 proxy: socks5h://'
const SOCKS_REFUSED = 'SOCKS_REFUSED'

/** REP of RFC 1928 §6. */
const SOCKS_REPLIES: Readonly<Record<number, readonly [code: string, words: string]>> = {
  1: ['SOCKS_FAILURE', 'general failure'],
  2: ['SOCKS_NOT_ALLOWED', 'not allowed by its rules'],
  3: ['SOCKS_NETWORK_UNREACHABLE', 'network unreachable'],
  4: ['SOCKS_HOST_UNREACHABLE', 'host unreachable'],
  5: [SOCKS_REFUSED, 'connection refused'],
  6: ['SOCKS_TTL_EXPIRED', 'TTL expired'],
  7: ['SOCKS_COMMAND_NOT_SUPPORTED', 'command not supported'],
  8: ['SOCKS_ADDRESS_NOT_SUPPORTED', 'address type not supported'],
}
