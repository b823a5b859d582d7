// Opening and fully closing a listening socket, for every server here.

import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { Closable } from './close-after-test.js'

/** Where a server listens. `0.0.0.0` answers on every 127.a.b.c (Linux), so each of those is a host of its own. */
export interface ListenOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** Default 0: any free port. */
  readonly port?: number
}

/** A listening server and what it has seen of connections. */
export interface Listening extends Closable {
  readonly port: number
  /** The address to connect to: the one listened on, or 127.0.0.1 for `0.0.0.0`. */
  readonly host: string
  /** Connections accepted so far. */
  connections(): number
  /** Connections open now. */
  openConnections(): number
  /** The most connections that were open at once. */
  maxOpenConnections(): number
}

/** Listens, counts connections, and destroys those still open on `close()`. Rejects when the address is taken. */
export async function listen(server: Server, options: ListenOptions = {}): Promise<Listening> {
  const host = options.host ?? '127.0.0.1'
  const open = new Set<Socket>()
  let accepted = 0
  let most = 0
  server.on('connection', (socket: Socket) => {
    accepted++
    open.add(socket)
    most = Math.max(most, open.size)
    socket.on('close', () => open.delete(socket))
  })
  // The default backlog of 511 drops SYNs when thousands connect at once, which costs each of them a second.
  server.listen({ port: options.port ?? 0, host, backlog: 4096 })
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    host: host === '0.0.0.0' ? '127.0.0.1' : host,
    connections: () => accepted,
    openConnections: () => open.size,
    maxOpenConnections: () => most,
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}
