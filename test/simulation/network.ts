// The made internet at work: answers one hop as the script says, and keeps what really happened, to hold the verdicts
// against.

import { type HopRequest, type HopResult, NO_ANSWER } from '../../src/http/exchange/hop-request.js'
import type { Kind } from '../../src/words/kinds.js'
import type { Stoppable } from '../../src/words/limits.js'
import type { Bad, Internet, Origin, Page } from './internet.js'
import type { VirtualTime } from './virtual-time.js'

/** One request as its server, or nobody, saw it. */
export interface Seen {
  readonly origin: Origin
  readonly page: Page
  readonly beganAtMs: number
  endedAtMs: number
  /** `clean`: an answer without complaint; `complaint`: 429 or 503; else a failure of that kind, '' while it runs. */
  outcome: string
}

export interface Network {
  exchange(request: HopRequest): Promise<HopResult>
  readonly seen: readonly Seen[]
  /** What no server should see, in sentences. */
  readonly faults: readonly string[]
}

interface State {
  active: number
  firstAtMs: number
  tokens: number
  filledAtMs: number
  /** It asked to be left alone until then. */
  quietUntilMs: number
}

/** When TCP sends a SYN again, ms after the first (RFC 6298: 1 s, doubling). */
const SYNS_MS = [0, 1000, 3000, 7000, 15_000]

export function createNetwork(internet: Internet, time: VirtualTime): Network {
  const states = new Map<Origin, State>()
  const active = new Map<string, number>()
  const begun = new Map<string, number>()
  const pages = new Map(internet.pages.map((page) => [page.url.slice(page.url.lastIndexOf('/')), page]))
  const seen: Seen[] = []
  const faults: string[] = []

  const stateOf = (origin: Origin): State => {
    const state = states.get(origin) ?? {
      active: 0,
      firstAtMs: time.now(),
      tokens: origin.limit?.perSecond ?? 0,
      filledAtMs: time.now(),
      quietUntilMs: 0,
    }
    states.set(origin, state)
    return state
  }

  /** What a server holds against us. */
  const arrive = (origin: Origin, state: State): void => {
    const { host } = origin
    const most = internet.options.perHost ?? 20
    active.set(host, (active.get(host) ?? 0) + 1)
    begun.set(host, (begun.get(host) ?? 0) + 1)
    if (active.get(host)! > most) faults.push(`${host} has ${active.get(host)} requests at once`)
    if (time.now() < state.quietUntilMs) {
      faults.push(
        `${origin.href} is asked at ${time.now()}, though it asked to be left alone until ${state.quietUntilMs}`,
      )
    }
    state.active++
  }

  return {
    seen,
    faults,
    exchange(request) {
      const origin = internet.origins.get(request.origin.href)!
      const path = request.path
      const page = pages.get(path)!
      const beganAtMs = time.now()
      const isShort = internet.shortages.some(({ fromMs, untilMs }) => beganAtMs >= fromMs && beganAtMs < untilMs)
      if (isShort && time.random() < 0.5)
        return Promise.resolve(failed('local.EMFILE', { code: 'EMFILE', elapsedMs: 0 }))
      const state = stateOf(origin)
      arrive(origin, state)
      const entry: Seen = { origin, page, beganAtMs, endedAtMs: Number.POSITIVE_INFINITY, outcome: '' }
      seen.push(entry)
      const { budgetMs } = request
      const answer = answerOf(origin, { state, page, nowMs: beganAtMs, budgetMs })
      return new Promise((resolve) => {
        const end = (result: HopResult) => {
          request.stop?.running.delete(job)
          state.active--
          active.set(origin.host, active.get(origin.host)! - 1)
          entry.endedAtMs = time.now()
          entry.outcome = outcomeOf(result)
          const askedMs = result.status === 429 || result.status === 503 ? retryAfterOf(result) : null
          if (askedMs !== null) state.quietUntilMs = Math.max(state.quietUntilMs, time.now() + askedMs)
          resolve(result)
        }
        const job: Stoppable = {
          stopPlace: -1,
          abort() {
            callOff()
            end(failed('aborted', { elapsedMs: time.now() - beganAtMs }))
          },
        }
        const callOff = time.at(beganAtMs + answer.elapsedMs, () => end(answer))
        request.stop?.running.add(job)
      })
    },
  }
}

function outcomeOf({ failure, status }: HopResult): string {
  if (failure !== null) return failure.kind
  return status === 429 || status === 503 ? 'complaint' : 'clean'
}

function retryAfterOf({ rawHeaders }: HopResult): number | null {
  const at = rawHeaders.findIndex((name) => name.toString() === 'retry-after')
  return at < 0 ? null : Number(rawHeaders[at + 1]!.toString()) * 1000
}

interface Asked {
  readonly state: State
  readonly page: Page
  readonly nowMs: number
  readonly budgetMs: number
}

