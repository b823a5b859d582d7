// Open connections and which of them wait for more work. undici's own pools are not used: a client on one ready socket
// lets us choose the connection, know whether it is a reused one, and close it the moment nobody needs it; a Pool also
// costs 26 KB an origin (measured).

import type { Socket } from 'node:net'
import type { TlsFacts } from '../../words/reply.js'
import type { Connected, Connecting } from '../connect/connect-to.js'
import type { Connector } from '../connect/connector.js'
import type { Origin } from '../wire/origin.js'
import { HttpClient } from './http-client.js'

/** One socket with an HTTP/1.1 parser on it. Carries one request at a time. */
export interface Connection {
  readonly origin: Origin
  readonly client: HttpClient
  readonly socket: Socket
  readonly remoteAddress: string
  readonly tls: TlsFacts | null
  /** The same with the dates of the whole chain. */
  readonly withChain: (() => TlsFacts) | undefined
  /** Answers it has given; above 0 it is a reused connection, which the server may have closed by now. */
  uses: number
  /** Its neighbours among the idle ones, which the transport keeps in the order in which they became idle. */
  isIdle: boolean
  older: Connection | null
  newer: Connection | null
}

export interface Transport {
  /** An idle connection to the origin, the most recently used one; null when there is none. */
  take(origin: Origin): Connection | null
  /** Starts a new connection; wrap what it resolves to with `adopt`. */
  connect(origin: Origin, timeoutMs: number): Connecting
  adopt(origin: Origin, connected: Connected): Connection
  /** The connection broke before an answer; see Connector. */
  distrust(connection: Connection): void
  /** Takes a connection back after its answer: kept where it is wanted and the peer agrees, else closed. */
  give(connection: Connection, wanted: boolean): void
  /** Closes every idle connection. */
  close(): void
}

/** Keeps at most `maxIdle` idle connections; beyond it the one that is idle longest goes. */
export function createTransport(connector: Connector, maxIdle: number): Transport {
  /** An empty line stays for connections that are busy; it goes with the last one that closes. */
  const idle = new Map<string, Connection[]>()
  const byAge = new AgeList()

  const forget = (connection: Connection) => {
    const key = originKey(connection.origin)
    const line = idle.get(key)
    if (line === undefined) return
    if (byAge.remove(connection)) line.splice(line.indexOf(connection), 1)
    if (line.length === 0) idle.delete(key)
  }

  return {
    take(origin) {
      if (byAge.size === 0) return null
      const line = idle.get(originKey(origin))
      if (line === undefined) return null
      for (let connection = line.pop(); connection !== undefined; connection = line.pop()) {
        byAge.remove(connection)
        if (!connection.socket.destroyed && !connection.socket.readableEnded) return connection
      }
      return null
    },
    connect: connector.connect,
    distrust: ({ origin, remoteAddress }) => connector.distrust(origin, remoteAddress),
    adopt(origin, { socket, remoteAddress, tls, withChain }) {
      const client = new HttpClient(socket, origin)
      const place = { isIdle: false, older: null, newer: null }
      const connection: Connection = { origin, client, socket, remoteAddress, tls, withChain, uses: 0, ...place }
      socket.once('close', () => forget(connection))
      return connection
    },
    give(connection, wanted) {
      const { socket, origin } = connection
      if (socket.destroyed) return
      if (!wanted || socket.readableEnded) {
        connection.client.close()
        return
      }
      const key = originKey(origin)
      const line = idle.get(key)
      if (line === undefined) idle.set(key, [connection])
      else line.push(connection)
      byAge.add(connection)
      if (byAge.size > maxIdle) {
        const oldest = byAge.oldest!
        forget(oldest)
        oldest.client.close()
      }
    },
    close() {
      for (let connection = byAge.oldest; connection !== null; connection = byAge.oldest) {
        byAge.remove(connection)
        connection.client.close()
      }
      idle.clear()
    },
  }
}

/**
 * Idle connections by age, linked through themselves. Not a Set: one whose members come and go is copied over and over,
 * and the old copies keep what was in them alive until the next full collection (1.6 KB a request, measured).
 */
class AgeList {
  oldest: Connection | null = null
  #newest: Connection | null = null
  size = 0

  add(connection: Connection): void {
    connection.isIdle = true
    connection.older = this.#newest
    if (this.#newest === null) this.oldest = connection
    else this.#newest.newer = connection
    this.#newest = connection
    this.size++
  }

  /** False where it was not in. */
  remove(connection: Connection): boolean {
    if (!connection.isIdle) return false
    const { older, newer } = connection
    if (older === null) this.oldest = newer
    else older.newer = newer
    if (newer === null) this.#newest = older
    else newer.older = older
    connection.isIdle = false
    connection.older = null
    connection.newer = null
    this.size--
    return true
  }
}

function originKey(origin: Origin): string {
  if (origin.anonymous) return `${origin.href} anonymous${origin.insecure ? ' insecure' : ''}`
  return origin.insecure ? `${origin.href} insecure` : origin.href
}
