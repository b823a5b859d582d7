// Host name → addresses. What is known at once, then the cache, then DNS, then the system, which may know what DNS does not: never a
// thread that a dead name can block, never longer than a few seconds, and the three ways to fail (no such name, DNS trouble, this
// machine's trouble) stay apart.

import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { withoutTrailingDot } from '../../words/without-trailing-dot.js'
import { LookupError } from '../wire/lookup-error.js'
import { type Address, type Interfaces, interleave, ipv6Reach } from './address.js'
import { type FamilyPlan, firstFamily } from './both-families.js'
import type { Answer } from './dns-message.js'
import { askDnsOrSystem } from './dns-or-system.js'
import { HOSTS_FILE, readHosts } from './hosts-file.js'
import { createNameServers } from './name-servers.js'
import { createSystemResolver, type GetAddrInfo } from './system-resolver.js'

export { LookupError } from '../wire/lookup-error.js'
export type { Address } from './address.js'

/** Looks a host name up. */
export interface Lookup {
  /**
   * One to six addresses in the order to try them; IP literals (IPv6 with or without brackets) as they are, whatever `family` says.
   * Lookups of one name share one question. Rejects with a `LookupError` and nothing else.
   */
  (hostname: string): Promise<readonly Address[]>
  /** The same where it is known without asking anybody; null else, also for a name known to be dead. */
  cached(hostname: string): readonly Address[] | null
  /** Whether a name is an address, localhost or in the hosts file, so that no resolver has a say in it. */
  isKnownHere(hostname: string): boolean
  /**
   * Whether a zone (`com`) exists for the DNS servers that names are asked of, by its records of that type; `unknown` where they fail
   * or keep silent. The answer is remembered for a minute.
   */
  zoneExists(zone: string, type: 'NS' | 'SOA'): Promise<ZoneAnswer>
  /** What is pending, and every later lookup, rejects with kind `aborted`. Nothing keeps the process alive but a running getaddrinfo. */
  close(): void
}

/** `absent` is what NXDOMAIN says; a zone without records of the type asked for exists. */
export type ZoneAnswer = 'exists' | 'absent' | 'unknown'

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
/** Bounds of a time to live in s: 0 would ask for every connection of a host, a day would outlast a move. */
const TTL_MIN_S = 5
const TTL_MAX_S = 300
/** How long a dead name stays dead, in ms. */
const DEAD_MS = 30_000
/**
 * A failing DNS server is asked anew for a retry of the attempt, or that would be none; only URLs that fail in the same moment share
 * one question, in ms.
 */
const FAILED_MS = 200
/** How long a zone that was asked for stays what it is, in ms, and how many are remembered: there are some 1,500 at the top. Beyond, all are asked anew. */
const ZONE_MS = 60_000
const ZONES_MAX = 2048

