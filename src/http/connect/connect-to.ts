// One attempt to connect: addresses, a race over them, the proxy's tunnel, TLS. Each phase has its own time and can be
// called off. It has no clock: the caller watches the budget.

import type { Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import { isPublicAddress } from '../../words/is-public-address.js'
import type { Kind } from '../../words/kinds.js'
import type { TlsFacts } from '../../words/reply.js'
import { type Address, type Interfaces, literalAddress } from '../names/address.js'
import type { Lookup } from '../names/lookup.js'
import type { Pins } from '../names/pins.js'
import { ExchangeError, type Phase } from '../wire/exchange-error.js'
import type { Origin } from '../wire/origin.js'
import type { Anchors } from './anchors.js'
import { BREAKS, type FailedAddresses, type Peer } from './failed-addresses.js'
import { handshake, type Secured } from './handshake.js'
import type { OnCancel } from './on-cancel.js'
import { openTunnel } from './open-tunnel.js'
import type { ProxyChoice } from './proxy-choice.js'
import { proxyFailure } from './proxy-failure.js'
import { isPlain, type ProxyServer } from './proxy-server.js'
import { race, type Winner } from './race.js'

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
  phase(): Phase
  cancel(error: ExchangeError): void
}

/** What an attempt to connect works with. */
export interface ConnectParts {
  readonly lookup: Lookup
  now(): number
  /** Addresses that go before any lookup. */
  readonly pins: Pins
  readonly failed: FailedAddresses
  /** Refuse every address that is not a public one. */
  readonly denyPrivate: boolean
  /** Made on first use, then shared by all connections; `anonymous` ones show no certificate of the client's. */
  secureContext(anonymous: boolean): SecureContext
  /** What that trusts. */
  readonly anchors: () => Anchors
  readonly proxyFor: ProxyChoice
  /** This machine's. */
  readonly interfaces: () => Interfaces
}

/** Starts to connect. `timeoutMs` is the budget of the whole attempt; the caller watches it. */
export function connectTo(origin: Origin, timeoutMs: number, parts: ConnectParts): Connecting {
  return new ConnectAttempt(origin, timeoutMs, parts)
}

/** A class because its phases share all of it: one object a connection in place of a closure for each of its parts. */
class ConnectAttempt implements Connecting {
  readonly done: Promise<Connected>
  readonly #origin: Origin
  readonly #timeoutMs: number
  readonly #parts: ConnectParts
  readonly #proxy: ProxyServer | null
  #phase: Phase = 'dns'
  #cancelled: ExchangeError | null = null
  #release: ((error: ExchangeError) => void) | null = null
  readonly #onCancel: OnCancel = (handler) => {
    this.#release = handler
    if (this.#cancelled !== null) handler(this.#cancelled)
  }

  constructor(origin: Origin, timeoutMs: number, parts: ConnectParts) {
    this.#origin = origin
    this.#timeoutMs = timeoutMs
    this.#parts = parts
    this.#proxy = parts.proxyFor(origin)
    if (this.#proxy !== null) this.#phase = 'proxy'
    this.done = this.#run()
    if (this.#proxy !== null) {
      this.done = this.done.catch((error: unknown) => {
        throw this.#phase === 'proxy' ? onTheWayToProxy(error) : error
      })
    }
  }

  phase(): Phase {
    return this.#phase
  }

  cancel(error: ExchangeError): void {
    if (this.#cancelled !== null) return
    this.#cancelled = error
    this.#release?.(error)
  }

  async #run(): Promise<Connected> {
    const { now, failed, interfaces } = this.#parts
    const origin = this.#origin
    const proxy = this.#proxy
    const peer = proxy ?? origin
    const startedAt = now()
    const addresses = failed.last(peer, this.#knownOf(peer) ?? (await this.#foundOf(peer)))
    const resolvedAt = now()
    if (proxy === null) this.#phase = 'connect'
    const lost = ({ address }: Address) => addresses.length > 1 && failed.note(peer, address)
    const winner = await race(addresses, { port: peer.port, onCancel: this.#onCancel, interfaces, lost })
    const remoteAddress = this.#accept(winner)
    const socket = proxy === null ? winner.socket : await this.#throughProxy(winner.socket, proxy)
    const connectedAt = now()
    const facts = {
      remoteAddress,
      dnsMs: literalAddress(peer.hostname) ? null : resolvedAt - startedAt,
      connectMs: connectedAt - resolvedAt,
    }
    if (!origin.secure) return { ...facts, socket, tlsMs: null, tls: null }
    this.#phase = 'tls'
    const secured = await this.#secure(socket, origin).catch((error: unknown) => {
      // It may be the fault of one address of several: another may be another machine.
      const isBreak = error instanceof ExchangeError && BREAKS.has(error.kind)
      if (proxy === null && isBreak) failed.note(peer, winner.address)
      throw error
    })
    this.#ifStillWanted(secured.socket)
    return { ...facts, ...secured, tlsMs: now() - connectedAt }
  }

  /** Without a lookup; null: it takes one. */
  #knownOf({ hostname, port }: Peer): readonly Address[] | null {
    const pinned = this.#parts.pins(hostname, port)
    if (pinned !== null) return this.#allowed(pinned)
    const literal = literalAddress(hostname)
    return literal === null ? null : this.#allowed([literal])
  }

  async #foundOf({ hostname }: Peer): Promise<readonly Address[]> {
    return this.#allowed(await unlessCancelled(this.#parts.lookup(hostname), this.#onCancel))
  }

