// HTTP/1.1 on one socket: requests one after the other, plain answers read here, and undici for all others. It takes the
// socket over with the first answer that is not plain, as if it had sent that request, and keeps it from then on.

import type { Socket } from 'node:net'
import { ExchangeError } from '../wire/exchange-error.js'
import type { Origin } from '../wire/origin.js'
import { IDLE_MS, plainAnswer } from './plain-answer.js'
import { requestText } from './request-text.js'
import {
  boundLines,
  close,
  createUndiciClient,
  type DispatchHandler,
  type DispatchOptions,
  httpVersionOf,
  type UndiciClient,
} from './undici-client.js'

/** curl takes 300 KiB of headers; real sites send more than Node's 16 KiB. */
const MAX_HEADER_BYTES = 262_144

/** Where the listeners of a socket find their client: one function each for all sockets, in place of four closures. */
const CLIENT = Symbol('client')

type Carrier = Socket & { [CLIENT]: HttpClient }

/** For a socket that is connected and has sent nothing yet. One request at a time. */
export class HttpClient {
  readonly #socket: Socket
  readonly #origin: Origin
  #undici: UndiciClient | null = null
  #options: DispatchOptions | null = null
  /** Of the request that waits for its answer. */
  #handler: DispatchHandler | null = null
  #isSent = false
  #isUsed = false
  /** Closes it once the peer may have done so; made when it first has nothing to do. */
  #idle: NodeJS.Timeout | null = null
  #idleMs = 0

  constructor(socket: Socket, origin: Origin) {
    this.#socket = socket
    this.#origin = origin
  }

  /** Of the answer whose head came last. */
  httpVersion(): string | null {
    return this.#undici === null ? '1.1' : httpVersionOf(this.#socket)
  }

  dispatch(options: DispatchOptions, handler: DispatchHandler): void {
    if (this.#undici !== null) {
      this.#undici.dispatch(options, handler)
      return
    }
    this.#options = options
    this.#handler = handler
    if (!this.#isUsed) {
      this.#listen()
      this.#send()
      return
    }
    this.#socket.ref()
    // What the peer sent unasked must be read before this request is, or it would be taken for its answer
    // (GHSA-35p6-xmwp-9g52, and undici's way out).
    setImmediate(() => this.#send())
  }

  /** Closes a connection that nobody needs any more. */
  close(): void {
    if (this.#undici === null) this.#socket.destroy()
    else close(this.#socket)
  }

  #listen(): void {
    const socket = this.#socket
    ;(socket as Carrier)[CLIENT] = this
    socket.on('data', onData)
    socket.on('end', onEnd)
    socket.on('close', onClose)
  }

  #send(): void {
    // It broke while it waited.
    if (this.#handler === null) return
    this.#isSent = true
    const text = requestText(this.#options!, this.#origin)
    if (text === null) this.#handOver(null)
    else this.#socket.write(text, 'latin1')
  }

  onData(bytes: Buffer): void {
    const handler = this.#handler
    if (handler === null || !this.#isSent) {
      this.#socket.destroy()
      return
    }
    const answer = plainAnswer(bytes, this.#options!.method)
    if (answer === null) {
      this.#handOver(bytes)
      return
    }
    const socket = this.#socket
    this.#handler = null
    this.#isSent = false
    this.#isUsed = true
    handler.onResponseStarted()
    handler.onHeaders(answer.status, answer.rawHeaders, ignore, answer.statusText)
    for (const piece of answer.pieces) if (!socket.destroyed) handler.onData(piece)
    if (socket.destroyed) return
    handler.onComplete([])
    if (socket.destroyed) return
    if (answer.keptMs === 0) socket.destroy()
    else this.#rest(answer.keptMs)
  }

  onEnd(): void {
    this.#fail()
    this.#socket.destroy()
  }

  onClose(): void {
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#fail()
  }

  #fail(): void {
    const handler = this.#handler
    if (handler === null) return
    this.#handler = null
    handler.onError(this.#isSent ? (this.#socket.errored ?? closedByPeer()) : new ExchangeError({ kind: 'tcp.closed' }))
  }

  /** With nothing to do, a connection holds up no process that would end. */
  #rest(ms: number): void {
    this.#socket.unref()
    if (this.#idle !== null && this.#idleMs === ms) {
      this.#idle.refresh()
      return
    }
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idleMs = ms
    this.#idle = setTimeout(endIdle, ms, this).unref()
  }

  endIdle(): void {
    if (this.#handler === null) this.#socket.destroy()
  }

  /** The request is on its way where `received` is the beginning of its answer; null: it is still to be sent. */
  #handOver(received: Buffer | null): void {
    const [socket, options, handler] = [this.#socket, this.#options!, this.#handler!]
    socket.pause()
    socket.off('data', onData)
    socket.off('end', onEnd)
    socket.off('close', onClose)
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#handler = null
    this.#undici = undiciOn(socket, this.#origin)
    // undici expects no answer before it has written, and writes a request in one piece.
    if (received !== null) socket.write = () => this.#isWritten(received)
    this.#undici.dispatch(options, handler)
  }

  #isWritten(received: Buffer): boolean {
    const socket: Partial<Socket> = this.#socket
    // The one of all sockets again.
    delete socket.write
    this.#socket.unshift(received)
    return true
  }
}

function onData(this: Socket, bytes: Buffer): void {
  ;(this as Carrier)[CLIENT].onData(bytes)
}

function onEnd(this: Socket): void {
  ;(this as Carrier)[CLIENT].onEnd()
}

function onClose(this: Socket): void {
  ;(this as Carrier)[CLIENT].onClose()
}

function endIdle(client: HttpClient): void {
  client.endIdle()
}

const ignore = () => {}

/** As undici tells it. */
function closedByPeer(): Error {
  return Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })
}

/** undici may ask for a second socket after an abort; it gets none, so it can never reconnect by itself. */
function undiciOn(socket: Socket, origin: Origin): UndiciClient {
  let given = false
  return createUndiciClient(origin.href, {
    connect(_options, callback) {
      if (given) return callback(new ExchangeError({ kind: 'tcp.closed' }), null)
      given = true
      // Not at once: undici is inside its own `resume` here and would not look at its queue again.
      queueMicrotask(() => {
        callback(null, socket)
        boundLines(socket)
      })
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
