// What a tunnel and the negotiations that open it (CONNECT, SOCKS) have in common.

import type { Socket } from 'node:net'
import type { ExchangeError } from '../wire/exchange-error.js'
import type { OnCancel } from './on-cancel.js'
import type { ProxyServer } from './proxy-server.js'

export interface TunnelOptions {
  /** The target as in a URL: lower case, IPv6 in brackets. */
  readonly hostname: string
  readonly port: number
  /** Asked for in place of the name: what `socks5:` has looked up here. Null leaves the lookup to the proxy. */
  readonly address: string | null
  /**
   * The budget of a whole attempt, ms. The caller watches it; the timer of `socks` must not fire before. That timer cannot
   * be stopped and keeps 6 KB a tunnel until it fires (measured), so a budget of minutes is memory.
   */
  readonly timeoutMs: number
  readonly onCancel: OnCancel
}

/** A tunnel that is being opened: how it ends. */
export interface Tunnel extends TunnelOptions {
  readonly isOver: () => boolean
  fail(error: ExchangeError): void
  /** The tunnel stands; `surplus` came after the proxy's answer. */
  open(surplus: Buffer): void
}

/** Asks a proxy for a tunnel: sends the first bytes. */
export type Negotiate = (socket: Socket, proxy: ProxyServer, tunnel: Tunnel) => Negotiation

export interface Negotiation {
  /** Called with each piece of the proxy's answer. */
  receive(chunk: Buffer): void
  /** Called when the negotiation is over, however it ended. */
  end(): void
}

/** The host to ask for; IPv6 in brackets. */
export function hostOf({ hostname, address }: TunnelOptions): string {
  if (address === null) return hostname
  return address.includes(':') ? `[${address}]` : address
}
