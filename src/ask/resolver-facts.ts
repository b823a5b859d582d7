// What the policies may know of the resolver: what it has found, and not what a file of this machine says.

import type { Lookup } from '../http/names/lookup.js'
import type { ResolverFacts } from '../policies/blind-resolver.js'
import { isSiteAddress } from '../words/is-public-address.js'

export function resolverFactsOf(lookup: Lookup): ResolverFacts {
  const isFar = ({ address }: { readonly address: string }) => !isSiteAddress(address)
  return {
    zoneExists: lookup.zoneExists,
    hasFound: (host) => !lookup.isKnownHere(host) && lookup.cached(host)?.some(isFar) === true,
  }
}
