// One attempt at one URL: every hop takes its own permit, the clock runs only while a hop is on the wire, redirects are
// followed here so that each hop obeys its host's limit and is learned from. Never rejects, never judges.

import { NO_PERMIT } from '../flow/permits.js'
import { isPlain, type ProxyServer } from '../http/connect/proxy-server.js'
import type { BodyRequest, HopResult } from '../http/exchange/hop-request.js'
import { proxyFaultOf } from '../http/exchange/proxy-fault-of.js'
import { hopHeaders, type RequestHeaders } from '../http/exchange/request-headers.js'
import { hopOf, isBlank, isRedirect, nextHop } from '../http/redirects/next-hop.js'
import { createRedirectChain, type RedirectChain } from '../http/redirects/redirect-chain.js'
import type { Failure } from '../http/wire/exchange-error.js'
import { headerBytes, locationsOf } from '../http/wire/reply-headers.js'
import type { UrlParts } from '../http/wire/split-url.js'
import type { Visit } from '../policies/visit.js'
import type { CheckContext } from '../settings/seams.js'
import type { StatusSet } from '../settings/status-set.js'
import type { Ask } from '../settings/target.js'
import type { Permit, Where } from '../words/limits.js'
import type { Hop, Reply } from '../words/reply.js'
import { type HopOver, learnFromHop, learnNothing } from './learn-from-hop.js'
import { ABORTED, lateBetweenHops, NO_TIMINGS, replyOf } from './reply-of.js'
import type { Surroundings } from './surroundings.js'

/** What is asked for. */
export interface Asked {
  /** Normalised http or https. */
  readonly url: string | null
  readonly ask: Ask
  /** Statuses that are fine: an answer with one of them is no complaint. */
  readonly expect?: { readonly accept: Pick<StatusSet, 'has'> }
}

/** One attempt. Never rejects. A permit that comes with the context is given back here. */
export async function attempt(surroundings: Surroundings, asked: Asked, context: CheckContext): Promise<Reply> {
  const chain = new Attempt(surroundings, asked, context)
  for (;;) {
    if (chain.mustWait()) {
      const known = await chain.admit()
      if (known !== null) return known
    }
    let result: HopResult
    // Whatever is thrown, the permit is given back.
    try {
      result = await chain.hop()
      chain.learn(result)
    } finally {
      chain.giveBack()
    }
    const reply = chain.follow(result)
    if (reply !== null) return reply
  }
}

/** A class because its hops share all of it: one allocation an attempt. */
class Attempt implements HopOver {
  readonly surroundings: Surroundings
  permit: Permit | null
  beganAtMs = 0
  cleanBefore = 0
  beganSolo = false
  readonly #asked: Asked
  readonly #againSinceMs: number | null
  /** The URL was begun before: its place is before those that were not. */
  readonly #front: boolean
  readonly #headers: RequestHeaders
  readonly #home: UrlParts
  readonly #authorization: string | null
  readonly #redirects: Hop[] = []
  #url: string
  #target: UrlParts
  #atHome = true
  #chain: RedirectChain | null = null
  #queuedMs: number
  #spentMs = 0
  #visit: Visit | null = null
  /** The proxy that the hop on the wire was sent to whole. */
  #plain: ProxyServer | null = null
  /** What the last answer says of the proxy that gave it, and not of the origin. */
  #proxyFault: Failure | null = null
  /** How long the loop had stalled when the hop on the wire began. */
  #stalledBefore = 0

  constructor(surroundings: Surroundings, asked: Asked, context: CheckContext) {
    const { ask } = asked
    const { engine, givesPermits } = surroundings
    this.surroundings = surroundings
    this.#asked = asked
    this.#againSinceMs = context.againSinceMs ?? null
    this.#front = givesPermits && context.permit === null
    this.#headers = engine.headersOf(ask)
    this.#url = asked.url!
    this.#target = engine.splitUrl(this.#url, ask.insecure)
    this.#home = this.#target
    this.#authorization = ask.user ?? this.#target.userinfo
    this.permit = context.permit === NO_PERMIT ? null : context.permit
    this.#queuedMs = context.queuedMs
  }

