// A parser's refusal is not yet a dead URL: this asks once more, on a fresh connection, and reads the status line, the
// header lines and, where a text is looked for, the body, as forgivingly as curl does. Bounded in bytes and time.

import type { Socket } from 'node:net'
import type { Stoppable } from '../../words/limits.js'
import type { Expiring } from '../wire/deadline.js'
import { ExchangeError } from '../wire/exchange-error.js'
import { failureOf } from '../wire/failure-of.js'
import { MAX_HEAD_BYTES, readHead, type WholeHead } from '../wire/read-head.js'
import { bodyFailure, framingFailure } from './body-failure.js'
import { type BodyFraming, createBodyFraming } from './body-framing.js'
import { type BodyReader, createBodyReader } from './body-reader.js'
import { createGrowingBuffer } from './growing-buffer.js'
import { type BodyRequest, type ExchangeParts, type HopRequest, type HopResult, NO_ANSWER } from './hop-request.js'
import { closingRequestText } from './request-text.js'
import { bodyTimeoutFailure } from './timeout-failure.js'

/** What the second look saw: a head, or still a failure. */
export interface SecondLook extends Pick<HopResult, Seen> {
  /** There was a head; a failure is one of its body. */
  readonly sawHead: boolean
  /** When there was one, by the parts' clock. */
  readonly headAt: number | null
}

type Seen = 'failure' | 'status' | 'statusText' | 'rawHeaders' | 'httpVersion' | 'bodyBytes' | 'body'

/** Never rejects. `budgetMs` is what is left of the attempt. */
export async function secondLook(request: HopRequest, parts: ExchangeParts, budgetMs: number): Promise<SecondLook> {
  const connecting = parts.transport.connect(request.origin, request.timeoutMs)
  let reading: Reading | null = null
  const job: Expiring & Stoppable = {
    bucket: null,
    bucketPlace: 0,
    stallMark: 0,
    stopPlace: -1,
    expire: () => (reading === null ? connecting.cancel(notWhole()) : reading.expire()),
    abort() {
      const aborted = new ExchangeError({ kind: 'aborted' })
      if (reading === null) connecting.cancel(aborted)
      else reading.fail(aborted)
    },
  }
  parts.deadline.arm(job, budgetMs)
  request.stop?.running.add(job)
  try {
    const { socket } = await connecting.done
    try {
      return await new Promise<SecondLook>((resolve, reject) => {
        reading = startReading(socket, request, {
          parts,
          resolve,
          reject,
          // What is left to do takes our time, not the server's.
          whole: () => parts.deadline.disarm(job),
        })
        socket.write(closingRequestText(request), 'latin1')
      })
    } finally {
      socket.destroy()
    }
  } catch (error) {
    const failure = failureOf(error, 'connect')
    const sawHead = (reading as Reading | null)?.sawHead() ?? false
    return { ...NO_ANSWER, failure, sawHead, headAt: null }
  } finally {
    parts.deadline.disarm(job)
    request.stop?.running.delete(job)
  }
}

function notWhole(): ExchangeError {
  return new ExchangeError({ kind: 'http.protocol.error', detail: 'no whole HTTP answer, asked twice' })
}

/** An answer as it comes in. */
interface Reading {
  sawHead(): boolean
  expire(): void
  fail(error: ExchangeError): void
}

interface ReadingOptions {
  readonly parts: ExchangeParts
  readonly resolve: (look: SecondLook) => void
  readonly reject: (error: ExchangeError) => void
  /** All of it came that is wanted. */
  readonly whole: () => void
}

