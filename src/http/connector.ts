// From an origin to a connected socket: lookup, a race over the addresses, TLS. Outside undici, so that the deadline
// bites in every phase, each phase has its own time, and no library reconnects behind our back.

import { createConnection, isIP, type Socket } from 'node:net'
import { connect as connectTls, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import type { TlsFacts } from '../types.js'
import { certificateFailure, ExchangeError, failureOf, type Phase } from './failure.js'
import type { Address, Lookup } from './lookup.js'

/** Where to connect. `insecure` origins have connections of their own. */
export interface Origin {
  /** `https://example.com:8443`, as in a URL. */
  readonly href: string
  readonly secure: boolean
  /** As in a URL: lower case, IPv6 in brackets. */
  readonly hostname: string
  readonly port: number
  readonly insecure: boolean
}

/** A socket ready for HTTP, and what connecting cost; ms, null where a phase did not happen. */
export interface Connected {
  readonly socket: Socket
  readonly remoteAddress: string
  readonly dnsMs: number | null
  readonly connectMs: number
  readonly tlsMs: number | null
  readonly tls: TlsFacts | null
}

/** One attempt to connect. `done` rejects with an `ExchangeError`; after `cancel` with the error given there. */
export interface Connecting {
  readonly done: Promise<Connected>
  readonly phase: () => Phase
  cancel(error: ExchangeError): void
}

export interface Connector {
  connect(origin: Origin): Connecting
}

export interface ConnectorOptions {
  readonly lookup: Lookup
  now(): number
}

/** RFC 8305 §5: the next address is tried after this, the earlier ones go on. */
const ATTEMPT_DELAY_MS = 250

export function createConnector({ lookup, now }: ConnectorOptions): Connector {
  // Loading the roots takes 22 ms a context when done for each connection (measured), so there is one for all.
  let secureContext: SecureContext | null = null

  return {
    connect(origin) {
      let phase: Phase = 'dns'
      let cancelled: ExchangeError | null = null
      let release: ((error: ExchangeError) => void) | null = null

      const run = async (): Promise<Connected> => {
        const startedAt = now()
        const literal = isLiteral(origin.hostname)
        const addresses = literal ? [literal] : await cancellable(lookup(origin.hostname), onCancel)
        if (cancelled !== null) throw cancelled
        const resolvedAt = now()
        phase = 'connect'
        const socket = await raceAddresses(addresses, origin.port, onCancel)
        const connectedAt = now()
        const facts = {
          remoteAddress: socket.remoteAddress ?? addresses[0]!.address,
          dnsMs: literal ? null : resolvedAt - startedAt,
          connectMs: connectedAt - resolvedAt,
        }
        if (!origin.secure) return { ...facts, socket, tlsMs: null, tls: null }
        phase = 'tls'
        secureContext ??= createSecureContext()
        const secured = await handshake(socket, origin, secureContext, onCancel)
        return { ...facts, socket: secured, tlsMs: now() - connectedAt, tls: tlsFacts(secured) }
      }
      const onCancel = (handler: (error: ExchangeError) => void) => {
        release = handler
        if (cancelled !== null) handler(cancelled)
      }

      return {
        done: run(),
        phase: () => phase,
        cancel(error) {
          if (cancelled !== null) return
          cancelled = error
          release?.(error)
        },
      }
    },
  }
}

/** Registers what to do when the attempt is called off; replaces what was registered before. */
type OnCancel = (handler: (error: ExchangeError) => void) => void

/** A lookup cannot be stopped, only left behind. */
function cancellable<T>(work: Promise<T>, onCancel: OnCancel): Promise<T> {
  return new Promise((resolve, reject) => {
    onCancel(reject)
    work.then(resolve, reject)
  })
}

/** The address that a host name is, if it is one. */
function isLiteral(hostname: string): Address | null {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  const family = isIP(bare)
  return family === 0 ? null : { address: bare, family: family as 4 | 6 }
}

/** Happy Eyeballs (RFC 8305 §5): the first to connect wins; none is given up before the deadline. */
function raceAddresses(addresses: readonly Address[], port: number, onCancel: OnCancel): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const running = new Set<Socket>()
    const failures: ExchangeError[] = []
    let next = 0
    let timer: NodeJS.Timeout | null = null

    const finish = () => {
      if (timer !== null) clearTimeout(timer)
      timer = null
      for (const socket of running) socket.destroy()
      running.clear()
    }
    const startNext = () => {
      if (timer !== null) clearTimeout(timer)
      timer = null
      const address = addresses[next++]
      if (address === undefined) return
      let socket: Socket
      try {
        socket = createConnection({
          host: address.address,
          port,
          family: address.family,
          noDelay: true,
          autoSelectFamily: false,
        })
      } catch (error) {
        return lose(error)
      }
      running.add(socket)
      socket.once('connect', () => {
        running.delete(socket)
        socket.removeAllListeners('error')
        socket.on('error', ignore)
        finish()
        resolve(socket)
      })
      socket.on('error', (error) => {
        if (running.delete(socket)) lose(error)
      })
      if (next < addresses.length) timer = setTimeout(startNext, ATTEMPT_DELAY_MS)
    }
    const lose = (error: unknown) => {
      failures.push(new ExchangeError(failureOf(error, 'connect', false), error))
      if (next < addresses.length) startNext()
      else if (running.size === 0) {
        finish()
        reject(mostTelling(failures))
      }
    }

    onCancel((error) => {
      finish()
      reject(error)
    })
    startNext()
  })
}

