// Through a proxy to the target, over a socket that is already connected to the proxy: CONNECT (RFC 9110 §9.3.6) or
// SOCKS. One attempt; no clock of its own. No byte that the proxy sends gets into a message.

import type { Socket } from 'node:net'
import type { ExchangeError } from '../wire/exchange-error.js'
import { readHead } from '../wire/read-head.js'
import { HINT_SOCKS4, negotiateSocks } from './negotiate-socks.js'
import { hostOf, type Negotiate, type Negotiation, type TunnelOptions } from './negotiation.js'
import { proxyFailed, proxyFailure, proxyRefusal } from './proxy-failure.js'
import { type ProxyServer, proxyAuthorization } from './proxy-server.js'

/**
 * Resolves to the same socket once the target is at its other end; what came early is unshifted into it, and no
 * listener stays. Rejects with `proxy.failed` (`code`: the status, `SOCKS_…`, `closed` or the socket's own), with
 * `tcp.refused` where SOCKS5 says so of the target, with `local.…` where it is this machine, or with the error given to the handler of `onCancel`; the socket is destroyed then.
 */
export function openTunnel(socket: Socket, proxy: ProxyServer, options: TunnelOptions): Promise<Socket> {
  const negotiate = proxy.protocol.startsWith('socks') ? negotiateSocks : negotiateConnect
  return new Promise((resolve, reject) => {
    let negotiation: Negotiation | null = null
    let settled = false
    const settle = () => {
      settled = true
      socket.off('readable', take).off('end', close).off('close', close).off('error', lose)
      negotiation?.end()
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
        negotiation?.receive(chunk)
      }
    }
    const hint = proxy.protocol.startsWith('socks4') ? HINT_SOCKS4 : null
    const close = () => fail(proxyFailed('the proxy closed the connection', { code: 'closed', hint }))
    const lose = (error: Error) => fail(proxyFailure(error))

    options.onCancel(fail)
    if (settled) return
    if (socket.destroyed || socket.readableEnded) return close()
    socket.on('readable', take).on('end', close).on('close', close).on('error', lose)
    negotiation = negotiate(socket, proxy, { ...options, isOver: () => settled, fail, open })
  })
}

const ignore = () => {}

/** As much as the heads of answers elsewhere; a proxy needs a few hundred bytes. */
const HEAD_MAX_BYTES = 64 * 1024
/** Enough to see that something is no HTTP before its first line ends. */
const START_BYTES = 16
const LF = 10

const negotiateConnect: Negotiate = (socket, proxy, tunnel) => {
  const authority = `${hostOf(tunnel)}:${tunnel.port}`
  const authorization = proxyAuthorization(proxy)
  let bytes: Buffer = Buffer.alloc(0)
  let received = 0
  const read = () => {
    for (;;) {
      const end = headEnd(bytes)
      const head = readHead(end < 0 ? bytes : bytes.subarray(0, end))
      if (head.type === 'refused') return tunnel.fail(proxyFailed("the proxy's answer is not HTTP"))
      if (head.type === 'whole' && end >= 0) {
        if (head.status >= 200 && head.status < 300) return tunnel.open(bytes.subarray(end))
        return tunnel.fail(proxyRefusal(head.status, proxy))
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
    receive(chunk) {
      bytes = Buffer.concat([bytes, chunk])
      received += chunk.length
      if (bytes.length - chunk.length <= START_BYTES || chunk.includes(LF)) read()
      if (received > HEAD_MAX_BYTES) tunnel.fail(proxyFailed("the proxy's answer has no end"))
    },
    end: ignore,
  }
}

/** Where the first head ends: after its empty line, which to `readHead` is one that begins with CR. -1 when there is none yet. */
function headEnd(bytes: Buffer): number {
  const match = /\n(?:\r[^\n]*)?\n/.exec(bytes.toString('latin1'))
  return match === null ? -1 : match.index + match[0].length
}
