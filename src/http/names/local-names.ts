// Names that this machine knows without asking anybody: addresses written as such, the hosts file, localhost.

import { withoutTrailingDot } from '../../words/without-trailing-dot.js'
import { type Address, literalAddress } from './address.js'
import { readHosts } from './hosts-file.js'

/** RFC 6761 §6.3: both loopback addresses, and nobody is asked. */
const LOOPBACK: readonly Address[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

/** The addresses of a lower-case name; null where somebody has to be asked. A literal is what it is, wanted or not. */
export type LocalNames = (name: string) => readonly Address[] | null

/** The hosts file is read once, when the first name is asked for; it may say what localhost is. */
export function createLocalNames(
  hostsFile: string,
  wanted: (addresses: readonly Address[]) => readonly Address[],
): LocalNames {
  let hosts: ReadonlyMap<string, readonly Address[]> | null = null
  return (name) => {
    const literal = literalAddress(name)
    if (literal !== null) return [literal]
    const bare = withoutTrailingDot(name)
    hosts ??= readHosts(hostsFile)
    const listed = wanted(hosts.get(bare) ?? [])
    if (listed.length > 0) return listed
    return bare === 'localhost' || bare.endsWith('.localhost') ? wanted(LOOPBACK) : null
  }
}