const ignore = () => {}

/** Which failure of several addresses to report: our own machine's first, then what a host that is alive said. */
const TELLING = ['tcp.refused', 'tcp.reset', 'tcp.timed_out', 'tcp.address_unreachable']

function mostTelling(failures: readonly ExchangeError[]): ExchangeError {
  const rank = (error: ExchangeError) => (error.kind.startsWith('local.') ? -1 : TELLING.indexOf(error.kind))
  return failures.reduce((best, error) => (rank(error) < rank(best) ? error : best))
}

function handshake(
  socket: Socket,
  origin: Origin,
  secureContext: SecureContext,
  onCancel: OnCancel,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const name = origin.hostname.replace(/\.$/, '')
    const literal = isLiteral(name)
    const secured = connectTls({
      socket,
      secureContext,
      // No SNI for IP literals (RFC 6066 §3); the certificate is then checked against the address.
      ...(literal === null ? { servername: name } : { host: literal.address }),
      ALPNProtocols: ['http/1.1'],
      // We look at the result ourselves: a bad certificate is a kind, and under `insecure` a note.
      rejectUnauthorized: false,
    })
    const fail = (error: ExchangeError) => {
      secured.destroy()
      socket.destroy()
      reject(error)
    }
    onCancel(fail)
    secured.on('error', (error) => fail(new ExchangeError(failureOf(error, 'tls', false), error)))
    secured.once('secureConnect', () => {
      const code = certificateError(secured)
      if (code !== null && !origin.insecure) return fail(new ExchangeError(certificateFailure(code)))
      secured.removeAllListeners('error')
      secured.on('error', ignore)
      resolve(secured)
    })
  })
}

/** Node's type says Error, what is there is the code (`CERT_HAS_EXPIRED`). */
function certificateError(socket: TLSSocket): string | null {
  const error = socket.authorizationError as unknown
  if (socket.authorized || error === null || error === undefined) return null
  return typeof error === 'string' ? error : ((error as NodeJS.ErrnoException).code ?? 'CERT_REJECTED')
}

/** From the socket, so that a reused connection knows them as well. */
function tlsFacts(socket: TLSSocket): TlsFacts {
  const certificate = socket.getPeerX509Certificate()
  const validTo = certificate === undefined ? Number.NaN : Date.parse(certificate.validTo)
  return {
    protocol: socket.getProtocol(),
    issuer: certificate === undefined ? null : issuerName(certificate.issuer),
    validTo: Number.isNaN(validTo) ? null : new Date(validTo).toISOString(),
    error: certificateError(socket),
  }
}

/** `CN=…` of the issuer's lines, else its organisation, else all of it. */
function issuerName(issuer: string | undefined): string | null {
  if (!issuer) return null
  const field = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(issuer)?.[1]
  return field('CN') ?? field('O') ?? issuer.replaceAll('\n', ', ')
}
