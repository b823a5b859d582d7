// Questions to one DNS server over TCP (RFC 7766), for answers that UDP does not hold. They are rare, so each has a
// connection of its own, and what goes wrong on it is nobody else's.

import { createConnection } from 'node:net'
import type { ServerAddress } from './dns-datagrams.js'
import { type Answer, idOf, readMessage, type SentQuery } from './dns-message.js'

/** Asks once more what was asked. `done` is called at most once, and not after what is returned was called. */
export interface DnsStreams {
  ask(question: SentQuery, done: (answer: Answer) => void): () => void
  /** Nobody is called any more. */
  close(): void
}

/** Connections at once; the next question waits for its turn. */
const STREAMS_MAX = 16

interface Entry extends SentQuery {
  done: ((answer: Answer) => void) | null
  end(): void
}

/** Connections that do not keep the process alive: who asks keeps the time. */
export function createDnsStreams({ host, port }: ServerAddress): DnsStreams {
  const waiting = new Set<Entry>()
  const running = new Set<Entry>()

  function ask({ bytes, type }: SentQuery, done: (answer: Answer) => void): () => void {
    const entry: Entry = { bytes, type, done, end: () => waiting.delete(entry) }
    waiting.add(entry)
    startNext()
    return () => {
      entry.done = null
      entry.end()
    }
  }

  function startNext(): void {
    for (const entry of waiting) {
      if (running.size >= STREAMS_MAX) return
      waiting.delete(entry)
      start(entry)
    }
  }

  function start(entry: Entry): void {
    running.add(entry)
    const socket = createConnection({ host, port, autoSelectFamily: false })
    socket.unref()
    const finish = (answer: Answer) => {
      socket.destroy()
      if (!running.delete(entry)) return
      const { done } = entry
      entry.done = null
      done?.(answer)
      startNext()
    }
    entry.end = () => finish({ code: 'ECANCELLED' })
    let received = Buffer.alloc(0)
    socket.on('connect', () =>
      socket.write(Buffer.concat([Buffer.of(entry.bytes.length >> 8, entry.bytes.length & 255), entry.bytes])),
    )
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      const answer = answerIn(received, entry)
      if (answer !== null) finish(answer)
    })
    socket.on('error', (error: NodeJS.ErrnoException) => finish({ code: error.code ?? 'EFAIL' }))
    socket.on('close', () => finish({ code: 'EBADRESP' }))
  }

  return {
    ask,
    close: () => {
      waiting.clear()
      for (const entry of [...running]) {
        entry.done = null
        entry.end()
      }
    },
  }
}

/** What the first message says (RFC 1035 §4.2.2: its length goes before it); null: it is not whole yet. */
function answerIn(received: Buffer, sent: SentQuery): Answer | null {
  if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return null
  const message = received.subarray(2, 2 + received.readUInt16BE(0))
  const isOurs = idOf(message) === sent.bytes.readUInt16BE(0)
  return (isOurs ? readMessage(message, sent)?.answer : null) ?? { code: 'EBADRESP' }
}
