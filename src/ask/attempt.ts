// One attempt at one URL: every hop takes its own permit, the clock runs only while a hop is on the wire, redirects are
// followed here so that each hop obeys its host's limit and is learned from. Never rejects, never judges.

import { NO_PERMIT } from '../flow/permits.js'
import { isPlain, type ProxyServer } from '../http/connect/proxy-for.js'
import type { HopResult } from '../http/exchange/hop-request.js'
import { proxyFaultOf } from '../http/exchange/proxy-fault.js'
import { hopHeaders, type RequestHeaders } from '../http/exchange/request-headers.js'
import { hopOf, isBlank, isRedirect, nextHop } from '../http/redirects/next-hop.js'
import { createRedirectChain, type RedirectChain } from '../http/redirects/redirect-chain.js'
import type { Failure } from '../http/wire/exchange-error.js'
import { headerBytes, locationsOf } from '../http/wire/reply-headers.js'
import type { UrlParts } from '../http/wire/split-url.js'
import type { Breaker } from '../policies/breaker.js'
import type { Visit } from '../policies/origin-trouble.js'
import type { StatusSet } from '../settings/status-set.js'
import type { Ask } from '../settings/target.js'
import type { Permit, Stop } from '../words/limits.js'
import type { Hop, Reply } from '../words/reply.js'
import type { Engine } from './engine.js'
import { CLEAN, CONNECTED, complaintOf, foundWithoutAnswer, keptOf, UNKNOWN } from './hop-evidence.js'
import { ABORTED, lateBetweenHops, NO_TIMINGS, replyOf } from './reply-of.js'

/** What surrounds an attempt. */
export interface AttemptContext {
  /** A permit already held for the first hop; the attempt gives it back. */
  readonly permit: Permit | null
  readonly queuedMs: number
  /** A place before what was not begun yet: the URL was begun before. */
  readonly front: boolean
  readonly stop: Stop | null
  /** Asked at the end of each hop: is there other work for this origin? */
  readonly keepAlive: (origin: string) => boolean
  /** Knows which origins bring nothing; null: every hop is asked. */
  readonly breaker: Breaker<HopResult> | null
  /** Told of every hop, the moment it is over; not what a proxy said. */
  readonly heard?: (host: string, result: HopResult) => void
  /** Told of every new connection that is none to a proxy. */
  readonly reached?: (host: string, remoteAddress: string) => void
  /** Statuses that are fine: an answer with one of them is no complaint. */
  readonly accepts?: Pick<StatusSet, 'has'>
  /** Of a URL that was asked before: what the breaker learned from then on speaks for it. */
  readonly againSinceMs: number | null
}

