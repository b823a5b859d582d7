// A parser's refusal is not yet a dead URL: this asks once more, on a fresh connection, and reads only what the verdict
// needs, the status line and the header lines, as forgivingly as curl does. Bounded in bytes and time. Never a body.

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

const LF = 10

/** Never rejects. `budgetMs` is what is left of the attempt. */
export async function secondLook(request: HopRequest, parts: ExchangeParts, budgetMs: number): Promise<SecondLook> {
  let connecting: Connecting | null = parts.transport.connect(request.origin, request.timeoutMs)
  let fail: (error: ExchangeError) => void = (error) => connecting?.cancel(error)
  const job: Expiring & { abort(): void } = {
    bucket: null,
    stallMark: 0,
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
        let received = Buffer.alloc(0)
        socket.on('data', (chunk: Buffer) => {
          received = Buffer.concat([received, chunk])
          // Between two line ends nothing new can be known, but for what is no HTTP from its first bytes on.
          if (received.length > 16 && received.length <= MAX_HEAD_BYTES && !chunk.includes(LF)) return
          const head = readHead(received)
          if (head.type === 'whole') resolve({ failure: null, ...head })
          if (head.type === 'refused') reject(new ExchangeError({ kind: 'http.protocol.error', ...head }))
        })
        socket.on('error', (error) => reject(new ExchangeError(failureOf(error, 'firstByte', false), error)))
        socket.on('end', () => {
          const head = readHead(received)
          if (head.type === 'partial' && head.interim !== null) resolve({ failure: null, ...head.interim })
          else if (received.length === 0) reject(new ExchangeError({ kind: 'tcp.closed' }))
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
