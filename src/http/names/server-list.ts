// The DNS servers that questions go to, by preference. Those of the system may change in the middle of a run: then they
// are read anew, and what the former ones were asked may still be answered.

import { Resolver } from 'node:dns'
import { createDnsDatagrams, type DnsDatagrams, type ServerAddress } from './dns-datagrams.js'
import { createDnsStreams, type DnsStreams } from './dns-streams.js'

/** One server and the ways to ask it. */
export interface Server extends ServerAddress {
  readonly datagrams: DnsDatagrams
  readonly streams: DnsStreams
}

/** So many questions in a row that only another server answered make that one the preferred. */
const RESCUES = 3
const DNS_PORT = 53
/** How often the system is asked for its servers at most, ms, and only where they bring nothing. */
const READ_EVERY_MS = 1000

/** Throws where a server is not an IP address with or without port. A class: every question shares its state. */
export class ServerList {
  readonly #given: readonly string[] | null
  readonly #now: () => number
  #known: readonly Server[]
  /** Those that this machine used before, until what they were asked is over. */
  readonly #former: Server[] = []
  #readAt: number
  /** Place of the server that is asked first. */
  #preferred = 0
  #rescues = 0

  /** `given` null: the system's. `now` is monotonic ms. */
  constructor(given: readonly string[] | null, now: () => number) {
    this.#given = given
    this.#now = now
    this.#known = serversAt(addressesOf(given))
    this.#readAt = now()
  }

  get count(): number {
    return this.#known.length
  }

  /** Place of the server to ask when so many were asked before. */
  placeAfter(asked: number): number {
    return (this.#preferred + asked) % this.#known.length
  }

  /** The server at a place; undefined where there is none at all. */
  at(place: number): Server | undefined {
    return this.#known[place]
  }

  /** Takes note of who answered: a first server that is down would cost every name a second ask. */
  answered(place: number): void {
    this.#rescues = place === this.#preferred ? 0 : this.#rescues + 1
    if (this.#rescues < RESCUES) return
    this.#rescues = 0
    this.#preferred = place
  }

  /** Looks whether the system has others by now: a machine may come to another network in the middle of a run. */
  readAnew(): void {
    if (this.#given !== null || this.#now() - this.#readAt < READ_EVERY_MS) return
    this.#readAt = this.#now()
    const addresses = addressesOf(null)
    if (addresses.map(nameOf).join() === this.#known.map(nameOf).join()) return
    this.#former.push(...this.#known)
    this.#known = serversAt(addresses)
    this.#preferred = 0
  }

  /** Closes all sockets; nobody is called any more. */
  close(): void {
    for (const { datagrams, streams } of [...this.#known, ...this.#former]) {
      datagrams.close()
      streams.close()
    }
  }
}

function serversAt(addresses: readonly ServerAddress[]): readonly Server[] {
  return addresses.map((address) => ({
    ...address,
    datagrams: createDnsDatagrams(address),
    streams: createDnsStreams(address),
  }))
}

function nameOf({ host, port }: ServerAddress): string {
  return `[${host}]:${port}`
}

function addressesOf(servers: readonly string[] | null): readonly ServerAddress[] {
  const resolver = new Resolver()
  // It knows how addresses are written, and throws for what is none.
  if (servers !== null) resolver.setServers([...servers])
  return resolver.getServers().map(serverAddress)
}

/** `1.2.3.4`, `1.2.3.4:5353`, `2001:db8::1`, `[2001:db8::1]:5353`: as node:dns writes them, whose isIPv6 costs Node 20 3 ms. */
function serverAddress(text: string): ServerAddress {
  if (/^[^[]*:.*:/.test(text)) return { host: text, port: DNS_PORT }
  const [, host, port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(text)!
  return { host: host!, port: port === undefined ? DNS_PORT : Number(port) }
}
