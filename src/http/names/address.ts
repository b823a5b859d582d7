// An address of a host, and the order in which addresses are tried.

import { isIP } from 'node:net'
import type { NetworkInterfaceInfo } from 'node:os'

/** One address of a host; `family` tells IPv4 from IPv6. */
export interface Address {
  readonly address: string
  readonly family: 4 | 6
}

/** What `os.networkInterfaces()` returns. */
export type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>

/** How far this machine's IPv6 goes: to the internet, to its own network only, or nowhere. Loopback does not count. */
export type Ipv6Reach = 'global' | 'site' | 'none'

/** More than the usual budget of 10 s has time for: one address every 250 ms. */
const ADDRESSES_MAX = 64

/** The address that a host name is, if it is one; IPv6 with or without brackets. */
export function literalAddress(hostname: string): Address | null {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  const family = isIP(bare)
  return family === 0 ? null : { address: bare, family: family as 4 | 6 }
}

/** Both families in turn, the one in `first` leading (RFC 8305 §4); each keeps its own order. At most 64, none twice. */
export function interleave(addresses: readonly Address[], first: 4 | 6): readonly Address[] {
  if (addresses.length < 2) return addresses
  const distinct = [...new Map(addresses.map((one) => [one.address, one])).values()]
  const leading = distinct.filter(({ family }) => family === first)
  const other = distinct.filter(({ family }) => family !== first)
  const mixed: Address[] = []
  for (let place = 0; mixed.length < distinct.length; place++) {
    if (place < leading.length) mixed.push(leading[place]!)
    if (place < other.length) mixed.push(other[place]!)
  }
  return mixed.slice(0, ADDRESSES_MAX)
}

/** Global unicast is 2000::/3 (RFC 4291 §2.4); fc00::/7 reaches its own site (RFC 4193); fe80::/10 needs a zone and reaches no name. */
export function ipv6Reach(interfaces: Interfaces): Ipv6Reach {
  let reach: Ipv6Reach = 'none'
  for (const { family, internal, address } of addressesOf(interfaces)) {
    if (family !== 'IPv6' || internal) continue
    if (/^[23]/.test(address)) return 'global'
    if (/^f[cd]/i.test(address)) reach = 'site'
  }
  return reach
}

/** Codes of connecting that a machine without a family gives to every address of it. */
const UNREACHABLE_CODES = new Set(['EADDRNOTAVAIL', 'ENETUNREACH', 'EHOSTUNREACH', 'EAFNOSUPPORT'])

/**
 * The family that this machine lacks, where a failure to connect says no more than that: it is neither the host's fault nor a shortage
 * then. Null else; IPv4 within IPv6 and addresses with a zone are no matter of reach, and without any network it is not the family.
 */
export function missingFamily(
  { address, family }: Address,
  code: string | null,
  interfaces: () => Interfaces,
): 4 | 6 | null {
  if (code === null || !UNREACHABLE_CODES.has(code)) return null
  const isMissing = family === 6 ? isBeyondIpv6(address, code, interfaces) : isBeyondIpv4(address, interfaces)
  return isMissing ? family : null
}

function isBeyondIpv6(address: string, code: string, interfaces: () => Interfaces): boolean {
  if (code === 'EAFNOSUPPORT') return true
  if (address === '::1') return !addressesOf(interfaces()).some((one) => one.address === '::1')
  if (/^[23]/.test(address)) return ipv6Reach(interfaces()) !== 'global'
  return /^f[cd]/i.test(address) && ipv6Reach(interfaces()) === 'none'
}

/** 169.254.0.0/16 is what a machine gives itself where nobody else does (RFC 3927). */
function isBeyondIpv4(address: string, interfaces: () => Interfaces): boolean {
  if (address.startsWith('127.') || ipv6Reach(interfaces()) === 'none') return false
  return !addressesOf(interfaces()).some(
    ({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith('169.254.'),
  )
}

function addressesOf(interfaces: Interfaces): NetworkInterfaceInfo[] {
  return Object.values(interfaces).flatMap((entries) => entries ?? [])
}

/** Whether this machine has an address of a network: loopback and link-local ones lead nowhere. */
export function isNetworked(interfaces: Interfaces): boolean {
  return addressesOf(interfaces).some(
    ({ internal, address }) => !internal && !/^(?:169\.254\.|fe[89ab])/i.test(address),
  )
}