  #allowed(found: readonly Address[]): readonly Address[] {
    const allowed = this.#parts.denyPrivate ? found.filter(({ address }) => isPublicAddress(address)) : found
    if (allowed.length === 0) throw new ExchangeError({ kind: 'blocked.private_address' })
    return allowed
  }

  /** The address that a new connection leads to; throws where it must not, before any byte is sent. */
  #accept({ socket, address, family }: Winner): string {
    this.#ifStillWanted(socket)
    // Small writes in a row must not wait for each other's ACK (RFC 896). A plain request is one write, and the system
    // call is 5 % of asking a host once (measured).
    if (this.#origin.secure || this.#proxy !== null) socket.setNoDelay(true)
    const { denyPrivate } = this.#parts
    // Asked of the kernel, a system call, only where it may say something else, and where we must be sure.
    const isCertain = !denyPrivate && family === 4 && address !== UNSPECIFIED
    const remoteAddress = isCertain ? address : (socket.remoteAddress ?? address)
    if (denyPrivate && !isPublicAddress(remoteAddress)) {
      socket.destroy()
      throw new ExchangeError({ kind: 'blocked.private_address' })
    }
    return remoteAddress
  }

  /** Called off between two steps, where nobody was listening. */
  #ifStillWanted(socket: Socket): void {
    if (this.#cancelled === null) return
    socket.destroy()
    throw this.#cancelled
  }

  async #throughProxy(socket: Socket, proxy: ProxyServer): Promise<Socket> {
    const { hostname, port } = this.#origin
    const isSecure = proxy.protocol === 'https'
    const way = isSecure ? (await this.#secure(socket, { hostname: proxy.hostname, ...PROXY })).socket : socket
    if (isPlain(proxy, this.#origin)) return way
    const isLookedUpHere = proxy.protocol === 'socks5' || proxy.protocol === 'socks4'
    const address = isLookedUpHere ? await this.#addressFor(proxy, way) : null
    const [timeoutMs, onCancel] = [this.#timeoutMs, this.#onCancel]
    return openTunnel(way, proxy, { hostname, port, address, timeoutMs, onCancel })
  }

  /** The target's address for a proxy that looks up no names. */
  async #addressFor({ protocol }: ProxyServer, socket: Socket): Promise<string> {
    this.#phase = 'dns'
    let found: readonly Address[]
    try {
      found = this.#knownOf(this.#origin) ?? (await this.#foundOf(this.#origin))
    } catch (error) {
      socket.destroy()
      throw error
    }
    this.#phase = 'proxy'
    // SOCKS4 has room for no other.
    const fitting = protocol === 'socks4' ? found.find(({ family }) => family === 4) : undefined
    return (fitting ?? found[0]!).address
  }

  #secure(socket: Socket, peer: Pick<Origin, 'hostname' | 'insecure' | 'anonymous'>): Promise<Secured> {
    const { secureContext, anchors } = this.#parts
    return handshake(socket, {
      hostname: peer.hostname,
      insecure: peer.insecure,
      secureContext: secureContext(peer.anonymous === true),
      anchors,
      onCancel: this.#onCancel,
    })
  }
}

/** Its certificate has to hold whatever is said of the target, and ours is not for it. */
const PROXY = { insecure: false, anonymous: true } as const

/** Connecting there reaches loopback, and the kernel says so. IPv6 has many ways to write an address. */
const UNSPECIFIED = '0.0.0.0'

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
