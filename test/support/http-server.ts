// A well-behaved HTTP or HTTPS server whose answers the test states, and which remembers what it was asked.
// What node:http refuses to send is the business of raw-server.ts.

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { TlsOptions } from 'node:tls'
import { type Listening, type ListenOptions, listen } from './listen.js'

/** Answers one request by hand. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/** An answer as data. */
export interface Answer {
  /** Default 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Default empty. */
  readonly body?: string | Uint8Array
  /** How long to wait before the head; default 0. */
  readonly delayMs?: number
}

/** Answers by path without query; a number is a status, `*` answers what has no route of its own (default 404). */
export type Routes = Readonly<Record<string, number | Answer | Handler>>

export interface HttpServerOptions extends ListenOptions {
  /** Serves HTTPS; see certificates.ts. */
  readonly tls?: TlsOptions
}

/** A request as it came. */
export interface SeenRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** The Host header without port, lower-case; '' when there is none. */
  readonly host: string
  readonly headers: IncomingMessage['headers']
}

export interface HttpServer extends Listening {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string
  /** The same server under another name: `urlOf('127.0.0.7', '/a')`. */
  urlOf(host: string, path?: string): string
  /** Requests whose head arrived, answered or not. */
  requests(): number
  /** The first 1,000 of them, in order. */
  seen(): readonly SeenRequest[]
  /** How many of them named this host. */
  requestsTo(host: string): number
  /** The most requests of this host, or of all hosts together, that waited for their answer's end at once. */
  maxInFlight(host?: string): number
}

const SEEN_AT_MOST = 1000

/** Starts a server on loopback. A handler that throws answers 500 with the error's stack. */
export async function startHttpServer(
  behaviour: Handler | Routes,
  options: HttpServerOptions = {},
): Promise<HttpServer> {
  const handle = typeof behaviour === 'function' ? behaviour : byRoutes(behaviour)
  const seen: SeenRequest[] = []
  const all = createGauge()
  const byHost = new Map<string, Gauge>()

  const onRequest: RequestListener = (request, response) => {
    const host = withoutPort(request.headers.host ?? '')
    const ofHost = byHost.get(host) ?? createGauge()
    byHost.set(host, ofHost)
    if (seen.length < SEEN_AT_MOST) {
      seen.push({ method: request.method ?? '', target: request.url ?? '', host, headers: request.headers })
    }
    for (const gauge of [all, ofHost]) gauge.enter()
    response.once('close', () => {
      for (const gauge of [all, ofHost]) gauge.leave()
    })
    run(handle, request, response)
  }

  const server = options.tls ? createTlsServer(options.tls, onRequest) : createServer(onRequest)
  const listening = await listen(server, options)
  const scheme = options.tls ? 'https' : 'http'
  const urlOf = (host: string, path = '') => `${scheme}://${host}:${listening.port}${path}`
  return {
    ...listening,
    url: urlOf(listening.host),
    urlOf,
    requests: () => all.total(),
    seen: () => seen,
    requestsTo: (host) => byHost.get(host)?.total() ?? 0,
    maxInFlight: (host) => (host === undefined ? all : byHost.get(host))?.peak() ?? 0,
  }
}

async function run(handle: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await handle(request, response)
  } catch (error) {
    if (!response.headersSent) response.writeHead(500)
    response.end(error instanceof Error ? error.stack : String(error))
  }
}

function byRoutes(routes: Routes): Handler {
  return (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    const route = (Object.hasOwn(routes, path) ? routes[path] : routes['*']) ?? 404
    if (typeof route === 'function') return route(request, response)
    const answer = typeof route === 'number' ? { status: route } : route
    const timer = setTimeout(() => send(answer, response), answer.delayMs ?? 0)
    response.once('close', () => clearTimeout(timer))
  }
}

function send(answer: Answer, response: ServerResponse): void {
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value)
  response.writeHead(answer.status ?? 200)
  response.end(answer.body)
}

function withoutPort(authority: string): string {
  return authority.toLowerCase().replace(/:\d+$/, '')
}

interface Gauge {
  enter(): void
  leave(): void
  total(): number
  peak(): number
}

function createGauge(): Gauge {
  let inside = 0
  let total = 0
  let peak = 0
  return {
    enter() {
      inside++
      total++
      peak = Math.max(peak, inside)
    },
    leave: () => void inside--,
    total: () => total,
    peak: () => peak,
  }
}
