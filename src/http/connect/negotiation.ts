// What a tunnel and the languages spoken in it (CONNECT, SOCKS) have in common.

import type { Socket } from 'node:net'
import type { ExchangeError } from '../wire/exchange-error.js'
import type { ProxyServer } from './proxy-choice.js'

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
  /** Registers what to do when the attempt is called off; replaces what was registered before. */
  onCancel(handler: (error: ExchangeError) => void): void
}

/** Sends the first words. */
export type Begin = (socket: Socket, proxy: ProxyServer, way: Way) => Conversation

export interface Conversation {
  /** Called with each piece of the answer. */
  hear(chunk: Buffer): void
  /** Called when the conversation is over, whatever way. */
  leave(): void
}

export interface Way extends TunnelOptions {
  readonly isOver: () => boolean
  fail(error: ExchangeError): void
  /** The tunnel stands; `surplus` came after the proxy's answer. */
  open(surplus: Buffer): void
}

/** IPv6 in brackets. */
export function hostOf({ hostname, address }: TunnelOptions): string {
  if (address === null) return hostname
  return address.includes(':') ? `[${address}]` : address
}
