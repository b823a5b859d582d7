// The addresses that the user wrote for hosts (`--resolve`): they go before any lookup.

import type { PinnedAddress } from '../../settings/addresses.js'
import { withoutTrailingDot } from '../../words/without-trailing-dot.js'
import { type Address, literalAddress } from './address.js'

/** The addresses for a host as in a URL and a port, in the order written; null: they have to be looked up. */
export type Pins = (hostname: string, port: number) => readonly Address[] | null

/** As in curl a host by name goes before `*`, and of two for the same host and port the later one holds. */
export function createPins(pinned: readonly PinnedAddress[]): Pins {
  const found = new Map(pinned.map(({ host, port, address }) => [`${host}:${port}`, addressesOf(address)]))
  return (hostname, port) => {
    if (found.size === 0) return null
    const name = withoutTrailingDot(hostname)
    return found.get(`${name}:${port}`) ?? found.get(`*:${port}`) ?? null
  }
}

function addressesOf(list: string): readonly Address[] {
  return list.split(',').map((text) => literalAddress(text)!)
}
