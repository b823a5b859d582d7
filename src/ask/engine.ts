// The working parts of a client, and the way from a client to them.

import type { LimiterOptions } from '../flow/limiter.js'
import type { Connector } from '../http/connect/connector.js'
import type { ExchangeParts, HopRequest, HopResult } from '../http/exchange/hop-request.js'
import type { RequestHeaders } from '../http/exchange/request-headers.js'
import type { SplitUrl } from '../http/wire/split-url.js'
import type { ResolverFacts } from '../policies/blind-resolver.js'
import { type Learning, learnFromAnswers } from '../policies/learn-from-answers.js'
import type { SettingsOf } from '../settings/options.js'
import type { Ask } from '../settings/target.js'
import { isPublicAddress } from '../words/is-public-address.js'
import type { Limiter, Stop, Time } from '../words/limits.js'
import type { Client } from './client.js'

/** What this machine knows of itself. */
export interface Machine {
  /** Whether it has an address of a network. */
  hasNetwork(): boolean
  /** No clock of today says less, ms since 1970. */
  earliestMs(): number
}

/** The working parts of a client. */
export interface Engine {
  /** What it was made with. */
  readonly settings: SettingsOf<'client'>
  readonly ask: Ask
  readonly limiter: Limiter
  /** What the limiter was made with. */
  readonly limits: LimiterOptions
  /** Connections that may be kept for later. */
  readonly mostIdle: number
  /** From now on it has its share of the DNS questions that a machine may ask at once, one among so many. */
  shareQuestions(among: number): void
  readonly learning: Learning
  /** One request and its answer; never rejects. */
  exchange(request: HopRequest): Promise<HopResult>
  readonly parts: Pick<ExchangeParts, 'transport' | 'deadline'>
  readonly resolver: ResolverFacts
  /** The proxy that an origin is asked through; null: none. */
  readonly proxyFor: Connector['proxyFor']
  /** Whether there is a client certificate, which is only for the origins that are asked first. */
  readonly hasCertificate: boolean
  readonly machine: Machine
  /** Stopped once the client is closed. */
  readonly closed: Stop
  headersOf(ask: Ask): RequestHeaders
  readonly splitUrl: SplitUrl
  readonly time: Time
}

const ENGINE = Symbol('engine')

interface Held {
  readonly [ENGINE]?: Engine
}

/** A client with these working parts. */
export function clientOf(engine: Engine, close: () => Promise<void>): Client {
  const held: Held = { [ENGINE]: engine }
  return { ...held, close, [Symbol.asyncDispose]: close, busiestHost: engine.limiter.busiest } as unknown as Client
}

/** The engine behind a client. Throws `TypeError` for what is none, and for one that is closed. */
export function engineOf(client: Client): Engine {
  const engine = (client as Held | null | undefined)?.[ENGINE]
  if (engine === undefined) throw new TypeError('client: expected one that createClient made')
  if (engine.closed.stopped) throw new TypeError('client: this one is closed')
  return engine
}

/** What a limiter is taught. */
export function learningWith(limiter: Limiter, { now, random }: Pick<Time, 'now' | 'random'>): Learning {
  return learnFromAnswers({ limiter, now, random, isPublic: remembered(isPublicAddress) })
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
