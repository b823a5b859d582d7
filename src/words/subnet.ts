// Addresses as bytes, and the ranges in which they lie. What is no address is null, never an error.

import { isIPv4, isIPv6 } from 'node:net'

/** The first `bits` bits of an address. */
export interface Subnet {
  readonly bytes: Uint8Array
  readonly bits: number
}

/** `10.0.0.0/8`, `fc00::/7`; without `/bits` the one address. Null when it is neither. */
export function parseSubnet(text: string): Subnet | null {
  const [, address, bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const bytes = address === undefined ? null : addressBytes(address)
  if (bytes === null || Number(bits ?? 0) > bytes.length * 8) return null
  return { bytes, bits: bits === undefined ? bytes.length * 8 : Number(bits) }
}

/** Whether an address lies in a subnet of its own family; IPv4 never lies in one of IPv6, nor the other way round. */
export function isInSubnet(bytes: Uint8Array, { bytes: base, bits }: Subnet): boolean {
  if (bytes.length !== base.length) return false
  const whole = bits >> 3
  for (let at = 0; at < whole; at++) if (bytes[at] !== base[at]) return false
  const rest = bits & 7
  return rest === 0 || (bytes[whole]! ^ base[whole]!) >> (8 - rest) === 0
}

/** 4 or 16 bytes; null for anything that is not an address, or has a zone. */
export function addressBytes(address: string): Uint8Array | null {
  if (isIPv4(address)) return ipv4Bytes(address)
  if (!isIPv6(address) || address.includes('%')) return null
  const [head, tail] = address.split('::').map(ipv6Groups)
  const groups = tail === undefined ? head! : [...head!, ...Array(8 - head!.length - tail.length).fill(0), ...tail]
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]))
}

/** The 16-bit groups of one side of `::`; a dotted IPv4 at the end is two. */
function ipv6Groups(side: string): number[] {
  if (side === '') return []
  return side.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a, b, c, d] = group.split('.').map(Number)
    return [(a! << 8) | b!, (c! << 8) | d!]
  })
}

/** By hand: one for every host of a list, and `split` with `Number` takes ten times as long (measured). */
function ipv4Bytes(address: string): Uint8Array {
  const bytes = new Uint8Array(4)
  let at = 0
  for (let i = 0; i < address.length; i++) {
    const digit = address.charCodeAt(i) - 48
    if (digit < 0) at++
    else bytes[at] = bytes[at]! * 10 + digit
  }
  return bytes
}
