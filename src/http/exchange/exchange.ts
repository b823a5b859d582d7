// One request and its answer on one connection: send, wait for the head, drain a small body. Hot path: one object a
// request, raw headers are not parsed, two clock reads on a reused connection. Never judges, never follows, and never asks
// again: what else is tried is for ask-hop.ts to know.

import type { Stoppable } from '../../words/limits.js'
import type { BodySearch, TlsFacts } from '../../words/reply.js'
import type { Connecting } from '../connect/connect-to.js'
import { BREAKS } from '../connect/failed-addresses.js'
import type { Expiring } from '../wire/deadline.js'
import { ExchangeError, type Failure } from '../wire/exchange-error.js'
import { failureOf } from '../wire/failure-of.js'
import { MAX_INTERIM, MAX_REASON_BYTES } from '../wire/read-head.js'
import { contentLengthOf } from '../wire/reply-headers.js'
import { bodyFailure } from './body-failure.js'
import { type BodyReader, createBodyReader, keepTimeMs } from './body-reader.js'
import type { ExchangeParts, HopRequest, HopResult } from './hop-request.js'
import { bodyTimeoutFailure, connectTimeoutFailure, timeoutFailure } from './timeout-failure.js'
import type { Connection } from './transport.js'
import type { DispatchHandler, HeadersRest } from './undici-client.js'

/** A body up to this is read so that the connection can be used again; a larger one costs the connection. */
const DRAIN_BYTES = 65_536
const DRAIN_MS = 500
/** A request within these fits into one segment, but for a very long User-Agent: we send two names and two values. */
const SHORT_PATH = 800
const FEW_HEADERS = 4

/** A class because it is undici's handler, the deadline's job and the result in one: one allocation a request. */
export class Exchange implements DispatchHandler, Expiring, Stoppable, HopResult {
  failure: Failure | null = null
  status = 0
  statusText = ''
  rawHeaders: readonly Buffer[] = []
  httpVersion: string | null = null
  bodyBytes = 0
  body: BodySearch | null = null
  remoteAddress: string | null = null
  tls: TlsFacts | null = null
  dnsMs: number | null = null
  connectMs: number | null = null
  tlsMs: number | null = null
  firstByteMs: number | null = null
  elapsedMs = 0
  secondLook = false
  /** A reused connection failed before any byte of the answer. */
  stale = false
  /** What else is tried where this one fails, before there is a result; null: the failure is the result. */
  onFailure: ((exchange: Exchange) => Promise<HopResult>) | null = null
  readonly result: Promise<HopResult>
  readonly request: HopRequest
  readonly parts: ExchangeParts

  bucket: Expiring[] | null = null
  bucketPlace = 0
  stallMark = 0
  stopPlace = -1

  readonly #budgetMs: number
  readonly #startedAt: number
  readonly #stalledBefore: number
  #sentAt = 0
  #connecting: Connecting | null = null
  #connection: Connection | null = null
  #answering = false
  #interim = 0
  #done = false
  #reader: BodyReader | null = null
  #isWhole = false
  /** Nothing more is read; what there is, is still searched. */
  #isEnough = false
  /** What ended the body before its end, while the rest of it is still searched. */
  #cut: ExchangeError | null = null
  #resolve!: (result: HopResult | Promise<HopResult>) => void