  get where(): Where {
    return this.#target.where
  }

  mustWait(): boolean {
    const { breaker, stop } = this.surroundings
    return this.permit === null || stop?.stopped === true || breaker?.isTroubled(this.where) === true
  }

  /** Gets the permit for the next hop; a reply where it is not to be asked. */
  async admit(): Promise<Reply | null> {
    const { breaker, stop } = this.surroundings
    const { limiter, time } = this.surroundings.engine
    /** Sent on by the breaker, for others too: it must not wait for news again. */
    let isSent = false
    for (;;) {
      const waitsSince = time.now()
      const known = breaker?.isTroubled(this.where) ? breaker.enter(this.visit()) : null
      if (known instanceof Promise) this.giveBack()
      isSent = known instanceof Promise
      const inferred = known instanceof Promise ? await known : known
      // What is fine for this URL is no reason not to ask it.
      if (inferred !== null && !this.isAccepted(inferred.status) && stop?.stopped !== true) {
        this.giveBack()
        return this.#inferred(inferred)
      }
      const isGranted = this.permit !== null
      if (!isGranted && stop?.stopped !== true) {
        const isBegun = this.#front || this.#redirects.length > 0 || this.#visit !== null
        this.permit = await limiter.acquire(this.where, isBegun, stop)
      }
      this.#queuedMs += time.now() - waitsSince
      // A stop in the moment between the grant and here found nothing to abort; `hop` looks once more.
      if (this.permit === null || stop?.stopped) {
        this.giveBack()
        return this.#reply(ABORTED)
      }
      if (this.permit === NO_PERMIT) this.permit = null
      // Who waited in line looks once more: the others may have found meanwhile that there is nothing to wait for.
      else if (isGranted || isSent || breaker?.isTroubled(this.where) !== true) return null
    }
  }

