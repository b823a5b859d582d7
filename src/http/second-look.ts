// A parser's refusal is not yet a dead URL: this asks once more, on a fresh connection, and reads only what the verdict
// needs, the status line and the header lines, as forgivingly as curl does. Bounded in bytes and time. Never a body.

import type { Stoppable } from '../types.js'
import type { Connecting } from './connector.js'
import type { Expiring } from './deadline.js'
import type { ExchangeParts, HopRequest } from './exchange.js'
import { ExchangeError, type Failure, failureOf } from './failure.js'
import { MAX_HEAD_BYTES, readHead } from './read-head.js'

/** What the second look saw: a head, or still a failure. */
export interface SecondLook {
  readonly failure: Failure | null
  readonly status: number
  readonly statusText: string
  readonly rawHeaders: readonly Buffer[]
  readonly httpVersion: string | null
}

/** Never rejects. `budgetMs` is what is left of the attempt. */
export async function secondLook(request: HopRequest, parts: ExchangeParts, budgetMs: number): Promise<SecondLook> {
  let connecting: Connecting | null = parts.transport.connect(request.origin, request.timeoutMs)
  let fail: (error: ExchangeError) => void = (error) => connecting?.cancel(error)
  const job: Expiring & Stoppable = {
    bucket: null,
    bucketPlace: 0,
    stallMark: 0,
    stopPlace: -1,
    expire: () => fail(new ExchangeError({ kind: 'http.protocol.error', detail: 'no whole HTTP answer, asked twice' })),
    abort: () => fail(new ExchangeError({ kind: 'aborted' })),
  }
  parts.deadline.arm(job, budgetMs)
  request.stop?.running.add(job)
  try {
    const { socket } = await connecting.done
    connecting = null
    try {
      return await new Promise<SecondLook>((resolve, reject) => {
        fail = reject
        const received = createReceived()
        socket.on('data', (chunk: Buffer) => {
          if (!received.add(chunk)) return
          const head = readHead(received.all())
          if (head.type === 'whole') resolve({ failure: null, ...head })
          if (head.type === 'refused') reject(new ExchangeError({ kind: 'http.protocol.error', ...head }))
        })
        socket.on('error', (error) => reject(new ExchangeError(failureOf(error, 'firstByte', false), error)))
        socket.on('end', () => {
          const bytes = received.all()
          const head = readHead(bytes)
          if (head.type === 'partial' && head.interim !== null) resolve({ failure: null, ...head.interim })
          else if (bytes.length === 0) reject(new ExchangeError({ kind: 'tcp.closed' }))
          else reject(new ExchangeError({ kind: 'http.protocol.error', detail: 'the header ends in the middle' }))
        })
        socket.write(requestText(request), 'latin1')
      })
    } finally {
      socket.destroy()
    }
  } catch (error) {
    const failure = failureOf(error, 'connect', false)
    return { failure, status: 0, statusText: '', rawHeaders: [], httpVersion: null }
  } finally {
    parts.deadline.disarm(job)
    request.stop?.running.delete(job)
  }
}

const LF = 10
const CR = 13

/**
 * Collects what comes, and says when it is worth reading from its start again. To read it at every chunk would be
 * quadratic: 300 KiB of header in small pieces would hold up the event loop, and with it all other URLs.
 */
function createReceived() {
  let chunks: Buffer[] = []
  let length = 0
  let hasLine = false
  let endsWithLf = false
  /** The line begun last begins with CR: with its LF it is the empty one. */
  let opensWithCr = false
  return {
    /** Whether there is news: the first bytes, the first line, the end of a head, or too much. */
    add(chunk: Buffer): boolean {
      const isStart = length < 'HTTP/'.length
      const lastLf = chunk.lastIndexOf(LF)
      const endsLine = lastLf >= 0
      const endsHead =
        (endsLine && opensWithCr) ||
        (endsWithLf && (chunk[0] === LF || chunk[0] === CR)) ||
        chunk.includes('\n\n') ||
        chunk.includes('\n\r')
      const isDue = isStart || (endsLine && !hasLine) || endsHead || length + chunk.length > MAX_HEAD_BYTES
      opensWithCr = endsLine ? chunk[lastLf + 1] === CR : opensWithCr || (endsWithLf && chunk[0] === CR)
      endsWithLf = lastLf === chunk.length - 1
      hasLine ||= endsLine
      chunks.push(chunk)
      length += chunk.length
      return isDue
    },
    all(): Buffer {
      if (chunks.length > 1) chunks = [Buffer.concat(chunks)]
      return chunks[0] ?? Buffer.alloc(0)
    },
  }
}

/** The same request that undici sent, but for `Connection: close` (RFC 9112 §9.6). */
function requestText({ method, path, origin, headers }: HopRequest): string {
  const lines = [`${method} ${path} HTTP/1.1`]
  let ownHost = false
  for (let i = 0; i + 1 < headers.length; i += 2) {
    ownHost ||= headers[i]!.toLowerCase() === 'host'
    lines.push(`${headers[i]}: ${headers[i + 1]}`)
  }
  if (!ownHost) lines.splice(1, 0, `Host: ${origin.href.slice(origin.href.indexOf('//') + 2)}`)
  return `${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`
}