  constructor(request: HopRequest, parts: ExchangeParts, budgetMs: number) {
    this.request = request
    this.parts = parts
    this.#budgetMs = budgetMs
    this.#startedAt = parts.now()
    this.#stalledBefore = parts.deadline.stalledMs()
    this.result = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  onFreshConnection(): void {
    const { origin, timeoutMs, connectTimeoutMs, stop } = this.request
    const { transport, deadline } = this.parts
    deadline.arm(this, Math.min(this.#budgetMs, connectTimeoutMs ?? this.#budgetMs))
    stop?.running.add(this)
    this.#connecting = transport.connect(origin, timeoutMs)
    this.#connecting.done
      .then((connected) => {
        this.dnsMs = connected.dnsMs
        this.connectMs = connected.connectMs
        this.tlsMs = connected.tlsMs
        this.request.reached?.(origin.hostname, connected.remoteAddress)
        this.#connecting = null
        this.onConnection(transport.adopt(origin, connected))
      })
      .catch((error: unknown) => {
        this.elapsedMs = this.#elapsed()
        this.failure = failureOf(error, 'connect')
        if (error instanceof ExchangeError) this.tls = error.tls
        this.#settle()
      })
  }

  onConnection(connection: Connection): void {
    const { path, method, headers, origin, stop } = this.request
    const parts = this.parts
    this.#connection = connection
    this.remoteAddress = connection.remoteAddress
    this.tls = (this.request.readsChain && connection.withChain?.()) || connection.tls
    const now = parts.now()
    this.#sentAt = now
    if (this.bucket === null || this.request.connectTimeoutMs !== null) {
      parts.deadline.disarm(this)
      parts.deadline.arm(this, Math.max(1, this.#budgetMs - this.#elapsed(now)))
    }
    stop?.running.add(this)
    // More than a segment: its end must not wait for the ACK of its beginning.
    if (path.length > SHORT_PATH || headers.length > FEW_HEADERS) connection.socket.setNoDelay(true)
    // `reset: false` keeps the connection after HEAD as well; the server name is fixed for the connection.
    connection.client.dispatch({ path, method, headers, reset: false, servername: origin.hostname }, this)
  }

  /** The deadline's call. */
  expire(): void {
    if (this.#done) return
    if (this.#reader !== null) this.#cutOff(bodyTimeoutFailure(this.status, this.request.timeoutMs))
    else if (this.status > 0) this.#conclude(null)
    else this.#cancel(this.#timeout())
  }

  /** The run's call: stop now. */
  abort(): void {
    if (this.#done) return
    const aborted = new ExchangeError({ kind: 'aborted' })
    if (this.#reader !== null) this.#lose(aborted)
    else this.#cancel(aborted)
  }

  #cancel(error: ExchangeError): void {
    if (this.#connecting !== null) this.#connecting.cancel(error)
    else this.#conclude(error)
  }

  #timeout(): ExchangeError {
    const { connectTimeoutMs, timeoutMs } = this.request
    if (this.#connecting === null) return timeoutFailure('firstByte', timeoutMs)
    const phase = this.#connecting.phase()
    const isOfConnecting = connectTimeoutMs !== null && connectTimeoutMs < this.#budgetMs
    return isOfConnecting ? connectTimeoutFailure(phase, connectTimeoutMs) : timeoutFailure(phase, timeoutMs)
  }

  // What undici calls, in this order. Each must not throw.

  onConnect(): void {}

  onResponseStarted(): void {
    this.#answering = true
  }

  onHeaders(status: number, rawHeaders: Buffer[], ...rest: HeadersRest): boolean {
    if (status < 200) {
      if (++this.#interim > MAX_INTERIM)
        this.#conclude(new ExchangeError({ kind: 'http.protocol.error', detail: 'endless interim answers' }))
      return true
    }
    const now = this.parts.now()
    this.elapsedMs = this.#elapsed(now)
    this.firstByteMs = now - this.#sentAt
    this.status = status
    const statusText = rest[1]
    this.statusText =
      statusText.length <= MAX_REASON_BYTES ? statusText : Buffer.from(statusText).toString('utf8', 0, MAX_REASON_BYTES)
    this.rawHeaders = rawHeaders
    this.httpVersion = this.#connection!.client.httpVersion()
    const { search } = this.request
    if (search?.isWanted(status, rawHeaders)) {
      // The deadline stays armed: the body has to come within the attempt's budget.
      const { decoders } = this.parts
      this.#reader = createBodyReader({ ...search, headers: rawHeaders, decoders }, (found) => this.#onSearched(found))
      return true
    }
    if (this.request.method !== 'HEAD' && contentLengthOf(rawHeaders) > DRAIN_BYTES) {
      this.#conclude(null)
      return true
    }
    this.parts.deadline.disarm(this)
    this.parts.deadline.arm(this, Math.max(1, Math.min(DRAIN_MS, this.#budgetMs - this.elapsedMs)))
    return true
  }

  onData(chunk: Buffer): boolean {
    this.bodyBytes += chunk.length
    if (this.#reader !== null) {
      if (!this.#reader.push(chunk)) this.#leave()
      else if (this.request.search?.keep !== undefined) {
        this.parts.deadline.disarm(this)
        this.parts.deadline.arm(this, keepTimeMs(this.request.timeoutMs, this.parts.now() - this.#startedAt))
      }
    } else if (this.bodyBytes > DRAIN_BYTES) this.#conclude(null)
    return true
  }

  onComplete(): void {
    if (this.#done) return
    this.#isWhole = true
    // To decode a body takes our time, not the server's.
    this.parts.deadline.disarm(this)
    if (this.#reader === null) this.#settle()
    else this.#reader.end()
  }

  onError(error: Error): void {
    if (this.#done || this.#isEnough) return
    if (this.#reader !== null) {
      const isEnded = this.#connection!.socket.readableEnded
      this.#cutOff(bodyFailure(error, this.status, { isEnded }))
      return
    }
    if (this.status === 0) {
      const connection = this.#connection!
      // An interim answer and then nothing: not silence, but no parser's matter either. The second look decides.
      const isEnded = connection.socket.readableEnded && this.#interim === 0
      this.failure = failureOf(error, 'firstByte', { isEnded })
      // Also where the FIN was read before the request was sent: then undici asked for a second socket and got our refusal.
      this.stale = connection.uses > 0 && !this.#answering
      this.elapsedMs = this.#elapsed()
    }
    this.#settle()
  }

  /** The body ends before its end. What has come of it may hold the text all the same. */
  #cutOff(error: ExchangeError): void {
    if (this.#cut !== null) return
    this.#cut = error
    this.#reader!.end()
  }

  /** The reader wants no more, though it may not be done: the server is not heard any further. */
  #leave(): void {
    if (this.#done || this.#isEnough) return
    this.#isEnough = true
    this.parts.deadline.disarm(this)
    this.#connection!.socket.destroy(new ExchangeError({ kind: 'aborted' }))
  }

  #onSearched(found: BodySearch): void {
    if (this.#done) return
    if (this.#cut !== null && (found === 'absent' || found === 'undecodable')) {
      this.#lose(this.#cut)
      return
    }
    this.body = found
    if (this.#isWhole) this.#settle()
    else this.#conclude(null)
  }

  /** The head is lost with its body. */
  #lose(error: ExchangeError): void {
    this.status = 0
    this.statusText = ''
    this.rawHeaders = []
    this.#reader?.close()
    this.#conclude(error)
  }

  /** Ends the exchange from our side: the socket goes, with our own error so that undici does not reconnect. */
  #conclude(error: ExchangeError | null): void {
    this.failure = this.status > 0 ? null : error
    if (this.status === 0) this.elapsedMs = this.#elapsed()
    this.#done = true
    this.#connection?.socket.destroy(error ?? new ExchangeError({ kind: 'aborted' }))
    this.#settle()
  }

  /** Never more than the budget, and without stalls of our own: neither is the server's time. */
  #elapsed(now = this.parts.now()): number {
    const stalledMs = this.parts.deadline.stalledMs() - this.#stalledBefore
    // A stall that had begun before us is counted whole, so what is left may be less than nothing.
    return Math.max(0, Math.min(now - this.#startedAt - stalledMs, this.#budgetMs))
  }

  #settle(): void {
    const { request, parts } = this
    this.#done = true
    parts.deadline.disarm(this)
    request.stop?.running.delete(this)
    if (this.#connection !== null) {
      if (this.failure !== null && !this.stale && BREAKS.has(this.failure.kind))
        parts.transport.distrust(this.#connection)
      this.#connection.uses++
      parts.transport.give(this.#connection, this.failure === null && request.keepAlive(this.status))
    }
    this.#resolve(this.failure === null || this.onFailure === null ? this : this.onFailure(this))
  }
}