/** What the origin does with a request that comes now. */
function answerOf(origin: Origin, asked: Asked): HopResult {
  const { state, nowMs, budgetMs } = asked
  const bad = badAt(origin, state, nowMs)
  if (bad?.bad === 'silent') return whenHeard(origin, asked)
  const answer = bad === null ? wellAnswer(origin, asked) : badAnswer(origin, bad)
  if (origin.dnsMs >= budgetMs) return failed('timeout', { code: 'dns', elapsedMs: budgetMs })
  const elapsedMs = origin.dnsMs + answer.elapsedMs
  return elapsedMs <= budgetMs ? { ...answer, elapsedMs } : late(origin, answer, budgetMs)
}

/** Too late, in the phase in which it would have come. */
function late({ address }: Origin, { failure }: HopResult, budgetMs: number): HopResult {
  if (failure?.kind === 'dns.failed') return failed('timeout', { code: 'dns', elapsedMs: budgetMs })
  if (failure?.kind === 'tcp.refused') return failed('timeout', { code: 'connect', elapsedMs: budgetMs })
  return failed('timeout', { code: 'firstByte', elapsedMs: budgetMs, remoteAddress: address })
}

/** What is wrong with it at that time; null: nothing. */
export function badAt(
  origin: Origin,
  { firstAtMs }: { readonly firstAtMs: number },
  nowMs: number,
): { readonly bad: Bad; readonly retryAfterS: number | null } | null {
  if (origin.dead !== null) return { bad: origin.dead, retryAfterS: null }
  if (origin.start !== null && nowMs < firstAtMs + origin.start.forMs)
    return { bad: origin.start.bad, retryAfterS: null }
  return origin.moments.find(({ fromMs, untilMs }) => nowMs >= fromMs && nowMs < untilMs) ?? null
}

/** A SYN that is lost is sent again; the first one that is heard makes the connection. */
function whenHeard(origin: Origin, asked: Asked): HopResult {
  const { nowMs, budgetMs, state } = asked
  for (const afterMs of SYNS_MS) {
    if (afterMs >= budgetMs) break
    const bad = badAt(origin, state, nowMs + afterMs)
    if (bad?.bad === 'silent') continue
    const answer = bad === null ? wellAnswer(origin, asked) : badAnswer(origin, bad)
    const elapsedMs = afterMs + answer.elapsedMs
    return elapsedMs <= budgetMs ? { ...answer, elapsedMs } : late(origin, answer, budgetMs)
  }
  return failed('timeout', { code: 'connect', elapsedMs: budgetMs })
}

function badAnswer(origin: Origin, { bad, retryAfterS }: { bad: Bad; retryAfterS: number | null }): HopResult {
  const { latencyMs, address } = origin
  switch (bad) {
    case 'refused':
      return failed('tcp.refused', { code: 'ECONNREFUSED', elapsedMs: Math.ceil(latencyMs / 2) })
    case 'reset':
      return failed('tcp.reset', { code: 'ECONNRESET', elapsedMs: latencyMs, remoteAddress: address })
    case 'servfail':
      return failed('dns.failed', { code: 'ESERVFAIL', elapsedMs: 5 })
    case 'hangs':
    case 'silent':
      return failed('timeout', { code: 'firstByte', elapsedMs: Number.POSITIVE_INFINITY, remoteAddress: address })
    default:
      return answered(origin, bad, retryAfterS === null ? {} : { 'retry-after': `${retryAfterS}` })
  }
}

function wellAnswer(origin: Origin, { state, page, nowMs }: Asked): HopResult {
  const { limit, mostAtOnce } = origin
  if (limit !== null) {
    const { perSecond, retryAfterS } = limit
    state.tokens = Math.min(perSecond, state.tokens + ((nowMs - state.filledAtMs) / 1000) * perSecond)
    state.filledAtMs = nowMs
    if (state.tokens < 1) return answered(origin, 429, retryAfterS === null ? {} : { 'retry-after': `${retryAfterS}` })
    state.tokens--
  }
  if (mostAtOnce !== null && state.active > mostAtOnce) return answered(origin, 503)
  const at = page.way.indexOf(origin)
  const next = page.way.slice(at + 1).find((other) => !page.way.slice(0, at + 1).includes(other))
  if (next === undefined) return answered(origin, page.status)
  return answered(origin, 302, { location: next.href + page.url.slice(page.url.lastIndexOf('/')) })
}

function answered(origin: Origin, status: number, headers: Readonly<Record<string, string>> = {}): HopResult {
  const rawHeaders = Object.entries(headers)
    .flat()
    .map((text) => Buffer.from(text))
  const { address, latencyMs } = origin
  return {
    ...NO_ANSWER,
    status,
    rawHeaders,
    remoteAddress: address,
    elapsedMs: latencyMs,
    firstByteMs: latencyMs,
  }
}

function failed(kind: Kind, rest: { code?: string; elapsedMs: number; remoteAddress?: string }): HopResult {
  const { code = null, ...facts } = rest
  return { ...NO_ANSWER, ...facts, failure: { kind, code, detail: null, hint: null } }
}
