// The parts of undici that the exchange leans on, typed as they are in 7.30. `test/contract/` asserts each of them.

declare module 'undici/lib/dispatcher/client.js' {
  import type { Socket } from 'node:net'

  export interface DispatchOptions {
    path: string
    method: string
    headers: readonly string[]
    reset: boolean
    servername?: string
  }
  /** The handler interface that undici uses inside; the newer one is wrapped around it and parses all headers. */
  export interface DispatchHandler {
    onConnect(abort: (error?: Error) => void): void
    onResponseStarted?(): void
    onHeaders(status: number, headers: Buffer[], resume: () => void, statusText: string): boolean
    onData(chunk: Buffer): boolean
    onComplete(trailers: Buffer[]): void
    onError(error: Error): void
  }
  export interface ClientOptions {
    connect(options: unknown, callback: (error: Error | null, socket: Socket | null) => void): void
    pipelining: number
    headersTimeout: number
    bodyTimeout: number
    keepAliveTimeout: number
    keepAliveMaxTimeout: number
    maxHeaderSize: number
  }
  export default class Client {
    constructor(origin: string, options: ClientOptions)
    dispatch(options: DispatchOptions, handler: DispatchHandler): boolean
  }
}

declare module 'undici/lib/core/symbols.js' {
  const symbols: { readonly kParser: symbol; readonly kHTTPContext: symbol }
  export default symbols
}
