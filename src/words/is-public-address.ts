// Which addresses a list that nobody vouches for may reach: public ones. Denied unless known to be public, so that a
// range reserved tomorrow, an odd spelling and garbage are refused. Judges bytes, never text, and never looks up a name.

import { addressBytes, isInSubnet, parseSubnet, type Subnet } from './subnet.js'

/**
 * Whether an address is one of the public internet. Takes text as `socket.remoteAddress`, a lookup or a URL's host
 * without brackets gives it; a name, an address with a zone (`fe80::1%eth0`) and garbage are not public.
 * IPv4 inside IPv6 is judged as the IPv4 it reaches: mapped (`::ffff:a.b.c.d`), translated (`::ffff:0:a.b.c.d`,
 * RFC 7915) and NAT64's well-known prefix (`64:ff9b::/96`, RFC 6052), which is every IPv4 host where there is DNS64.
 */
export function isPublicAddress(address: string): boolean {
  const bytes = addressBytes(address)
  if (bytes === null) return false
  if (bytes.length === 4) return !isIn(bytes, SPECIAL_V4)
  if (isIn(bytes, REACHES_V4)) return isPublicAddress(bytes.subarray(12).join('.'))
  return isIn(bytes, GLOBAL_UNICAST) && !isIn(bytes, SPECIAL_V6)
}

/** Whether an address is one that a site gives to its own hosts (RFC 1918, RFC 4193); loopback is none. */
export function isSiteAddress(address: string): boolean {
  const bytes = addressBytes(address)
  return bytes !== null && isIn(bytes, SITE)
}

const SITE = subnets('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7')

/** IANA IPv4 Special-Purpose Address Registry, multicast (RFC 5771), reserved (RFC 1112 §4). */
const SPECIAL_V4 = subnets(
  '0.0.0.0/8', // "this network"; 0.0.0.0 reaches loopback on Linux
  '10.0.0.0/8',
  '100.64.0.0/10', // carrier NAT, and Alibaba's metadata at 100.100.100.200
  '127.0.0.0/8',
  '168.63.129.16/32', // Azure's host agent: in a public range, but only its own machines reach it
  '169.254.0.0/16', // link-local, and the metadata of most clouds
  '172.16.0.0/12',
  '192.0.0.0/24', // protocol assignments, and Oracle's metadata at 192.0.0.192
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4', // with the limited broadcast, 255.255.255.255
)

/** RFC 4291 §2.4: the only range that IANA gives out. Outside: ::, ::1, `::a.b.c.d`, fc00::/7, fe80::/10, ff00::/8 … */
const GLOBAL_UNICAST = subnets('2000::/3')

/** IANA IPv6 Special-Purpose Address Registry, as far as it lies in 2000::/3. */
const SPECIAL_V6 = subnets(
  '2001::/23', // Teredo, ORCHID, benchmarking and other protocol assignments
  '2001:db8::/32',
  '2002::/16', // 6to4 holds an IPv4 address that a relay would reach
  '2620:4f:8000::/48',
  '3fff::/20',
)

const REACHES_V4 = subnets('::ffff:0:0/96', '::ffff:0:0:0/96', '64:ff9b::/96')

/** Parsed when first asked for: Node's own look at an IPv6 address costs 3 ms once, which a list without any can spare. */
function subnets(...texts: readonly string[]): () => readonly Subnet[] {
  let parsed: readonly Subnet[] | null = null
  return () => {
    parsed ??= texts.map((text) => parseSubnet(text)!)
    return parsed
  }
}

function isIn(bytes: Uint8Array, ranges: () => readonly Subnet[]): boolean {
  return ranges().some((subnet) => isInSubnet(bytes, subnet))
}
