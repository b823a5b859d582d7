// The client: one limiter, one set of connections, one deadline. Every request of every function goes through it, so a
// plain `Promise.all` over `fetchStatus` obeys the same limits as the command.

import { createRequire } from 'node:module'
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { SecureContext } from 'node:tls'
import { idleWithinFileLimit, withinFileLimit } from '../flow/file-limit.js'
import { createLimiter, type LimiterOptions } from '../flow/limiter.js'
import { pause, stopOf } from '../flow/stop.js'
import { createAnchors, newestRootMs } from '../http/connect/anchors.js'
import type { Anchors } from '../http/connect/certificate-chain.js'
import { type Connector, createConnector } from '../http/connect/connector.js'
import { isPublicAddress } from '../http/connect/private-address.js'
import { createProxyChoice } from '../http/connect/proxy-for.js'
import { createSecureContext } from '../http/connect/secure-context.js'
import { askHop } from '../http/exchange/ask-hop.js'
import { createDecoders } from '../http/exchange/decoders.js'
import type { ExchangeParts, HopRequest, HopResult } from '../http/exchange/hop-request.js'
import { type RequestHeaders, requestHeaders } from '../http/exchange/request-headers.js'
import { createTransport } from '../http/exchange/transport.js'
import { isNetworked } from '../http/names/address.js'
import { createLookup, type Lookup } from '../http/names/lookup.js'
import { createDeadline } from '../http/wire/deadline.js'
import { createSplitUrl, type SplitUrl } from '../http/wire/split-url.js'
import { createLearning, type Learning } from '../policies/learn-from-answers.js'
import { type PinnedAddress, parseResolve } from '../settings/addresses.js'
import { UsageError } from '../settings/errors.js'
import type { HeaderPair } from '../settings/headers.js'
import { parseHeader } from '../settings/headers.js'
import { DEFAULT_ASK, DEFAULTS } from '../settings/table.js'
import type { Ask } from '../settings/target.js'
import type { Limiter, Time } from '../words/limits.js'
import type { Method } from '../words/method.js'

/** How to ask one URL; what is left out is the client's. */
export interface AskOptions {
  /** `GET` (default) or `HEAD`. */
  readonly method?: Method
  /** The budget of one attempt in ms, redirects included, waiting in our own queue excluded. Default 10,000. */
  readonly timeoutMs?: number
  /** A smaller bound for making a connection, ms. Default: none. */
  readonly connectTimeoutMs?: number | null
  /** Default true. */
  readonly follow?: boolean
  /** Default 20. */
  readonly maxRedirects?: number
  /** Sent to the URL's own origin only, apart from `Accept`, `Accept-Language` and `User-Agent`. */
  readonly headers?: Readonly<Record<string, string>> | readonly HeaderPair[]
  /** `name:password` for HTTP Basic. Default: the URL's userinfo. */
  readonly user?: string | null
  /** Report the status in spite of a bad certificate. Default false. */
  readonly insecure?: boolean
  /** How often `checkAll` asks a failure again that may pass; `fetchStatus` makes one attempt always. Default 2. */
  readonly retries?: number
}

/** What a client is made with; its asking options are the defaults of all its requests. */
export interface ClientOptions extends AskOptions {
  /** Requests on the wire at once. Default 128. */
  readonly concurrency?: number
  /** Requests on the wire at once to one host. Default 20; for a public host 6 after its first 100 requests. */
  readonly perHost?: number | null
  /** Default `urlstatus/VERSION`. */
  readonly userAgent?: string
  /** PEM texts of certificates to trust beside what Node trusts: authorities of any rank, servers' own. Default: none. */
  readonly ca?: readonly string[]
  /** PEM text of a client certificate, with its key or with `key`; shown to the URL's own origin only. */
  readonly cert?: string | null
  readonly key?: string | null
  /** `http://`, `https://`, `socks4://`, `socks4a://`, `socks5://` or `socks5h://` proxy for all requests. Default: none. */
  readonly proxy?: string | null
  /** Where `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are looked for. Default: nowhere. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Only addresses of this family. Default: both. */
  readonly family?: 4 | 6 | null
  /** Addresses for a host and port, instead of asking DNS. */
  readonly resolve?: readonly PinnedAddress[]
  /** DNS servers to ask instead of the system: `ADDRESS` or `ADDRESS:PORT`. */
  readonly dnsServers?: readonly string[]
  /** Never connect to private, loopback and other special addresses. Default false. */
  readonly denyPrivate?: boolean
  /** Requests a second in all, and to one host. Default: as many as there is room for. */
  readonly rate?: number | null
  readonly ratePerHost?: number | null
  /** Monotonic ms; for tests. Default `performance.now`. */
  readonly now?: () => number
}

