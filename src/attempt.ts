// One attempt at one URL: every hop takes its own permit, the clock runs only while a hop is on the wire, redirects are
// followed here so that each hop obeys its host's limit. Never rejects, never judges.

import type { Engine } from './create-client.js'
import { isPlain } from './http/connector.js'
import { exchange, type HopResult } from './http/exchange.js'
import type { Failure } from './http/failure.js'
import { hopOf, isBlank, isRedirect, nextHop } from './http/next-hop.js'
import { splitUrl } from './http/origin.js'
import { proxyFaultOf } from './http/proxy-fault.js'
import { type ProxyServer, proxyAuthorization } from './http/proxy-for.js'
import { createRedirectChain, type RedirectChain } from './http/redirect-chain.js'
import { createReplyHeaders, headerBytes, locationsOf, NO_HEADERS } from './http/reply-headers.js'
import { basicAuthorization } from './http/request-headers.js'
import type { Ask, Hop, Method, Permit, Reply, Stop } from './types.js'

/** What surrounds an attempt. */
export interface AttemptContext {
  /** A permit already held for the first hop; the attempt gives it back. */
  readonly permit: Permit | null
  readonly queuedMs: number
  /** A place at the front of the host's line: the URL was begun before. */
  readonly front: boolean
  /** Takes permits back. */
  readonly giveBack: (permit: Permit) => void
  readonly stop: Stop | null
  /** Asked at the end of each hop: is there other work for this host? */
  readonly keepAlive: (host: string) => boolean
}

/** One attempt at a normalised http or https URL. Never rejects. */
export async function attempt(engine: Engine, href: string, ask: Ask, context: AttemptContext): Promise<Reply> {
  const { limiter, parts, now } = engine
  const headers = engine.headersOf(ask)
  const redirects: Hop[] = []
  let url = href
  let target = splitUrl(url, ask.insecure)
  const home = target
  let atHome = true
  const authorization = ask.user ?? target.userinfo
  let chain: RedirectChain | null = null
  let permit = context.permit
  let queuedMs = context.queuedMs
  let spentMs = 0
  const search = ask.readsUntil === null ? null : { text: ask.readsUntil, isWanted: isFinal(ask) }

  for (;;) {
    if (permit === null) {
      const waitsSince = now()
      permit = await limiter.acquire(target.host, context.front || redirects.length > 0, context.stop)
      queuedMs += now() - waitsSince
      if (permit === null) return replyOf(ask, url, redirects, ABORTED, queuedMs, spentMs)
    }
    // Stopped in the moment between the grant and here, when nothing was there to be aborted.
    if (context.stop?.stopped) {
      context.giveBack(permit)
      return replyOf(ask, url, redirects, ABORTED, queuedMs, spentMs)
    }
    const host = target.host
    // Once abroad, what the user added is not sent again on the way back: it was the stranger who chose the URL.
    atHome &&= target.origin.href === home.origin.href
    const origin = atHome || !engine.hasCertificate ? target.origin : { ...target.origin, anonymous: true }
    const base = atHome ? headers.own : headers.foreign
    const proxy = engine.proxyFor(target.origin)
    const plain = proxy !== null && isPlain(proxy, target.origin) ? proxy : null
    const beganAt = now()
    const stalledBefore = parts.deadline.stalledMs()
    const result = await exchange(
      {
        origin,
        path: plain === null ? target.path : `${target.origin.href}${target.path}`,
        method: ask.method,
        headers: hopHeaders(base, atHome ? authorization : null, chain?.cookies(url) ?? '', plain),
        budgetMs: ask.timeoutMs - spentMs,
        timeoutMs: ask.timeoutMs,
        connectTimeoutMs: ask.connectTimeoutMs,
        search,
        keepAlive: (status) => context.keepAlive(host) || (ask.follow && isRedirect(status)),
        stop: context.stop,
      },
      parts,
    )
    context.giveBack(permit)
    permit = null
    spentMs += result.elapsedMs
    const stalledMs = parts.deadline.stalledMs() - stalledBefore
    const drainedMs = Math.max(0, now() - beganAt - stalledMs - result.elapsedMs)

    const fault = plain === null ? null : proxyFaultOf(result, plain)
    if (fault !== null) return replyOf(ask, url, redirects, result, queuedMs, spentMs, fault)
    if (result.failure !== null || !ask.follow || !isRedirect(result.status)) {
      return replyOf(ask, url, redirects, result, queuedMs, spentMs)
    }
    chain ??= createRedirectChain(url, Date.now)
    chain.take(url, headerBytes(result.rawHeaders, 'set-cookie'))
    const answer = { url, status: result.status, locations: locationsOf(result.rawHeaders) }
    const next = nextHop(answer, redirects, ask.maxRedirects, chain.isLoop)
    if (next.type === 'final') return replyOf(ask, url, redirects, result, queuedMs, spentMs)
    redirects.push(hopOf(answer))
    if (next.type === 'failed') return replyOf(ask, url, redirects, result, queuedMs, spentMs, next.failure)
    // The body of a redirect is part of the attempt, that of the final answer is not.
    spentMs += drainedMs
    url = next.url
    target = splitUrl(url, ask.insecure)
    chain.visit(url)
    if (spentMs >= ask.timeoutMs) return replyOf(ask, url, redirects, lateBetweenHops(ask), queuedMs, spentMs)
  }
}

