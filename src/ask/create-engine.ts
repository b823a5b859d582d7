// The working parts behind a client, put together: one limiter, one set of connections, one deadline.

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
import type { SettingsOf } from '../settings/options.js'
import type { Ask } from '../settings/target.js'
import type { Time } from '../words/limits.js'
import { version } from '../words/version.js'
import { connectionSettings } from './connection-settings.js'
import { type Engine, learningWith } from './engine.js'
import { resolverFactsOf } from './resolver-facts.js'

export interface EngineOptions {
  readonly settings: SettingsOf<'client'>
  /** How to ask where a target says nothing else. */
  readonly ask: Ask
  /** Connections that may be kept for later; default: as the open-file limit has it. */
  readonly idle?: number
}

/** DNS questions on the wire at once, two a name. An unpaced burst of 2,000 loses three in four. */
const QUESTIONS = 256

/** Throws `TypeError` for settings that make no sense together. */
export function createEngine({ settings, ask, idle }: EngineOptions): { engine: Engine; close(): void } {
  const { now, dnsServers, family, userAgent } = settings
  const closing = new AbortController()
  const limits = limitsOf(settings, closing.signal)
  const lookup = createLookup({ servers: dnsServers.length > 0 ? dnsServers : null, family, now, limit: QUESTIONS })
  const connector = createConnector({ lookup, now, ...connectionSettings(settings) })
  const mostIdle = idle ?? idleWithinFileLimit(limits.concurrency)
  const transport = createTransport(connector, mostIdle)
  const deadline = createDeadline(now)
  const limiter = createLimiter(limits)
  const time: Time = { ...REAL_TIME, now }
  const parts = { transport, deadline, decoders: createDecoders(), now }
  const engine: Engine = {
    settings,
    ask,
    limiter,
    limits,
    mostIdle,
    shareQuestions: (among) => lookup.limitTo(Math.ceil(QUESTIONS / among)),
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
  const close = () => {
    closing.abort()
    transport.close()
    deadline.close()
    lookup.close()
  }
  return { engine, close }
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
