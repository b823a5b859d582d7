// From an origin to a connected socket. Outside undici, so that the deadline bites in every phase, each phase has its own
// time, and no library reconnects behind our back.

import { networkInterfaces } from 'node:os'
import type { PinnedAddress } from '../../settings/addresses.js'
import type { Interfaces } from '../names/address.js'
import { createPins } from '../names/pins.js'
import type { Origin } from '../wire/origin.js'
import { type Anchors, createAnchors } from './anchors.js'
import { type Connecting, type ConnectParts, connectTo } from './connect-to.js'
import { createFailedAddresses } from './failed-addresses.js'
import type { ProxyServer } from './proxy-server.js'

export interface Connector {
  /** `timeoutMs` is the budget of the whole attempt; the caller watches it. */
  connect(origin: Origin, timeoutMs: number): Connecting
  /** The connection to this address broke before an answer: connections of the next moment begin with another, if there is one. */
  distrust(origin: Origin, address: string): void
  /** The proxy for an origin; null: none. */
  readonly proxyFor: (origin: Origin) => ProxyServer | null
}

export interface ConnectorOptions
  extends Pick<ConnectParts, 'lookup' | 'now' | 'denyPrivate' | 'secureContext' | 'proxyFor'> {
  /** Addresses that go before any lookup. */
  readonly pinned: readonly PinnedAddress[]
  /** What the secure context trusts; default: what Node does. */
  readonly anchors?: () => Anchors
  /** Default: the system's. */
  readonly interfaces?: () => Interfaces
}

/** Makes a connector. Nothing is kept between connections but the TLS settings, and for a moment which addresses failed. */
export function createConnector(options: ConnectorOptions): Connector {
  const { pinned, proxyFor, anchors = nodesAnchors, interfaces = networkInterfaces } = options
  const failed = createFailedAddresses(options.now)
  const parts: ConnectParts = { ...options, anchors, interfaces, pins: createPins(pinned), failed }
  return {
    connect: (origin, timeoutMs) => connectTo(origin, timeoutMs, parts),
    distrust: (origin, address) => failed.note(proxyFor(origin) ?? origin, address),
    proxyFor,
  }
}

const nodesAnchors = () => createAnchors([])