function startReading(socket: Socket, request: HopRequest, options: ReadingOptions): Reading {
  const { resolve, reject } = options
  const received = createReceived()
  let body: Body | null = null

  const finish = ({ type: _, bodyAt: __, ...head }: WholeHead) =>
    resolve({ failure: null, sawHead: true, headAt: options.parts.now(), ...head, bodyBytes: 0, body: null })
  const onHead = (head: WholeHead) => {
    const { search, method } = request
    if (method === 'HEAD' || search === null || !search.isWanted(head.status, head.rawHeaders)) return finish(head)
    body = startBody(socket, head, { ...options, search })
    body.push(received.all().subarray(head.bodyAt))
  }

  socket.on('data', (chunk: Buffer) => {
    if (body !== null) return body.push(chunk)
    if (!received.add(chunk)) return
    const head = readHead(received.all())
    if (head.type === 'whole') onHead(head)
    if (head.type === 'refused') reject(new ExchangeError({ kind: 'http.protocol.error', ...head }))
  })
  socket.on('error', (error) => {
    if (body !== null) body.cutOff((status) => bodyFailure(error, status))
    else reject(new ExchangeError(failureOf(error, 'firstByte'), error))
  })
  socket.on('end', () => {
    if (body !== null) return body.end()
    const bytes = received.all()
    const head = readHead(bytes)
    if (head.type === 'partial' && head.interim !== null) finish(head.interim)
    else if (bytes.length === 0) reject(new ExchangeError({ kind: 'tcp.closed' }))
    else reject(new ExchangeError({ kind: 'http.protocol.error', detail: 'the header ends in the middle' }))
  })
  return {
    sawHead: () => body !== null,
    expire() {
      if (body === null) reject(notWhole())
      else body.cutOff((status) => bodyTimeoutFailure(status, request.timeoutMs))
    },
    fail(error) {
      body?.close()
      reject(error)
    },
  }
}

/** A body that is part of the answer. */
interface Body {
  push(bytes: Buffer): void
  end(): void
  /** It ends before its end. What has come of it may hold the text all the same. */
  cutOff(failure: (status: number) => ExchangeError): void
  close(): void
}

function startBody(
  socket: Socket,
  { type: _, bodyAt: __, ...head }: WholeHead,
  { search, parts, resolve, reject, whole }: ReadingOptions & { readonly search: BodyRequest },
): Body {
  const framing: BodyFraming = createBodyFraming(head.status, head.rawHeaders)
  const headAt = parts.now()
  let bodyBytes = 0
  let cut: ExchangeError | null = null
  const reader: BodyReader = createBodyReader(
    { ...search, headers: head.rawHeaders, decoders: parts.decoders },
    (found) => {
      if (cut !== null && (found === 'absent' || found === 'undecodable')) reject(cut)
      else resolve({ failure: null, sawHead: true, headAt, ...head, bodyBytes, body: found })
    },
  )
  const leave = () => {
    whole()
    socket.destroy()
  }
  const cutOff = (failure: (status: number) => ExchangeError) => {
    if (cut !== null || framing.state === 'whole') return
    cut = failure(head.status)
    leave()
    reader.end()
  }
  const look = () => {
    if (framing.state === 'whole') {
      leave()
      reader.end()
    } else if (framing.state === 'broken') cutOff(framingFailure)
  }
  return {
    push(bytes) {
      framing.push(bytes, (piece) => {
        bodyBytes += piece.length
        if (!reader.push(piece)) leave()
      })
      look()
    },
    end() {
      framing.end()
      if (framing.state === 'broken')
        cutOff((status) => bodyFailure(new ExchangeError({ kind: 'tcp.closed' }), status, { isEnded: true }))
      else look()
    },
    cutOff,
    close: () => reader.close(),
  }
}

const LF = 10
const CR = 13

/**
 * Collects what comes, and says when it is worth reading from its start again. To read it at every chunk would be
 * quadratic: 500 KiB of header in small pieces would hold up the event loop, and with it all other URLs.
 */
function createReceived() {
  const collected = createGrowingBuffer(Number.POSITIVE_INFINITY)
  let hasLine = false
  let endsWithLf = false
  /** The line begun last begins with CR: with its LF it is the empty one. */
  let opensWithCr = false
  return {
    /** Whether there is news: the first bytes, the first line, the end of a head, or too much. */
    add(chunk: Buffer): boolean {
      const isStart = collected.length < 'HTTP/'.length
      const lastLf = chunk.lastIndexOf(LF)
      const endsLine = lastLf >= 0
      const endsHead =
        (endsLine && opensWithCr) ||
        (endsWithLf && (chunk[0] === LF || chunk[0] === CR)) ||
        chunk.includes('\n\n') ||
        chunk.includes('\n\r')
      const isDue = isStart || (endsLine && !hasLine) || endsHead || collected.length + chunk.length > MAX_HEAD_BYTES
      opensWithCr = endsLine ? chunk[lastLf + 1] === CR : opensWithCr || (endsWithLf && chunk[0] === CR)
      endsWithLf = lastLf === chunk.length - 1
      hasLine ||= endsLine
      collected.add(chunk)
      return isDue
    },
    all: () => collected.bytes(),
  }
}