const ENGINE: unique symbol = Symbol('engine')

/** Asks URLs. Close it when done, so that idle connections do not hold their sockets. */
export interface Client {
  /** Closes all idle connections and timers. What is on the wire ends by itself. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
  /** The host with most requests waiting or on the wire now; null when idle. For progress displays. */
  busiestHost(): string | null
  /** Not for use: what `fetchStatus` and `checkAll` work with. */
  readonly [ENGINE]: Engine
}

/** What this machine knows of itself. */
export interface Machine {
  /** Whether it has an address of a network. */
  hasNetwork(): boolean
  /** No clock of today says less, ms since 1970. */
  earliestMs(): number
}

/** The working parts of a client. */
export interface Engine {
  readonly ask: Ask
  readonly limiter: Limiter
  /** What the limiter was made with. */
  readonly limits: LimiterOptions
  readonly learning: Learning
  /** One request and its answer; never rejects. */
  exchange(request: HopRequest): Promise<HopResult>
  readonly parts: Pick<ExchangeParts, 'transport' | 'deadline'>
  readonly lookup: Lookup
  /** The proxy that an origin is asked through; null: none. */
  readonly proxyFor: Connector['proxyFor']
  /** Whether there is a client certificate, which is only for the origins that are asked first. */
  readonly hasCertificate: boolean
  readonly machine: Machine
  headersOf(ask: Ask): RequestHeaders
  readonly splitUrl: SplitUrl
  readonly time: Time
}

/** Makes a client. Throws `TypeError` or `UsageError` for an option that makes no sense. */
export function createClient(options: ClientOptions = {}): Client {
  const now = options.now ?? (() => performance.now())
  const concurrency = withinFileLimit(positive('concurrency', options.concurrency ?? DEFAULTS.concurrency))
  const perHost = options.perHost == null ? null : positive('perHost', options.perHost)
  const { dnsServers = [], family = null } = options
  const lookup = createLookup({ servers: dnsServers.length > 0 ? dnsServers : null, family, now })
  const connector = createConnector({ lookup, now, ...connectionOptions(options) })
  const transport = createTransport(connector, idleWithinFileLimit(concurrency))
  const deadline = createDeadline(now)
  const userAgent = options.userAgent ?? `urlstatus/${version()}`
  const closing = new AbortController()
  const time: Time = {
    now,
    wallNow: Date.now,
    random: Math.random,
    wait: pause,
    soon: (done) => void setImmediate(done),
  }
  const wait = (ms: number) => time.wait(ms, stopOf(closing.signal))
  const { rate = null, ratePerHost = null } = options
  const limits: LimiterOptions = {
    concurrency,
    perHost,
    rate,
    ratePerHost,
    now,
    wait,
    isOver: () => closing.signal.aborted,
  }
  const limiter = createLimiter(limits)
  const parts = { transport, deadline, decoders: createDecoders(), now }
  const headers = new WeakMap<Ask, RequestHeaders>()
  const engine: Engine = {
    ask: askFrom(options, DEFAULT_ASK),
    limiter,
    limits,
    learning: learningWith(limiter, time),
    exchange: (request) => askHop(request, parts),
    parts,
    lookup,
    proxyFor: connector.proxyFor,
    hasCertificate: options.cert != null,
    machine: { hasNetwork: () => isNetworked(networkInterfaces()), earliestMs: newestRootMs },
    headersOf(ask) {
      let made = headers.get(ask)
      if (made === undefined) {
        made = requestHeaders(ask, userAgent)
        headers.set(ask, made)
      }
      return made
    },
    splitUrl: createSplitUrl(),
    time,
  }
  const close = async () => {
    closing.abort()
    transport.close()
    deadline.close()
    lookup.close()
  }
  return clientOf(engine, close)
}

/** A client with these working parts. */
export function clientOf(engine: Engine, close: () => Promise<void>): Client {
  return { close, [Symbol.asyncDispose]: close, busiestHost: engine.limiter.busiest, [ENGINE]: engine }
}

/** What a limiter is taught. */
export function learningWith(limiter: Limiter, { now, random }: Pick<Time, 'now' | 'random'>): Learning {
  return createLearning({ limiter, now, random, isPublic: remembered(isPublicAddress) })
}

/** Most answers come from an address that has answered before. */
function remembered(isPublic: (address: string) => boolean): (address: string) => boolean {
  const known = new Map<string, boolean>()
  return (address) => {
    let found = known.get(address)
    if (found === undefined) {
      if (known.size >= MAX_ADDRESSES) known.clear()
      found = isPublic(address)
      known.set(address, found)
    }
    return found
  }
}

const MAX_ADDRESSES = 10_000

