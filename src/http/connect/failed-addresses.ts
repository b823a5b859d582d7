// Which addresses of a host failed a moment ago, so that the next attempt begins with another one.

import type { Kind } from '../../words/kinds.js'
import type { Address } from '../names/address.js'

/** Kinds of a connection that broke, or that nobody answered on. */
export const BREAKS: ReadonlySet<Kind> = new Set(['tcp.reset', 'tcp.closed', 'tcp.timed_out', 'timeout'])

/** Bounded, and soon forgotten. */
export interface FailedAddresses {
  note(peer: Peer, address: string): void
  /** The same addresses, those that failed lately behind the others, the latest last. */
  last(peer: Peer, addresses: readonly Address[]): readonly Address[]
}

/** A host as in a URL, and a port. */
export interface Peer {
  readonly hostname: string
  readonly port: number
}

/** Longer than the waits before two retries; a server that was restarted is back by then. */
const REMEMBERED_MS = 30_000
/** Hosts that are remembered, the latest ones. */
const PEERS_MAX = 1000

/** `now` is monotonic ms. */
export function createFailedAddresses(now: () => number): FailedAddresses {
  /** When an address failed, by host and address; the host that failed longest ago first. */
  const failures = new Map<string, Map<string, number>>()

  return {
    note(peer, address) {
      const key = keyOf(peer)
      const known = failures.get(key) ?? new Map<string, number>()
      known.set(address, now())
      failures.delete(key)
      if (failures.size >= PEERS_MAX) failures.delete(failures.keys().next().value!)
      failures.set(key, known)
    },
    last(peer, addresses) {
      if (failures.size === 0 || addresses.length < 2) return addresses
      const known = failures.get(keyOf(peer))
      if (known === undefined) return addresses
      const since = now() - REMEMBERED_MS
      for (const [address, at] of known) if (at <= since) known.delete(address)
      const failedAt = ({ address }: Address) => known.get(address) ?? Number.NEGATIVE_INFINITY
      // Sorting is stable: all that are well keep their order. Infinities must not be subtracted.
      return [...addresses].sort((a, b) => (failedAt(a) === failedAt(b) ? 0 : failedAt(a) - failedAt(b)))
    },
  }
}

function keyOf({ hostname, port }: Peer): string {
  return `${hostname}:${port}`
}