/** RFC 6761 §6.3: both loopback addresses, and nobody is asked. */
const LOOPBACK: readonly Address[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

/** What came of a name, and until when that holds (by `now`). */
interface Memory {
  readonly addresses: readonly Address[] | null
  readonly error: LookupError | null
  readonly until: number
}

/** Makes a lookup with its own cache and sockets. Throws when a server is not an IP address with or without port. */
export function createLookup(options: LookupOptions): Lookup {
  const { servers: addresses, family, now, limit = 256, deadlineMs = DEADLINE_MS, cacheSize = CACHE_SIZE } = options
  const { hostsFile = HOSTS_FILE, interfaces = networkInterfaces, useSystem = addresses === null } = options
  const servers = createNameServers({ servers: addresses, limit, deadlineMs, now })
  const { getaddrinfo } = options
  const system = useSystem ? createSystemResolver({ getaddrinfo, family, deadlineMs, now }) : null
  const plan: FamilyPlan = { family, reach: ipv6Reach(interfaces()) }
  /** In order of last use, oldest first. */
  const memory = new Map<string, Memory>()
  const pending = new Map<string, Promise<readonly Address[]>>()
  const zones = new Map<string, { readonly answer: Promise<ZoneAnswer>; readonly until: number }>()
  let hosts: ReadonlyMap<string, readonly Address[]> | null = null
  let isClosed = false

  function lookup(hostname: string): Promise<readonly Address[]> {
    const name = hostname.toLowerCase()
    if (isClosed) return Promise.reject(new LookupError(name, 'ECANCELLED'))
    const known = withoutAsking(name)
    if (known) return Promise.resolve(known)
    const remembered = recall(name)
    if (remembered?.addresses) return Promise.resolve(remembered.addresses)
    if (remembered?.error) return Promise.reject(remembered.error)
    let promise = pending.get(name)
    if (!promise) {
      promise = new Promise((resolve, reject) => {
        const report = (answer: Answer) => {
          pending.delete(name)
          const { addresses, error } = remember(name, answer)
          if (addresses) resolve(addresses)
          else reject(error)
        }
        askDnsOrSystem(name, { servers, system, plan, deadlineMs, report })
      })
      pending.set(name, promise)
    }
    return promise
  }

  function cached(hostname: string): readonly Address[] | null {
    const name = hostname.toLowerCase()
    return withoutAsking(name) ?? recall(name)?.addresses ?? null
  }

  /** Literals, the hosts file, localhost: in this order, so that a hosts file may say what localhost is. */
  function withoutAsking(name: string): readonly Address[] | null {
    const bare = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name
    const literal = isIP(bare)
    if (literal === 4 || literal === 6) return [{ address: bare, family: literal }]
    const undotted = withoutTrailingDot(name)
    hosts ??= readHosts(hostsFile)
    const listed = wanted(hosts.get(undotted) ?? [])
    if (listed.length > 0) return listed
    return undotted === 'localhost' || undotted.endsWith('.localhost') ? wanted(LOOPBACK) : null
  }

  function wanted(addresses: readonly Address[]): readonly Address[] {
    return interleave(family === null ? addresses : addresses.filter((one) => one.family === family), firstFamily(plan))
  }

  function recall(name: string): Memory | null {
    const found = memory.get(name)
    if (!found || now() >= found.until) return null
    memory.delete(name)
    memory.set(name, found)
    return found
  }

  function remember(name: string, answer: Answer): Memory {
    const fresh = judge(name, answer)
    memory.delete(name)
    if (isClosed || fresh.error?.kind.startsWith('local.')) return fresh
    if (memory.size >= cacheSize) memory.delete(memory.keys().next().value!)
    memory.set(name, fresh)
    return fresh
  }

  function judge(name: string, answer: Answer): Memory {
    if ('addresses' in answer) {
      const ttlMs = 1000 * Math.min(TTL_MAX_S, Math.max(TTL_MIN_S, answer.ttlS))
      return { addresses: wanted(answer.addresses), error: null, until: now() + ttlMs }
    }
    const error = new LookupError(name, answer.code)
    return { addresses: null, error, until: now() + (error.kind === 'dns.name_not_resolved' ? DEAD_MS : FAILED_MS) }
  }

  function zoneExists(zone: string, type: 'NS' | 'SOA'): Promise<ZoneAnswer> {
    const key = `${zone} ${type}`
    const known = zones.get(key)
    if (known !== undefined && now() < known.until) return known.answer
    const answer = new Promise<ZoneAnswer>((resolve) => {
      const done = (answer: Answer) => {
        const code = 'code' in answer ? answer.code : 'ENODATA'
        const said = code === 'ENODATA' ? 'exists' : code === 'ENOTFOUND' ? 'absent' : 'unknown'
        // What could not be learned is asked anew.
        if (said === 'unknown') zones.delete(key)
        resolve(said)
      }
      if (isClosed) done({ code: 'ECANCELLED' })
      else servers.ask({ hostname: zone, type, done })
    })
    if (zones.size >= ZONES_MAX) zones.clear()
    zones.set(key, { answer, until: now() + ZONE_MS })
    return answer
  }

  function close(): void {
    isClosed = true
    servers.close()
    system?.close()
    memory.clear()
  }

  const isKnownHere = (hostname: string) => withoutAsking(hostname.toLowerCase()) !== null
  return Object.assign(lookup, { cached, isKnownHere, zoneExists, close })
}
