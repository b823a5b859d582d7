// Host name → addresses. What is known at once, then the cache, then DNS, then the system: never a thread that a dead name can block,
// never longer than a few seconds, and the three ways to fail (no such name, DNS trouble, this machine's trouble) stay apart.

import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { type Address, type Interfaces, interleave, ipv6Reach } from './address.js'
import { askFamilies, type FamilyPlan, firstFamily } from './both-families.js'
import { HOSTS_FILE, readHosts } from './hosts-file.js'
import { LookupError, saysNoSuchName } from './lookup-error.js'
import { type Answer, createNameServers } from './name-servers.js'
import { createSystemResolver, type GetAddrInfo } from './system-resolver.js'

export type { Address } from './address.js'
export { LookupError } from './lookup-error.js'

/** Looks a host name up. */
export interface Lookup {
  /**
   * One to six addresses in the order to try them; IP literals (IPv6 with or without brackets) as they are, whatever `family` says.
   * Lookups of one name share one question. Rejects with a `LookupError` and nothing else.
   */
  (hostname: string): Promise<readonly Address[]>
  /** The same where it is known without asking anybody; null else, also for a name known to be dead. */
  cached(hostname: string): readonly Address[] | null
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
/** Bounds of a time to live in s: 0 would ask for every connection of a host, a day would outlast a move. */
const TTL_MIN_S = 5
const TTL_MAX_S = 300
/** How long a dead name stays dead, in ms. */
const DEAD_MS = 30_000
/**
 * A failing DNS server is asked anew for a retry of the attempt, or that would be none; the third failure in a row is remembered, in ms,
 * so that a thousand URLs of one host do not wait four seconds each.
 */
const FAILURES_MAX = 3
const FAILED_MS = 5000

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
  /** Failures of DNS in a row. */
  readonly failures: number
}

/** Makes a lookup with its own cache and sockets. Throws when a server is not an IP address with or without port. */
export function createLookup(options: LookupOptions): Lookup {
  const { servers: addresses, family, now, limit = 256, deadlineMs = DEADLINE_MS, cacheSize = CACHE_SIZE } = options
  const { hostsFile = HOSTS_FILE, interfaces = networkInterfaces, useSystem = addresses === null } = options
  const servers = createNameServers({ servers: addresses, limit, deadlineMs, now })
  const system = useSystem ? createSystemResolver({ getaddrinfo: options.getaddrinfo, family, deadlineMs }) : null
  const plan: FamilyPlan = { family, reach: ipv6Reach(interfaces()) }
  /** In order of last use, oldest first. */
  const memory = new Map<string, Memory>()
  const pending = new Map<string, Promise<readonly Address[]>>()
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
        ask(name, (answer) => {
          pending.delete(name)
          const { addresses, error } = remember(name, answer)
          if (addresses) resolve(addresses)
          else reject(error)
        })
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
    const undotted = name.endsWith('.') ? name.slice(0, -1) : name
    hosts ??= readHosts(hostsFile)
    const listed = wanted(hosts.get(undotted) ?? [])
    if (listed.length > 0) return listed
    return undotted === 'localhost' || undotted.endsWith('.localhost') ? wanted(LOOPBACK) : null
  }

  function wanted(addresses: readonly Address[]): readonly Address[] {
    return interleave(family === null ? addresses : addresses.filter((one) => one.family === family), firstFamily(plan))
  }

  /** Calls back once, or twice: see askFamilies. */
  function ask(name: string, report: (answer: Answer) => void): void {
    if (system && isForSystem(name)) {
      system.ask(name, report)
      return
    }
    let isFound = false
    const heard = (answer: Answer) => {
      if ('addresses' in answer) {
        isFound = true
        report(answer)
      } else if (!system || !saysNoSuchName(answer.code) || answer.code === 'EBADNAME') {
        report(answer)
      } else {
        // A late AAAA may have found the name while the system was asked.
        system.doubt(name, (better) => isFound || report(better ?? answer))
      }
    }
    askFamilies(name, { servers, plan, report: heard })
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
      return { addresses: wanted(answer.addresses), error: null, until: now() + ttlMs, failures: 0 }
    }
    const error = new LookupError(name, answer.code)
    if (error.kind === 'dns.name_not_resolved') {
      return { addresses: null, error, until: now() + DEAD_MS, failures: 0 }
    }
    const failures = (memory.get(name)?.failures ?? 0) + 1
    return { addresses: null, error, until: now() + (failures >= FAILURES_MAX ? FAILED_MS : 0), failures }
  }

  function close(): void {
    isClosed = true
    servers.close()
    system?.close()
    memory.clear()
  }

  return Object.assign(lookup, { cached, close })
}

/** Single labels are for search domains and NSS (one with a dot at its end is not); `.local` is multicast DNS (RFC 6762 §3). */
function isForSystem(name: string): boolean {
  return !name.includes('.') || /\.local\.?$/.test(name)
}