/** One attempt at a normalised http or https URL. Never rejects. */
export async function attempt(engine: Engine, href: string, ask: Ask, context: AttemptContext): Promise<Reply> {
  const chain = new Attempt(engine, href, ask, context)
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
class Attempt {
  readonly #engine: Engine
  readonly #ask: Ask
  readonly #context: AttemptContext
  readonly #headers: RequestHeaders
  readonly #home: UrlParts
  readonly #authorization: string | null
  readonly #redirects: Hop[] = []
  #url: string
  #target: UrlParts
  #atHome = true
  #chain: RedirectChain | null = null
  #permit: Permit | null
  #queuedMs: number
  #spentMs = 0
  #visit: Visit | null = null
  /** The proxy that the hop on the wire was sent to whole. */
  #plain: ProxyServer | null = null
  /** What the last answer says of the proxy that gave it, and not of the origin. */
  #proxyFault: Failure | null = null
  /** When the hop on the wire began, and how long the loop had stalled by then. */
  #beganAt = 0
  #stalledBefore = 0
  /** Clean answers of its origin by then, and whether nothing else was on the wire to it. */
  #cleanBefore = 0
  #beganSolo = false

  constructor(engine: Engine, href: string, ask: Ask, context: AttemptContext) {
    this.#engine = engine
    this.#ask = ask
    this.#context = context
    this.#headers = engine.headersOf(ask)
    this.#url = href
    this.#target = engine.splitUrl(href, ask.insecure)
    this.#home = this.#target
    this.#authorization = ask.user ?? this.#target.userinfo
    this.#permit = context.permit === NO_PERMIT ? null : context.permit
    this.#queuedMs = context.queuedMs
  }

  mustWait(): boolean {
    const { breaker, stop } = this.#context
    return this.#permit === null || stop?.stopped === true || breaker?.isTroubled(this.#target.where) === true
  }

  /** Gets the permit for the next hop; a reply where it is not to be asked. */
  async admit(): Promise<Reply | null> {
    const { breaker, stop } = this.#context
    const { limiter, time } = this.#engine
    /** Sent on by the breaker, for others too: it must not wait for news again. */
    let isSent = false
    for (;;) {
      const waitsSince = time.now()
      const known = breaker?.isTroubled(this.#target.where) ? breaker.enter(this.#visitNow()) : null
      if (known instanceof Promise) this.giveBack()
      isSent = known instanceof Promise
      const inferred = known instanceof Promise ? await known : known
      // What is fine for this URL is no reason not to ask it.
      if (inferred !== null && !this.#isAccepted(inferred.status) && stop?.stopped !== true) {
        this.giveBack()
        return this.#inferred(inferred)
      }
      const isGranted = this.#permit !== null
      if (!isGranted && stop?.stopped !== true) {
        const isBegun = this.#context.front || this.#redirects.length > 0 || this.#visit !== null
        this.#permit = await limiter.acquire(this.#target.where, isBegun, stop)
      }
      this.#queuedMs += time.now() - waitsSince
      // A stop in the moment between the grant and here found nothing to abort; `hop` looks once more.
      if (this.#permit === null || stop?.stopped) {
        this.giveBack()
        return this.#reply(ABORTED)
      }
      if (this.#permit === NO_PERMIT) this.#permit = null
      // Who waited in line looks once more: the others may have found meanwhile that there is nothing to wait for.
      else if (isGranted || isSent || breaker?.isTroubled(this.#target.where) !== true) return null
    }
  }

  /** Asks. */
  hop(): Promise<HopResult> | HopResult {
    const { exchange, proxyFor, parts, time } = this.#engine
    const { keepAlive, stop } = this.#context
    if (stop?.stopped) return ABORTED
    const ask = this.#ask
    const { origin, path, where } = this.#target
    // Once abroad, what the user added is not sent again on the way back: it was the stranger who chose the URL.
    this.#atHome &&= origin.href === this.#home.origin.href
    const isKnown = this.#atHome || !this.#engine.hasCertificate
    const proxy = proxyFor(origin)
    const plain = proxy !== null && isPlain(proxy, origin) ? proxy : null
    this.#beganAt = time.now()
    this.#stalledBefore = parts.deadline.stalledMs()
    this.#cleanBefore = this.#permit?.cleanAnswers ?? 0
    this.#beganSolo = this.#permit?.active === 1
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
      search: ask.readsUntil === null ? null : { text: ask.readsUntil, isWanted: isFinal(ask) },
      readsChain: ask.readsChain,
      reached: proxy === null ? this.#context.reached : undefined,
      keepAlive: (status) => keepAlive(where.origin) || (ask.follow && isRedirect(status)),
      stop,
    })
  }

  /** What the answer says is learned before its permit goes to somebody else. */
  learn(result: HopResult): void {
    if (result === ABORTED) return
    const { breaker } = this.#context
    const { where } = this.#target
    this.#proxyFault = this.#plain === null ? null : proxyFaultOf(result, this.#plain)
    if (this.#proxyFault === null) {
      this.#context.heard?.(where.host, result)
      this.#learnOfOrigin(result)
    } else if (breaker?.isTroubled(where)) {
      // No news of the origin, but those who wait for this hop have to hear that it is back.
      breaker.learn(this.#visitNow(), UNKNOWN)
    }
  }

  /** The reply where the chain ends with this result; null: there is a next hop. */
  follow(result: HopResult): Reply | null {
    const { parts, time } = this.#engine
    const ask = this.#ask
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
    const drainedMs = Math.max(0, time.now() - this.#beganAt - stalledMs - result.elapsedMs)

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
    this.#target = this.#engine.splitUrl(next.url, ask.insecure)
    this.#visit = null
    this.#chain.visit(next.url)
    return this.#spentMs >= ask.timeoutMs ? this.#reply(lateBetweenHops(ask)) : null
  }

  giveBack(): void {
    this.#permit?.release()
    this.#permit = null
  }

  #learnOfOrigin(result: HopResult): void {
    const { learning, time } = this.#engine
    const { breaker } = this.#context
    const { where } = this.#target
    const beganAtMs = this.#beganAt
    if (result.failure !== null) {
      breaker?.learn(this.#visitNow(), foundWithoutAnswer(result, { beganAtMs, budgetMs: this.#budgetMs() }))
      return
    }
    const complaint = this.#isAccepted(result.status) ? null : complaintOf(result, time.wallNow)
    if (complaint === null) {
      learning.clean(where, result.remoteAddress)
      if (breaker?.isTroubled(where)) breaker.learn(this.#visitNow(), CLEAN)
      return
    }
    const isSolo = this.#beganSolo && this.#permit?.active === 1
    const untilMs = learning.complained(where, { ...complaint, beganAtMs, isSolo })
    // It is the page's own, and the origin is as it was.
    if (untilMs === null) {
      if (breaker?.isTroubled(where)) breaker.learn(this.#visitNow(), CONNECTED)
      return
    }
    const isAlone = (this.#permit?.cleanAnswers ?? 0) === this.#cleanBefore
    const answer = keptOf(result)
    breaker?.learn(this.#visitNow(), { type: 'complaint', ...complaint, beganAtMs, untilMs, isAlone, answer })
  }

  #isAccepted(status: number): boolean {
    return this.#context.accepts?.has(status) === true
  }

  #budgetMs(): number {
    const { timeoutMs, connectTimeoutMs } = this.#ask
    const leftMs = timeoutMs - this.#spentMs
    return connectTimeoutMs === null ? leftMs : Math.min(leftMs, connectTimeoutMs)
  }

  /** One a hop: the breaker knows it again by identity. */
  #visitNow(): Visit {
    const { againSinceMs, front } = this.#context
    const isFirstHop = this.#redirects.length === 0
    const now = this.#engine.time.now()
    this.#visit ??= {
      where: this.#target.where,
      budgetMs: this.#budgetMs(),
      sinceMs: againSinceMs === null ? now - (isFirstHop ? this.#queuedMs : 0) : Math.max(againSinceMs, now),
      // A thousand hosts may redirect to one that is dead: nobody goes there without having waited for news of it.
      isAgain: front && isFirstHop,
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
      method: this.#ask.method,
      checkedAtMs: this.#engine.time.wallNow(),
    })
  }
}

/** Whether an answer ends the chain as far as its head can tell: the body of a redirect is nobody's. */
function isFinal({ follow }: Ask): (status: number, headers: readonly Buffer[]) => boolean {
  return (status, headers) => !follow || !isRedirect(status) || locationsOf(headers).every(isBlank)
}