  /** Asks. */
  hop(): Promise<HopResult> | HopResult {
    const { exchange, proxyFor, parts, time } = this.surroundings.engine
    const { keepAlive, stop } = this.surroundings
    if (stop?.stopped) return ABORTED
    const ask = this.#asked.ask
    const { origin, path, where } = this.#target
    // Once abroad, what the user added is not sent again on the way back: it was the stranger who chose the URL.
    this.#atHome &&= origin.href === this.#home.origin.href
    const isKnown = this.#atHome || !this.surroundings.engine.hasCertificate
    const proxy = proxyFor(origin)
    const plain = proxy !== null && isPlain(proxy, origin) ? proxy : null
    this.beganAtMs = time.now()
    this.#stalledBefore = parts.deadline.stalledMs()
    this.cleanBefore = this.permit?.cleanAnswers ?? 0
    this.beganSolo = this.permit?.active === 1
    this.#plain = plain
    return exchange({
      origin: isKnown ? origin : { ...origin, anonymous: true },
      path: plain === null ? path : `${origin.href}${path}`,
      method: ask.method,
      headers: hopHeaders(this.#atHome ? this.#headers.own : this.#headers.foreign, {
        user: this.#atHome ? this.#authorization : null,
        cookies: this.#chain?.cookies(this.#url) ?? '',
        proxy: plain,
      }),
      budgetMs: ask.timeoutMs - this.#spentMs,
      timeoutMs: ask.timeoutMs,
      connectTimeoutMs: ask.connectTimeoutMs,
      search: this.#wanted(),
      readsChain: ask.readsChain,
      reached: proxy === null ? this.surroundings.reached : undefined,
      keepAlive: (status) => keepAlive(where.origin) || (ask.follow && isRedirect(status)),
      stop,
    })
  }

  #wanted(): BodyRequest | null {
    const { body } = this.surroundings
    if (body !== undefined) return body(this.#url)
    const { ask } = this.#asked
    return ask.readsUntil === null ? null : { text: ask.readsUntil, isWanted: isFinal(ask) }
  }

  /** What the answer says is learned before its permit goes to somebody else. */
  learn(result: HopResult): void {
    if (result === ABORTED) return
    this.#proxyFault = this.#plain === null ? null : proxyFaultOf(result, this.#plain)
    if (this.#proxyFault === null) learnFromHop(this, result)
    else learnNothing(this)
  }

  /** The reply where the chain ends with this result; null: there is a next hop. */
  follow(result: HopResult): Reply | null {
    const { parts, time } = this.surroundings.engine
    const ask = this.#asked.ask
    this.#spentMs += result.elapsedMs
    if (this.#proxyFault !== null) return this.#reply(result, this.#proxyFault)
    if (result.failure !== null || !isRedirect(result.status)) return this.#reply(result)
    const url = this.#url
    const answer = { url, status: result.status, locations: locationsOf(result.rawHeaders) }
    if (!ask.follow) {
      if (!answer.locations.every(isBlank)) this.#redirects.push(hopOf(answer))
      return this.#reply(result)
    }
    const stalledMs = parts.deadline.stalledMs() - this.#stalledBefore
    const drainedMs = Math.max(0, time.now() - this.beganAtMs - stalledMs - result.elapsedMs)

    this.#chain ??= createRedirectChain(url, time.wallNow)
    this.#chain.take(url, headerBytes(result.rawHeaders, 'set-cookie'))
    const course = { before: this.#redirects, maxRedirects: ask.maxRedirects, isLoop: this.#chain.isLoop }
    const next = nextHop(answer, course)
    if (next.type === 'final') return this.#reply(result)
    this.#redirects.push(hopOf(answer))
    if (next.type === 'failed') return this.#reply(result, next.failure)
    // The body of a redirect is part of the attempt, that of the final answer is not.
    this.#spentMs += drainedMs
    this.#url = next.url
    this.#target = this.surroundings.engine.splitUrl(next.url, ask.insecure)
    this.#visit = null
    this.#chain.visit(next.url)
    return this.#spentMs >= ask.timeoutMs ? this.#reply(lateBetweenHops(ask)) : null
  }

  giveBack(): void {
    this.permit?.release()
    this.permit = null
  }

  isAccepted(status: number): boolean {
    return this.#asked.expect?.accept.has(status) === true
  }

  budgetMs(): number {
    const { timeoutMs, connectTimeoutMs } = this.#asked.ask
    const leftMs = timeoutMs - this.#spentMs
    return connectTimeoutMs === null ? leftMs : Math.min(leftMs, connectTimeoutMs)
  }

  /** One a hop: the breaker knows it again by identity. */
  visit(): Visit {
    const againSinceMs = this.#againSinceMs
    const isFirstHop = this.#redirects.length === 0
    const now = this.surroundings.engine.time.now()
    this.#visit ??= {
      where: this.where,
      budgetMs: this.budgetMs(),
      sinceMs: againSinceMs === null ? now - (isFirstHop ? this.#queuedMs : 0) : Math.max(againSinceMs, now),
      // A thousand hosts may redirect to one that is dead: nobody goes there without having waited for news of it.
      isAgain: this.#front && isFirstHop,
    }
    return this.#visit
  }

  /** What its origin said to others stands for this hop. */
  #inferred(result: HopResult): Reply {
    const reply = { ...this.#reply(result), inferred: true, timingsMs: NO_TIMINGS }
    return this.#redirects.length > 0 ? reply : { ...reply, attempts: 0, durationMs: null }
  }

  #reply(result: HopResult, failure: Failure | null = result.failure): Reply {
    return replyOf(result, {
      failure,
      url: this.#url,
      redirects: this.#redirects,
      queuedMs: this.#queuedMs,
      spentMs: this.#spentMs,
      method: this.#asked.ask.method,
      checkedAtMs: this.surroundings.engine.time.wallNow(),
    })
  }
}

/** Whether an answer ends the chain as far as its head can tell: the body of a redirect is nobody's. */
function isFinal({ follow }: Ask): (status: number, headers: readonly Buffer[]) => boolean {
  return (status, headers) => !follow || !isRedirect(status) || locationsOf(headers).every(isBlank)
}
