// What the public DNS has at its top, by the list that browsers keep. Loaded when a name was not found, which is soon enough
// for 25 ms, and a list of some 1,500 zones is nothing to keep up by hand.

import { createRequire } from 'node:module'

/** Where a public name stands. */
export interface PublicPlace {
  /** Its top-level zone, in lower case: `uk`. */
  readonly zone: string
  /** What somebody registered, which its other names are related by: `example.co.uk`. */
  readonly domain: string
}

/** In the list, but never in DNS, or no place for sites (RFC 7686, RFC 3172). */
const NO_SITES = new Set(['onion', 'arpa'])

type Tldts = typeof import('tldts')
let loaded: Tldts | null = null
const tldts = () => {
  loaded ??= createRequire(import.meta.url)('tldts') as Tldts
  return loaded
}

/** Null for a host that is an address, a single label, or under a zone that the public DNS does not have (`.test`, `.corp`, `.xyzzy`). */
export function publicPlaceOf(host: string): PublicPlace | null {
  if (host.startsWith('[') || !host.includes('.')) return null
  const { isIcann, publicSuffix, domain } = tldts().parse(host)
  if (!isIcann || publicSuffix === null || domain === null) return null
  const zone = publicSuffix.slice(publicSuffix.lastIndexOf('.') + 1)
  return NO_SITES.has(zone) ? null : { zone, domain }
}
