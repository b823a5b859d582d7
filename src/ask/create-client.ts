// The client: one limiter, one set of connections, one deadline. Every request of every function goes through it, so a
// plain `Promise.all` over `fetchStatus` obeys the same limits as the command.

import { networkInterfaces } from 'node:os'
import { idleWithinFileLimit, withinFileLimit } from '../flow/file-limit.js'
import { createLimiter, type LimiterOptions } from '../flow/limiter.js'
import { pause, stopOf } from '../flow/stop.js'
import { newestRootMs } from '../http/connect/anchors.js'
import { createConnector } from '../http/connect/connector.js'
import { askHop } from '../http/exchange/ask-hop.js'
import { createDecoders } from '../http/exchange/decoders.js'
import { type RequestHeaders, requestHeaders } from '../http/exchange/request-headers.js'
import { createTransport } from '../http/exchange/transport.js'
import { isNetworked } from '../http/names/address.js'
import { createLookup } from '../http/names/lookup.js'
import { createDeadline } from '../http/wire/deadline.js'
import { createSplitUrl } from '../http/wire/split-url.js'
import { DEFAULTS } from '../settings/options.js'
import { type Ask, DEFAULT_ASK } from '../settings/target.js'
import type { Time } from '../words/limits.js'
import { askFrom } from './ask-from.js'
import type { Client } from './client.js'
import type { ClientOptions } from './client-options.js'
import { connectionSettings } from './connection-settings.js'
import { clientOf, type Engine, learningWith } from './engine.js'
import { resolverFactsOf } from './resolver-facts.js'
import { version } from './version.js'

/** Makes a client. Throws `TypeError` for an option that makes no sense, `UsageError` for a proxy of `env` that does not. */
export function createClient(options: ClientOptions = {}): Client {
  const { now = () => performance.now(), dnsServers = [], family = null } = options
  const closing = new AbortController()
  const limits = limitsOf(options, closing.signal)
  const lookup = createLookup({ servers: dnsServers.length > 0 ? dnsServers : null, family, now })
  const connector = createConnector({ lookup, now, ...connectionSettings(options) })
  const transport = createTransport(connector, idleWithinFileLimit(limits.concurrency))
  const deadline = createDeadline(now)
  const limiter = createLimiter(limits)
  const time: Time = { ...REAL_TIME, now }
  const parts = { transport, deadline, decoders: createDecoders(), now }
  const engine: Engine = {
    ask: askFrom(options, DEFAULT_ASK),
    limiter,
    limits,
    learning: learningWith(limiter, time),
    exchange: (request) => askHop(request, parts),
    parts,
    resolver: resolverFactsOf(lookup),
    proxyFor: connector.proxyFor,
    hasCertificate: options.cert != null,
    machine: { hasNetwork: () => isNetworked(networkInterfaces()), earliestMs: newestRootMs },
    headersOf: rememberedHeaders(options.userAgent ?? `urlstatus/${version()}`),
    splitUrl: createSplitUrl(),
    closed: stopOf(closing.signal),
    time,
  }
  return clientOf(engine, async () => {
    closing.abort()
    transport.close()
    deadline.close()
    lookup.close()
  })
}

const REAL_TIME: Omit<Time, 'now'> = {
  wallNow: Date.now,
  random: Math.random,
  wait: pause,
  soon: (done) => void setImmediate(done),
}

function limitsOf(options: ClientOptions, closing: AbortSignal): LimiterOptions {
  const { now = () => performance.now(), rate = null, ratePerHost = null } = options
  return {
    concurrency: withinFileLimit(positive('concurrency', options.concurrency ?? DEFAULTS.concurrency)),
    perHost: options.perHost == null ? null : positive('perHost', options.perHost),
    rate,
    ratePerHost,
    now,
    wait: (ms) => pause(ms, stopOf(closing)),
    isOver: () => closing.aborted,
  }
}

/** The headers of an `Ask`, made once: most targets share one. */
function rememberedHeaders(userAgent: string): Engine['headersOf'] {
  const known = new WeakMap<Ask, RequestHeaders>()
  return (ask) => {
    let made = known.get(ask)
    if (made === undefined) {
      made = requestHeaders(ask, userAgent)
      known.set(ask, made)
    }
    return made
  }
}

function positive(name: string, value: number): number {
  if (!(value >= 1)) throw new TypeError(`${name}: expected a number of at least 1, got ${value}`)
  return value
}
