// From an origin to a connected socket: addresses, a race over them, TLS. Outside undici, so that the deadline bites in
// every phase, each phase has its own time, and no library reconnects behind our back.

import type { Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { SecureContext } from 'node:tls'
import type { PinnedAddress } from '../../settings/addresses.js'
import type { Kind } from '../../words/kinds.js'
import type { TlsFacts } from '../../words/reply.js'
import { type Address, type Interfaces, literalAddress } from '../names/address.js'
import type { Lookup } from '../names/lookup.js'
import { createPins, type Pins } from '../names/pins.js'
import { ExchangeError, type Phase } from '../wire/exchange-error.js'
import type { OnCancel } from '../wire/failure.js'
import type { Origin } from '../wire/origin.js'
import { createAnchors } from './anchors.js'
import type { Anchors } from './certificate-chain.js'
import { createFailedAddresses, type FailedAddresses } from './failed-addresses.js'
import { handshake } from './handshake.js'
import { isPublicAddress } from './private-address.js'
import { proxyFailure } from './proxy-failure.js'
import type { ProxyServer } from './proxy-for.js'
import { race } from './race.js'
import { openTunnel } from './tunnel.js'

/** A name or literal as in a URL, and a port. */
interface HostPort {
  readonly hostname: string
  readonly port: number
}

/** A socket ready for HTTP, and what connecting cost; ms, null where a phase did not happen. */
export interface Connected {
  readonly socket: Socket
  readonly remoteAddress: string
  readonly dnsMs: number | null
  readonly connectMs: number
  readonly tlsMs: number | null
  readonly tls: TlsFacts | null
  /** `tls` with the dates of the whole chain. */
  readonly withChain?: (() => TlsFacts) | undefined
}

/** One attempt to connect. `done` rejects with an `ExchangeError`; after `cancel` with the error given there. */
export interface Connecting {
  readonly done: Promise<Connected>
  readonly phase: () => Phase
  cancel(error: ExchangeError): void
}

export interface Connector {
  /** `timeoutMs` is the budget of the whole attempt; the caller watches it. */
  connect(origin: Origin, timeoutMs: number): Connecting
  /** The connection to this address broke before an answer: connections of the next moment begin with another, if there is one. */
  distrust(origin: Origin, address: string): void
  /** The proxy for an origin; null: none. */
  readonly proxyFor: (origin: Origin) => ProxyServer | null
}

export interface ConnectorOptions {
  readonly lookup: Lookup
  now(): number
  /** Addresses that go before any lookup. */
  readonly pinned: readonly PinnedAddress[]
  /** Refuse every address that is not a public one. */
  readonly denyPrivate: boolean
  /** Made on first use, then shared by all connections; `anonymous` ones show no certificate of the client's. */
  secureContext(anonymous: boolean): SecureContext
  /** What that trusts; default: what Node does. */
  readonly anchors?: () => Anchors
  readonly proxyFor: Connector['proxyFor']
  /** Default: the system's. */
  readonly interfaces?: () => Interfaces
}

/** Makes a connector. Nothing is kept between connections but the TLS settings, and for a moment which addresses failed. */
export function createConnector(options: ConnectorOptions): Connector {
  const pins = createPins(options.pinned)
  const failed = createFailedAddresses(options.now)
  const { proxyFor } = options
  return {
    connect: (origin, timeoutMs) => connectTo(origin, timeoutMs, { ...options, pins, failed }),
    distrust: (origin, address) => failed.note(proxyFor(origin) ?? origin, address),
    proxyFor,
  }
}

interface Parts extends ConnectorOptions {
  readonly pins: Pins
  readonly failed: FailedAddresses
}

function connectTo(origin: Origin, timeoutMs: number, parts: Parts): Connecting {
  const {
    lookup,
    now,
    denyPrivate,
    secureContext,
    anchors = nodesAnchors,
    pins,
    failed,
    interfaces = networkInterfaces,
  } = parts
  let phase: Phase = 'dns'
  let cancelled: ExchangeError | null = null
  let release: ((error: ExchangeError) => void) | null = null
  const onCancel: OnCancel = (handler) => {
    release = handler
    if (cancelled !== null) handler(cancelled)
  }

  const addressesOf = async ({ hostname, port }: HostPort): Promise<readonly Address[]> => {
    const literal = literalAddress(hostname)
    const known = pins(hostname, port) ?? (literal === null ? null : [literal])
    const found = known ?? (await unlessCancelled(lookup(hostname), onCancel))
    const allowed = denyPrivate ? found.filter(({ address }) => isPublicAddress(address)) : found
    if (allowed.length === 0) throw new ExchangeError({ kind: 'blocked.private_address' })
    return allowed
  }
  /** Called off between two steps, where nobody was listening. */
  const ifStillWanted = (socket: Socket): Socket => {
    if (cancelled === null) return socket
    socket.destroy()
    throw cancelled
  }
  const secure = (socket: Socket, { hostname }: HostPort, how: { insecure: boolean; anonymous: boolean }) =>
    handshake(socket, {
      hostname,
      insecure: how.insecure,
      secureContext: secureContext(how.anonymous),
      anchors,
      onCancel,
    })

  const run = async (): Promise<Connected> => {
    const proxy = parts.proxyFor(origin)
    if (proxy !== null) phase = 'proxy'
    const startedAt = now()
    const peer = proxy ?? origin
    const addresses = failed.last(peer, await addressesOf(peer))
    const resolvedAt = now()
    if (proxy === null) phase = 'connect'
    const lost = ({ address }: Address) => addresses.length > 1 && failed.note(peer, address)
    const winner = await race(addresses, { port: peer.port, onCancel, interfaces, lost })
    let socket = ifStillWanted(winner.socket)
    // Small writes in a row must not wait for each other's ACK (RFC 896). A plain request is one write, and the system
    // call is 5 % of asking a host once (measured).
    if (origin.secure || proxy !== null) socket.setNoDelay(true)
    // Asked of the kernel, a system call, only where it may say something else, and where we must be sure.
    const isCertain = !denyPrivate && winner.family === 4 && winner.address !== UNSPECIFIED
    const remoteAddress = isCertain ? winner.address : (socket.remoteAddress ?? winner.address)
    // Once more on what the kernel says it is connected to, before any byte is sent.
    if (denyPrivate && !isPublicAddress(remoteAddress)) {
      socket.destroy()
      throw new ExchangeError({ kind: 'blocked.private_address' })
    }
    if (proxy?.protocol === 'https') socket = (await secure(socket, proxy, PROXY)).socket
    if (proxy !== null && !isPlain(proxy, origin)) {
      const { hostname, port } = origin
      let address: string | null = null
      if (proxy.protocol === 'socks5' || proxy.protocol === 'socks4') {
        phase = 'dns'
        const found = await addressesOf(origin).catch((error: unknown) => {
          socket.destroy()
          throw error
        })
        // SOCKS4 has room for no other.
        const fitting = proxy.protocol === 'socks4' ? found.find(({ family }) => family === 4) : undefined
        address = (fitting ?? found[0]!).address
        phase = 'proxy'
      }
      socket = await openTunnel(socket, proxy, { hostname, port, address, timeoutMs, onCancel })
    }
    const connectedAt = now()
    const facts = {
      remoteAddress,
      dnsMs: literalAddress(peer.hostname) ? null : resolvedAt - startedAt,
      connectMs: connectedAt - resolvedAt,
    }
    if (!origin.secure) return { ...facts, socket, tlsMs: null, tls: null }
    phase = 'tls'
    const how = { insecure: origin.insecure, anonymous: origin.anonymous === true }
    const secured = await secure(socket, origin, how).catch((error: unknown) => {
      if (proxy === null && isBreak(error)) failed.note(peer, winner.address)
      throw error
    })
    ifStillWanted(secured.socket)
    return { ...facts, ...secured, tlsMs: now() - connectedAt }
  }

  return {
    done: run().catch((error: unknown) => {
      throw phase === 'proxy' ? onTheWayToProxy(error) : error
    }),
    phase: () => phase,
    cancel(error) {
      if (cancelled !== null) return
      cancelled = error
      release?.(error)
    },
  }
}

/** Whether it may be the fault of one address of several: another may be another machine. */
function isBreak(error: unknown): boolean {
  return error instanceof ExchangeError && BREAKS.has(error.kind)
}

const nodesAnchors = () => createAnchors([])

/** Its certificate has to hold whatever is said of the target, and ours is not for it. */
const PROXY = { insecure: false, anonymous: true }

/** Connecting there reaches loopback, and the kernel says so. IPv6 has many ways to write an address. */
const UNSPECIFIED = '0.0.0.0'

/** Whether a request is simply sent to the proxy, with the whole URL in its first line (RFC 9112 §3.2.2). */
export function isPlain(proxy: ProxyServer, origin: Origin): boolean {
  return !origin.secure && !proxy.protocol.startsWith('socks')
}

/** Kinds of a connection that broke, or that nobody answered on. */
export const BREAKS: ReadonlySet<Kind> = new Set(['tcp.reset', 'tcp.closed', 'tcp.timed_out', 'timeout'])

/** A lookup cannot be stopped, only left behind. */
function unlessCancelled<T>(work: Promise<T>, onCancel: OnCancel): Promise<T> {
  return new Promise((resolve, reject) => {
    onCancel(reject)
    work.then(resolve, reject)
  })
}

/** Our own end, the clock and a forbidden address are not the proxy's fault. */
const NOT_THE_PROXY = new Set<Kind>(['proxy.failed', 'timeout', 'tcp.timed_out', 'aborted', 'blocked.private_address'])

function onTheWayToProxy(error: unknown): unknown {
  if (!(error instanceof ExchangeError)) return proxyFailure(error)
  // What a SOCKS proxy found out about the target.
  const isOfTarget = error.code?.startsWith('SOCKS_') === true
  return isOfTarget || NOT_THE_PROXY.has(error.kind) ? error : proxyFailure(error)
}
