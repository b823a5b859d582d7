// Questions to one DNS server over UDP. What it says to one question touches no other: c-ares gives up its connection for
// one message that makes no sense, and with it everybody's questions.

import { randomInt } from 'node:crypto'
import { createSocket, type Socket, type SocketOptions } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { idOf, type Query, type Reading, readMessage, type SentQuery, writeQuery } from './dns-message.js'

/** An IP address and a port. */
export interface ServerAddress {
  readonly host: string
  readonly port: number
}

/** Sends a question once. `done` is called at most once, and not after what is returned was called. */
export interface DnsDatagrams {
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

interface Sent extends SentQuery {
  readonly done: (reading: Reading, bytes: Buffer) => void
}

/** Sockets that do not keep the process alive: who asks keeps the time. */
export function createDnsDatagrams(server: ServerAddress): DnsDatagrams {
  const current: (Channel | null)[] = Array(SOCKETS).fill(null)
  /** Those that take no more but may still hear something as well. */
  const all = new Set<Channel>()
  let turn = 0

  function channelAt(place: number): Channel {
    const found = current[place]
    if (found?.takesMore) return found
    const fresh = new Channel(server, () => all.delete(fresh))
    all.add(fresh)
    current[place] = fresh
    found?.retire()
    return fresh
  }

  return {
    ask(query, done) {
      turn = (turn + 1) % SOCKETS
      return channelAt(turn).ask(query, done)
    },
    close: () => {
      for (const channel of [...all]) channel.close()
    },
  }
}

/** One socket and what was asked on it. */
class Channel {
  readonly #socket: Socket
  readonly #closed: () => void
  /** By id. */
  readonly #open = new Map<number, Sent>()
  /** What waits until the socket is ready; null: it is. */
  #unsent: Buffer[] | null = []
  #asked = 0
  #isRetired = false
  #isClosed = false

  constructor({ host, port }: ServerAddress, closed: () => void) {
    this.#closed = closed
    this.#socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', lookup: asItIs })
    this.#socket.unref()
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('message', (message) => this.#receive(message))
    this.#socket.on('connect', () => {
      const unsent = this.#unsent ?? []
      this.#unsent = null
      for (const bytes of unsent) this.#send(bytes)
    })
    // Given a callback, Node would call that with the error as well.
    this.#socket.connect(port, host)
  }

  get takesMore(): boolean {
    return !this.#isClosed && this.#asked < QUESTIONS_MAX
  }

  ask(query: Query, done: Sent['done']): () => void {
    this.#asked++
    let id = randomInt(0x10000)
    while (this.#open.has(id)) id = (id + 1) & 0xffff
    const bytes = writeQuery(id, query)
    const sent = { bytes, type: query.type, done }
    this.#open.set(id, sent)
    if (this.#unsent === null) this.#send(bytes)
    else this.#unsent.push(bytes)
    return () => {
      if (this.#open.get(id) === sent) this.#forget(id)
    }
  }

  /** Nothing more is asked here: it closes when nothing is awaited any more. */
  retire(): void {
    this.#isRetired = true
    if (this.#open.size === 0) this.close()
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#open.clear()
    this.#socket.close()
    this.#closed()
  }

  #send(bytes: Buffer): void {
    if (this.#isClosed) return
    this.#socket.send(bytes, (error) => {
      if (error && !LOST.has((error as NodeJS.ErrnoException).code ?? '')) this.#fail(error)
    })
  }

  #receive(message: Buffer): void {
    const id = idOf(message)
    const sent = id === null ? undefined : this.#open.get(id)
    if (id === null || sent === undefined) return
    const reading = readMessage(message, sent)
    if (reading === null) return
    this.#forget(id)
    sent.done(reading, sent.bytes)
  }

  #forget(id: number): void {
    this.#open.delete(id)
    if (this.#isRetired && this.#open.size === 0) this.close()
  }

  /** Nothing listens there, or there is no way there: it holds for all that was asked on this socket. */
  #fail(error: NodeJS.ErrnoException): void {
    if (this.#isClosed) return
    const open = [...this.#open.values()]
    this.close()
    for (const { bytes, done } of open) done({ answer: { code: error.code ?? 'EFAIL' }, isTruncated: false }, bytes)
  }
}

/** The server is an address already; without this Node would look it up. */
const asItIs: NonNullable<SocketOptions['lookup']> = (host, family, done) =>
  done(null, host, family as unknown as number)
