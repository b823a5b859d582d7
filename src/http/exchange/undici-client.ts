// The parts of undici that the exchange leans on, in its own words and typed as they are in 7.30: one class, its handler
// and two symbols. Taken by their files, because all of undici costs 80 to 100 ms of start-up, and when an answer first
// needs them, because these files still cost 30 to 40 (measured). What is said here is asserted in test/contract.

import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { MAX_LINES } from '../wire/read-head.js'

export interface DispatchOptions {
  readonly path: string
  readonly method: string
  /** Name, value, name, value. */
  readonly headers: readonly string[]
  /** False: keep the connection, after HEAD too. */
  readonly reset: boolean
  readonly servername: string
}

/** The handler that undici uses inside; the newer interface is wrapped around it and parses all headers. */
export interface DispatchHandler {
  onConnect(abort: (error?: Error) => void): void
  /** The first byte of an answer came. */
  onResponseStarted(): void
  onHeaders(status: number, headers: Buffer[], ...rest: HeadersRest): boolean
  onData(chunk: Buffer): boolean
  onComplete(trailers: Buffer[]): void
  onError(error: Error): void
}

/** The arguments of `onHeaders` behind the first two. */
export type HeadersRest = readonly [resume: () => void, statusText: string]

export interface UndiciClientOptions {
  connect(options: unknown, callback: (error: Error | null, socket: Socket | null) => void): void
  readonly pipelining: number
  readonly headersTimeout: number
  readonly bodyTimeout: number
  readonly keepAliveTimeout: number
  readonly keepAliveMaxTimeout: number
  readonly maxHeaderSize: number
}

/** HTTP/1.1 on one socket. */
export interface UndiciClient {
  dispatch(options: DispatchOptions, handler: DispatchHandler): boolean
}

/** Makes one. */
export function createUndiciClient(origin: string, options: UndiciClientOptions): UndiciClient {
  return new (undici().Client)(origin, options)
}

interface Undici {
  readonly Client: new (origin: string, options: UndiciClientOptions) => UndiciClient
  readonly kParser: symbol
  readonly kError: symbol
}

let loaded: Undici | null = null

function undici(): Undici {
  if (loaded !== null) return loaded
  const load = createRequire(import.meta.url)
  const Client = load('undici/lib/dispatcher/client.js') as Undici['Client']
  loaded = { Client, ...(load('undici/lib/core/symbols.js') as Pick<Undici, 'kParser' | 'kError'>) }
  return loaded
}

/**
 * Closes a connection that nobody needs any more. Without a reason undici makes one, an error with a stack and the
 * socket's addresses, which are two system calls: 4 % of asking a host once (measured).
 */
export function close(socket: Socket): void {
  ;(socket as unknown as Record<symbol, unknown>)[undici().kError] ??= NOT_NEEDED
  socket.destroy()
}

const NOT_NEEDED = new Error('the connection is not needed any more')

/**
 * Lets the parser of a socket count the lines of a header, in trailers too. undici counts their text alone and keeps two
 * objects for each, so lines of six bytes would be 40 MB of objects before they reach its bound (measured). For a socket
 * that its client has just got.
 */
export function boundLines(socket: Socket): void {
  const parser = (socket as unknown as Record<symbol, Parser | undefined>)[undici().kParser]
  if (parser !== undefined) parser.trackHeader = trackLines
}

function trackLines(this: Parser, length: number): void {
  const isTooMuch = this.headers.length > 2 * MAX_LINES
  if (this.headersSize < this.headersMaxSize) {
    Object.getPrototypeOf(this).trackHeader.call(this, isTooMuch ? this.headersMaxSize : length)
  } else if (this.headers.length % 2 === 0) {
    // The socket is destroyed, and what is left of the chunk is parsed all the same.
    this.headers.length = 0
  }
}

interface Parser {
  readonly headers: Buffer[]
  readonly headersSize: number
  readonly headersMaxSize: number
  trackHeader(length: number): void
  readonly ptr: number
  readonly llhttp: { llhttp_get_http_major(ptr: number): number; llhttp_get_http_minor(ptr: number): number }
}

/** `1.1`: undici does not tell the version of an answer, but its parser knows. */
export function httpVersionOf(socket: Socket): string | null {
  const parser = (socket as unknown as Record<symbol, Parser | undefined>)[undici().kParser]
  if (parser === undefined) return null
  const minor = parser.llhttp.llhttp_get_http_minor(parser.ptr)
  const major = parser.llhttp.llhttp_get_http_major(parser.ptr)
  return major === 1 && minor === 1 ? '1.1' : `${major}.${minor}`
}