/** Whether an answer ends the chain as far as its head can tell: the body of a redirect is nobody's. */
function isFinal({ follow }: Ask): (status: number, headers: readonly Buffer[]) => boolean {
  return (status, headers) => !follow || !isRedirect(status) || locationsOf(headers).every(isBlank)
}

function hopHeaders(
  base: readonly string[],
  user: string | null,
  cookies: string,
  proxy: ProxyServer | null,
): readonly string[] {
  if (user === null && cookies === '' && proxy === null) return base
  const headers = [...base]
  // A header that the user wrote goes before userinfo, and there is only ever one Cookie header (RFC 6265 §5.4).
  if (user !== null && placeOf(base, 'authorization') < 0) headers.push('Authorization', basicAuthorization(user))
  const cookieAt = placeOf(base, 'cookie')
  if (cookies !== '' && cookieAt < 0) headers.push('Cookie', cookies)
  else if (cookies !== '') headers[cookieAt + 1] += `; ${cookies}`
  const proxyUser = proxy === null ? null : proxyAuthorization(proxy)
  if (proxyUser !== null) headers.push('Proxy-Authorization', proxyUser)
  return headers
}

/** Where a header of this lower-case name stands among name, value, name, value; -1 where it does not. */
function placeOf(headers: readonly string[], name: string): number {
  return headers.findIndex((written, index) => index % 2 === 0 && written.toLowerCase() === name)
}

const UNTOUCHED: HopResult = {
  failure: null,
  status: 0,
  statusText: '',
  rawHeaders: [],
  httpVersion: null,
  bodyBytes: 0,
  body: null,
  remoteAddress: null,
  tls: null,
  dnsMs: null,
  connectMs: null,
  tlsMs: null,
  firstByteMs: null,
  elapsedMs: 0,
  secondLook: false,
}
const ABORTED: HopResult = { ...UNTOUCHED, failure: { kind: 'aborted', code: null, detail: null, hint: null } }

function lateBetweenHops(ask: Ask): HopResult {
  const detail = `the redirects took more than ${ask.timeoutMs / 1000} s`
  return { ...UNTOUCHED, failure: { kind: 'timeout', code: 'firstByte', detail, hint: null } }
}

function replyOf(
  ask: Ask,
  url: string,
  redirects: readonly Hop[],
  result: HopResult,
  queuedMs: number,
  spentMs: number,
  failure: Failure | null = result.failure,
): Reply {
  return {
    status: result.status,
    kind: failure === null ? 'ok' : failure.kind,
    code: failure === null ? null : failure.code,
    detail: failure === null ? null : failure.detail,
    hint: failure === null ? null : failure.hint,
    statusText: result.statusText,
    headers: result.rawHeaders.length === 0 ? NO_HEADERS : createReplyHeaders(result.rawHeaders),
    finalUrl: url,
    redirects,
    httpVersion: result.httpVersion,
    remoteAddress: result.remoteAddress,
    bodyBytes: result.bodyBytes,
    body: result.body,
    durationMs: tenths(spentMs),
    timingsMs: {
      queue: tenths(queuedMs),
      dns: tenthsOrNull(result.dnsMs),
      connect: tenthsOrNull(result.connectMs),
      tls: tenthsOrNull(result.tlsMs),
      firstByte: tenthsOrNull(result.firstByteMs),
    },
    tls: result.tls,
    secondLook: result.secondLook,
    checkedAtMs: Date.now(),
    method: ask.method,
    attempts: 1,
    inferred: false,
  }
}

/** The reply for a URL that was not asked at all. */
export function neverAsked(method: Method, url: string, failure: Failure): Reply {
  const ask = { method } as Ask
  return { ...replyOf(ask, url, [], { ...UNTOUCHED, failure }, 0, 0), durationMs: null, attempts: 0 }
}

/** Below 0.1 ms a clock across a network says nothing. */
function tenths(ms: number): number {
  return Math.round(ms * 10) / 10
}

function tenthsOrNull(ms: number | null): number | null {
  return ms === null ? null : tenths(ms)
}
