// From an origin to a connected socket: addresses, a race over them, TLS. Outside undici, so that the deadline bites in
// every phase, each phase has its own time, and no library reconnects behind our back.

import type { Socket } from 'node:net'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { TlsFacts } from '../types.js'
import { literalAddress } from './address.js'
import type { ExchangeError, OnCancel, Phase } from './failure.js'
import { handshake, tlsFacts } from './handshake.js'
import type { Lookup } from './lookup.js'
import { race } from './race.js'

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

/** Makes a connector. Nothing is kept between connections but the TLS settings. */
export function createConnector({ lookup, now }: ConnectorOptions): Connector {
  // Loading the roots takes 22 ms a context when done for each connection (measured), so there is one for all.
  let secureContext: SecureContext | null = null

  return {
    connect(origin) {
      let phase: Phase = 'dns'
      let cancelled: ExchangeError | null = null
      let release: ((error: ExchangeError) => void) | null = null

      const onCancel: OnCancel = (handler) => {
        release = handler
        if (cancelled !== null) handler(cancelled)
      }
      const run = async (): Promise<Connected> => {
        const startedAt = now()
        const literal = literalAddress(origin.hostname)
        const addresses = literal ? [literal] : await unlessCancelled(lookup(origin.hostname), onCancel)
        const resolvedAt = now()
        phase = 'connect'
        const socket = await race(addresses, origin.port, onCancel)
        const connectedAt = now()
        const facts = {
          remoteAddress: socket.remoteAddress ?? addresses[0]!.address,
          dnsMs: literal ? null : resolvedAt - startedAt,
          connectMs: connectedAt - resolvedAt,
        }
        if (!origin.secure) return { ...facts, socket, tlsMs: null, tls: null }
        phase = 'tls'
        secureContext ??= createSecureContext()
        const { hostname, insecure } = origin
        const secured = await handshake(socket, { hostname, insecure, secureContext, onCancel })
        return { ...facts, socket: secured, tlsMs: now() - connectedAt, tls: tlsFacts(secured) }
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

/** A lookup cannot be stopped, only left behind. */
function unlessCancelled<T>(work: Promise<T>, onCancel: OnCancel): Promise<T> {
  return new Promise((resolve, reject) => {
    onCancel(reject)
    work.then(resolve, reject)
  })
}
