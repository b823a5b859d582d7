// Host name → addresses. What is known at once, then the cache, then DNS, then the system, which may know what DNS does not: never a
// thread that a dead name can block, never longer than a few seconds, and the three ways to fail (no such name, DNS trouble, this
// machine's trouble) stay apart.

import { networkInterfaces } from 'node:os'
import { LookupError } from '../wire/lookup-error.js'
import { type Address, type Interfaces, interleave, ipv6Reach } from './address.js'
import { askDnsOrSystem } from './ask-dns-or-system.js'
import { type FamilyPlan, firstFamily } from './ask-families.js'
import type { Answer } from './dns-message.js'
import { HOSTS_FILE } from './hosts-file.js'
import { createLocalNames } from './local-names.js'
import { createNameCache } from './name-cache.js'
import { createNameServers } from './name-servers.js'
import { createSystemResolver, type GetAddrInfo } from './system-resolver.js'
import { createZones, type Zones } from './zones.js'

/** Looks a host name up. */
export interface Lookup {
  /**
   * At least one address and 64 at most, in the order to try them; IP literals (IPv6 with or without brackets) as they are, whatever `family` says.
   * Lookups of one name share one question. Rejects with a `LookupError` and nothing else.
   */
  (hostname: string): Promise<readonly Address[]>
  /** The same where it is known without asking anybody; null else, also for a name known to be dead. */
  cached(hostname: string): readonly Address[] | null
  /** Whether a name is an address, localhost or in the hosts file, so that no resolver has a say in it. */
  isKnownHere(hostname: string): boolean
  /** Whether a zone (`com`) exists for the DNS servers that names are asked of. */
  readonly zoneExists: Zones['exists']
  /** From now on so many DNS questions at once. */
  limitTo(questions: number): void
  /** What is pending, and every later lookup, rejects with kind `aborted`. Nothing keeps the process alive but a running getaddrinfo. */
  close(): void
}

/** How to look names up. */
export interface LookupOptions {
  /** Ask these DNS servers (`address` or `address:port`, the first is preferred) and never the system; null: what the system has. */
  readonly servers: readonly string[] | null
  /** Only addresses of this family; null: both. */
  readonly family: 4 | 6 | null
  /** Monotonic ms. */
  now(): number
  /** DNS questions on the wire at once, two a name; default 256. An unpaced burst of 2,000 loses three in four. */
  readonly limit?: number
  /** From sending a DNS question to giving up, in ms; default 4000. Meanwhile it is asked up to three times. */
  readonly deadlineMs?: number
  /** Names that are remembered; default 50,000. */
  readonly cacheSize?: number
  /** Default: the system's. Read once, when the first name is looked up. */
  readonly hostsFile?: string
  /** Whether the system is asked too; default: when `servers` is null. */
  readonly useSystem?: boolean
  readonly getaddrinfo?: GetAddrInfo
  readonly interfaces?: () => Interfaces
}

/** A resolver that has to ask around needs up to 2 s; asked at 0, 0.5 and 2 s, the last ask has that long too. */
const DEADLINE_MS = 4000
/** A name as it is remembered takes about 0.4 KB: 20 MB in all. */
const CACHE_SIZE = 50_000
/** Makes a lookup with its own cache and sockets. Throws when a server is not an IP address with or without port. */
export function createLookup(options: LookupOptions): Lookup {
  const { servers: addresses, family, now, limit = 256, deadlineMs = DEADLINE_MS, cacheSize = CACHE_SIZE } = options
  const { hostsFile = HOSTS_FILE, interfaces = networkInterfaces, useSystem = addresses === null } = options
  const servers = createNameServers({ servers: addresses, limit, deadlineMs, now })
  const { getaddrinfo } = options
  const system = useSystem ? createSystemResolver({ getaddrinfo, family, deadlineMs, now }) : null
  const plan: FamilyPlan = { family, reach: ipv6Reach(interfaces()) }
  const wanted = (addresses: readonly Address[]) =>
    interleave(family === null ? addresses : addresses.filter((one) => one.family === family), firstFamily(plan))
  const localAddresses = createLocalNames(hostsFile, wanted)
  const cache = createNameCache({ size: cacheSize, now, wanted })
  const pending = new Map<string, Promise<readonly Address[]>>()
  const zones = createZones(servers, now)
  let isClosed = false

  function lookup(hostname: string): Promise<readonly Address[]> {
    const name = hostname.toLowerCase()
    if (isClosed) return Promise.reject(new LookupError(name, 'ECANCELLED'))
    const local = localAddresses(name)
    if (local) return Promise.resolve(local)
    const known = cache.get(name)
    if (known?.addresses) return Promise.resolve(known.addresses)
    if (known?.error) return Promise.reject(known.error)
    let promise = pending.get(name)
    if (!promise) {
      promise = asked(name)
      pending.set(name, promise)
    }
    return promise
  }

  function asked(name: string): Promise<readonly Address[]> {
    return new Promise((resolve, reject) => {
      const report = (answer: Answer) => {
        pending.delete(name)
        const { addresses, error } = cache.put(name, answer)
        if (addresses) resolve(addresses)
        else reject(error)
      }
      askDnsOrSystem(name, { servers, system, plan, deadlineMs, report })
    })
  }

  return Object.assign(lookup, {
    cached(hostname: string) {
      const name = hostname.toLowerCase()
      return localAddresses(name) ?? cache.get(name)?.addresses ?? null
    },
    isKnownHere: (hostname: string) => localAddresses(hostname.toLowerCase()) !== null,
    zoneExists: zones.exists,
    limitTo: (questions: number) => servers.limitTo(questions),
    close() {
      isClosed = true
      zones.close()
      servers.close()
      system?.close()
      cache.close()
    },
  })
}
