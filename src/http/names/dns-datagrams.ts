// Questions to one DNS server over UDP. What it says to one question touches no other: c-ares gives up its connection for
// one message that makes no sense, and with it everybody's questions.

import { randomInt } from 'node:crypto'
import { createSocket, type Socket, type SocketOptions } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { idOf, type Query, type Reading, readMessage, writeQuery } from './dns-message.js'

/** An IP address and a port. */
export interface ServerAddress {
  readonly host: string
  readonly port: number
}

/** Sends a question once. `done` is called at most once, and not after what is returned was called. */
export interface Datagrams {
  ask(query: Query, done: (reading: Reading, bytes: Buffer) => void): () => void
  /** Nobody is called any more. */
  close(): void
}

/** Sockets that questions are spread over: the receive buffer of one drops at 2,000 answers at once. */
const SOCKETS = 2
/** So many and then a socket with another port, which nobody can guess (RFC 5452 §9.2). */
const QUESTIONS_MAX = 10_000
/** The kernel's own trouble with one packet is a packet lost. */
const LOST = new Set(['ENOBUFS', 'EAGAIN', 'ENOMEM'])

interface Sent {
  readonly bytes: Buffer
  readonly type: Query['type']
  readonly done: (reading: Reading, bytes: Buffer) => void
}

interface Channel {
  readonly socket: Socket
  /** By id. */
  readonly open: Map<number, Sent>
  /** What waits until the socket is ready; null: it is. */
  unsent: Buffer[] | null
  asked: number
}

/** Sockets that do not keep the process alive: who asks keeps the time. */
export function createDatagrams({ host, port }: ServerAddress): Datagrams {
  const current: (Channel | null)[] = Array(SOCKETS).fill(null)
  /** Those that take no more but may still hear something as well. */
  const all = new Set<Channel>()
  let turn = 0

  function ask(query: Query, done: Sent['done']): () => void {
    turn = (turn + 1) % SOCKETS
    const channel = channelAt(turn)
    channel.asked++
    let id = randomInt(0x10000)
    while (channel.open.has(id)) id = (id + 1) & 0xffff
    const bytes = writeQuery(id, query)
    const sent = { bytes, type: query.type, done }
    channel.open.set(id, sent)
    if (channel.unsent === null) send(channel, bytes)
    else channel.unsent.push(bytes)
    return () => {
      if (channel.open.get(id) === sent) forget(channel, id)
    }
  }

  function channelAt(place: number): Channel {
    const found = current[place]
    if (found && all.has(found) && found.asked < QUESTIONS_MAX) return found
    const fresh = openChannel()
    current[place] = fresh
    if (found) closeIfDone(found)
    return fresh
  }

  function openChannel(): Channel {
    const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', lookup: asItIs })
    const channel: Channel = { socket, open: new Map(), unsent: [], asked: 0 }
    all.add(channel)
    socket.unref()
    socket.on('error', (error) => fail(channel, error))
    socket.on('message', (message) => receive(channel, message))
    socket.on('connect', () => {
      const { unsent } = channel
      channel.unsent = null
      for (const bytes of unsent ?? []) send(channel, bytes)
    })
    // Given a callback, Node would call that with the error as well.
    socket.connect(port, host)
    return channel
  }

  function send(channel: Channel, bytes: Buffer): void {
    if (!all.has(channel)) return
    channel.socket.send(bytes, (error) => {
      if (error && !LOST.has((error as NodeJS.ErrnoException).code ?? '')) fail(channel, error)
    })
  }

  function receive(channel: Channel, message: Buffer): void {
    const id = idOf(message)
    const sent = id === null ? undefined : channel.open.get(id)
    if (id === null || sent === undefined) return
    const reading = readMessage(message, sent.bytes, sent.type)
    if (reading === null) return
    forget(channel, id)
    sent.done(reading, sent.bytes)
  }

  /** Nothing listens there, or there is no way there: it holds for all that was asked on this socket. */
  function fail(channel: Channel, error: NodeJS.ErrnoException): void {
    if (!all.has(channel)) return
    const open = [...channel.open.values()]
    close(channel)
    for (const { bytes, done } of open) done({ answer: { code: error.code ?? 'EFAIL' }, isTruncated: false }, bytes)
  }

  function forget(channel: Channel, id: number): void {
    channel.open.delete(id)
    closeIfDone(channel)
  }

  function closeIfDone(channel: Channel): void {
    if (channel.open.size === 0 && !current.includes(channel)) close(channel)
  }

  function close(channel: Channel): void {
    if (!all.delete(channel)) return
    channel.open.clear()
    channel.socket.close()
  }

  return {
    ask,
    close: () => {
      for (const channel of [...all]) close(channel)
    },
  }
}

/** The server is an address already; without this Node would look it up. */
const asItIs: NonNullable<SocketOptions['lookup']> = (host, family, done) =>
  done(null, host, family as unknown as number)
