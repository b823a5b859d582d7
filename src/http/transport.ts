// Open connections and which of them wait for more work. undici's own pools are not used: a Client on one ready socket
// lets us choose the connection, know whether it is a reused one, and close it the moment nobody needs it; a Pool also
// costs 26 KB an origin where a Client costs 6.5 KB (measured).

import type { Socket } from 'node:net'
import type { TlsFacts } from '../types.js'
import type { Connected, Connecting, Connector, Origin } from './connector.js'
import { ExchangeError } from './failure.js'
import { UndiciClient } from './undici-client.js'

/** One socket with an HTTP/1.1 parser on it. Carries one request at a time. */
export interface Connection {
  readonly origin: Origin
  readonly client: UndiciClient
  readonly socket: Socket
  readonly remoteAddress: string
  readonly tls: TlsFacts | null
  /** Answers it has given; above 0 it is a reused connection, which the server may have closed by now. */
  uses: number
}

export interface Transport {
  /** An idle connection to the origin, the most recently used one; null when there is none. */
  take(origin: Origin): Connection | null
  /** Starts a new connection; wrap what it resolves to with `adopt`. */
  connect(origin: Origin, timeoutMs: number): Connecting
  adopt(origin: Origin, connected: Connected): Connection
  /** Takes a connection back after its answer: kept where it is wanted and the peer agrees, else closed. */
  give(connection: Connection, wanted: boolean): void
  /** Closes every idle connection. */
  close(): void
}

/** Servers close idle connections after 5 s (nginx 75 s, Node 5 s, Apache 5 s); we are gone before. */
const IDLE_MS = 4000
/** curl takes 300 KiB of headers; real sites send more than Node's 16 KiB. */
const MAX_HEADER_BYTES = 262_144

/** Keeps at most `maxIdle` idle connections; beyond it the one that is idle longest goes. */
export function createTransport(connector: Connector, maxIdle: number): Transport {
  const idle = new Map<string, Connection[]>()
  /** In the order in which they became idle. */
  const byAge = new Set<Connection>()

  const forget = (connection: Connection) => {
    if (!byAge.delete(connection)) return
    const key = originKey(connection.origin)
    const line = idle.get(key)!
    line.splice(line.indexOf(connection), 1)
    if (line.length === 0) idle.delete(key)
  }

  return {
    take(origin) {
      if (byAge.size === 0) return null
      const key = originKey(origin)
      const line = idle.get(key)
      if (line === undefined) return null
      for (let connection = line.pop(); connection !== undefined; connection = line.pop()) {
        byAge.delete(connection)
        if (connection.socket.destroyed || connection.socket.readableEnded) continue
        if (line.length === 0) idle.delete(key)
        return connection
      }
      idle.delete(key)
      return null
    },
    connect: connector.connect,
    adopt(origin, { socket, remoteAddress, tls }) {
      const connection: Connection = { origin, client: clientOn(socket, origin), socket, remoteAddress, tls, uses: 0 }
      socket.once('close', () => forget(connection))
      return connection
    },
    give(connection, wanted) {
      const { socket, origin } = connection
      if (socket.destroyed) return
      if (!wanted || socket.readableEnded) {
        socket.destroy()
        return
      }
      const key = originKey(origin)
      const line = idle.get(key)
      if (line === undefined) idle.set(key, [connection])
      else line.push(connection)
      byAge.add(connection)
      if (byAge.size > maxIdle) {
        const [oldest] = byAge
        forget(oldest!)
        oldest!.socket.destroy()
      }
    },
    close() {
      for (const connection of byAge) connection.socket.destroy()
      byAge.clear()
      idle.clear()
    },
  }
}

function originKey(origin: Origin): string {
  return origin.insecure ? `${origin.href} insecure` : origin.href
}

/** undici may ask for a second socket after an abort; it gets none, so it can never reconnect by itself. */
function clientOn(socket: Socket, origin: Origin): UndiciClient {
  let given = false
  return new UndiciClient(origin.href, {
    connect(_options, callback) {
      if (given) return callback(new ExchangeError({ kind: 'tcp.closed' }), null)
      given = true
      // Not at once: undici is inside its own `resume` here and would not look at its queue again.
      queueMicrotask(() => callback(null, socket))
    },
    pipelining: 1,
    // undici's own timers tick every 499 ms and stretch on a busy loop; the deadline is ours.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  })
}
