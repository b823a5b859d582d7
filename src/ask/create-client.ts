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
import { checkOptions, pickOptions } from '../settings/check-options.js'
import { defaultsOf, type SettingsOf } from '../settings/options.js'
import { type Ask, DEFAULT_ASK, DEFAULT_EXPECT } from '../settings/target.js'
import { overrideOf } from '../targets/override-of.js'
import { applyOverride } from '../targets/settings.js'
import type { Time } from '../words/limits.js'
import { version } from '../words/version.js'
import type { Client } from './client.js'
import type { ClientOptions } from './client-options.js'
import { connectionSettings } from './connection-settings.js'
import { clientOf, type Engine, learningWith } from './engine.js'
import { resolverFactsOf } from './resolver-facts.js'

/** Makes a client. Throws `TypeError` for an option that makes no sense, `UsageError` for a proxy of `env` that does not. */
export function createClient(options: ClientOptions = {}): Client {
  const checked = checkOptions(options, { of: 'createClient', parts: ['ask', 'client'] })
  const settings: SettingsOf<'client'> = { ...defaultsOf(['client']), ...pickOptions(checked, ['client']) }
  const { now, dnsServers, family, userAgent } = settings
  const closing = new AbortController()
  const limits = limitsOf(settings, closing.signal)
  const lookup = createLookup({ servers: dnsServers.length > 0 ? dnsServers : null, family, now })
  const connector = createConnector({ lookup, now, ...connectionSettings(settings) })
  const transport = createTransport(connector, idleWithinFileLimit(limits.concurrency))
  const deadline = createDeadline(now)
  const limiter = createLimiter(limits)
  const time: Time = { ...REAL_TIME, now }
  const parts = { transport, deadline, decoders: createDecoders(), now }
  const engine: Engine = {
    ask: applyOverride({ ask: DEFAULT_ASK, expect: DEFAULT_EXPECT, skip: null }, overrideOf(checked)).ask,
    limiter,
    limits,
    learning: learningWith(limiter, time),
    exchange: (request) => askHop(request, parts),
    parts,
    resolver: resolverFactsOf(lookup),
    proxyFor: connector.proxyFor,
    hasCertificate: settings.cert !== null,
    machine: { hasNetwork: () => isNetworked(networkInterfaces()), earliestMs: newestRootMs },
    headersOf: rememberedHeaders(userAgent ?? `urlstatus/${version()}`),
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

function limitsOf(settings: SettingsOf<'client'>, closing: AbortSignal): LimiterOptions {
  const { concurrency, perHost, rate, ratePerHost, now } = settings
  return {
    concurrency: withinFileLimit(concurrency),
    perHost,
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