function connectionOptions(options: ClientOptions) {
  const { proxy = null, env = {}, denyPrivate = false, ca = [], cert = null, key = null } = options
  const proxyFor = createProxyChoice({ flag: proxy, env })
  // A name that no NO_PROXY can hold, so that only one of `*` says that there is none.
  const anyProxy = [false, true].some((secure) => proxyFor({ secure, hostname: '\0', port: 1 }) !== null)
  if (denyPrivate && anyProxy) {
    throw new UsageError(
      '--deny-private: not with a proxy, which looks names up by itself; add --proxy none (--untrusted implies --deny-private)',
    )
  }
  let trusted: Anchors | null = null
  const anchors = () => {
    trusted ??= createAnchors(ca)
    return trusted
  }
  let own: SecureContext | null = null
  let anonymous: SecureContext | null = null
  const secureContext = (isAnonymous: boolean) => {
    if (!isAnonymous || cert === null) {
      own ??= createSecureContext({ ca, cert, key })
      return own
    }
    anonymous ??= createSecureContext({ ca, cert: null, key: null })
    return anonymous
  }
  // At once where there is something to be wrong, so that it is said before the first request.
  if (ca.length > 0 || cert !== null) secureContext(false)
  return {
    pinned: pinnedFrom(options.resolve ?? [], options.family ?? null),
    denyPrivate,
    secureContext,
    anchors,
    proxyFor,
  }
}

/** Read as the flag is, so that a host in any spelling is the one in a URL. With a family, only its addresses where there are some. */
function pinnedFrom(resolve: readonly PinnedAddress[], family: 4 | 6 | null): readonly PinnedAddress[] {
  return resolve.map(({ host, port, address }) => {
    try {
      const pinned = parseResolve(`${host}:${port}:${address}`)
      const all = pinned.address.split(',')
      const fitting = all.filter((text) => family === null || isIP(text) === family)
      return fitting.length === 0 ? pinned : { ...pinned, address: fitting.join(',') }
    } catch (error) {
      throw new TypeError(`resolve: ${host}:${port}:${address}: ${(error as Error).message}`)
    }
  })
}

/** The engine behind a client. */
export function engineOf(client: Client): Engine {
  return client[ENGINE]
}

/** `base` with what `options` name; the very same object when they name nothing. */
export function askFrom(options: AskOptions, base: Ask): Ask {
  const { method, timeoutMs, connectTimeoutMs, follow, maxRedirects, headers, user, insecure, retries } = options
  const named = [method, timeoutMs, connectTimeoutMs, follow, maxRedirects, headers, user, insecure, retries]
  if (named.every((value) => value === undefined)) return base
  return {
    method: method ?? base.method,
    timeoutMs: duration('timeoutMs', timeoutMs ?? base.timeoutMs),
    connectTimeoutMs: connectTimeoutMs === undefined ? base.connectTimeoutMs : durationOrNull(connectTimeoutMs),
    follow: follow ?? base.follow,
    maxRedirects: notNegative('maxRedirects', maxRedirects ?? base.maxRedirects),
    headers: headers === undefined ? base.headers : [...base.headers, ...pairsOf(headers)],
    user: user === undefined ? base.user : user,
    insecure: insecure ?? base.insecure,
    retries: retries ?? base.retries,
    readsUntil: base.readsUntil,
    readsChain: base.readsChain,
  }
}

function pairsOf(headers: NonNullable<AskOptions['headers']>): readonly HeaderPair[] {
  const pairs: readonly HeaderPair[] = Array.isArray(headers) ? headers : Object.entries(headers)
  return pairs.map(([name, value]) => {
    try {
      return parseHeader(`${name}: ${value}`)
    } catch (error) {
      // The value may be a secret.
      throw new TypeError(`headers: ${name}: ${(error as Error).message}`)
    }
  })
}

function positive(name: string, value: number): number {
  if (!(value >= 1)) throw new TypeError(`${name}: expected a number of at least 1, got ${value}`)
  return value
}

function notNegative(name: string, value: number): number {
  if (!(value >= 0)) throw new TypeError(`${name}: expected a number of at least 0, got ${value}`)
  return value
}

/** Node's timers hold no more, 24.8 days. */
const LONGEST_MS = 2_147_483_647

function duration(name: string, ms: number): number {
  if (!(ms >= 1 && ms <= LONGEST_MS)) throw new TypeError(`${name}: expected 1 to ${LONGEST_MS} ms, got ${ms}`)
  return ms
}

function durationOrNull(ms: number | null): number | null {
  return ms === null ? null : duration('connectTimeoutMs', ms)
}

/** This package's version. */
export function version(): string {
  return (createRequire(import.meta.url)('scrape-status/package.json') as { version: string }).version
}
