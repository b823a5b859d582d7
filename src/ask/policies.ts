// From an attempt to a check: the policies of a run around it, in the one order in which they make sense.

import { isPublicAddress, isSiteAddress } from '../http/connect/private-address.js'
import type { HopResult } from '../http/exchange/hop-request.js'
import { answerTime } from '../http/wire/answer-time.js'
import { createAnnounce } from '../policies/announce.js'
import { type ResolverFacts, withBlindResolver } from '../policies/blind-resolver.js'
import { createBreaker } from '../policies/breaker.js'
import { withHeadFallback } from '../policies/head-fallback.js'
import { createLastTurn } from '../policies/last-turn.js'
import { withLocalFaults } from '../policies/local-faults.js'
import type { BreakerOptions } from '../policies/origin-trouble.js'
import { withOverload } from '../policies/overload.js'
import { withRetries } from '../policies/retry.js'
import { createSuspicion } from '../policies/suspicion.js'
import { createSuspects, type Suspects } from '../policies/this-machine.js'
import { createWrongClock } from '../policies/wrong-clock.js'
import type { Check } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import type { RestOfList, Stop, Where } from '../words/limits.js'
import type { Reply } from '../words/reply.js'
import { type AttemptContext, attempt } from './attempt.js'
import type { Engine } from './engine.js'
import { keptReply } from './reply-of.js'

/** What the user may choose of the policies. */
export interface PolicyOptions {
  /** Ask again after a timeout too. Default false. */
  readonly retryTimeouts?: boolean
  /** All waits for retries of one URL, ms. Default 30,000. */
  readonly maxWaitMs?: number
}

export interface CheckOptions extends PolicyOptions {
  readonly stop: Stop
  /** What is left of the list beside the URL that is asked. */
  readonly rest: RestOfList
  /** Sentences for the user. */
  notify(text: string): void
  /** The check of the first pass, for a later one: what it knows of origins that asked to be left alone holds on. */
  readonly before?: RunCheck
}

/** A check, and what it knows without asking. */
export interface RunCheck {
  readonly ask: Check
  /** The reply for a URL whose origin asked to be left alone for longer than it may wait; null: it has to be asked. */
  known(target: Target): Reply | null
  /** The same of an origin. */
  closed(where: Where): HopResult | null
}

/** Unrelated hosts that have to tell the same story before it is this machine's. */
const WITNESSES = 3
/** How long the row of a first witness waits for the others. */
const HOLD_MS = 2000

/** The check of a run. Innermost first: each policy sees what the ones inside it made of the attempt. */
export function createCheck(engine: Engine, options: CheckOptions): RunCheck {
  const { limiter, time } = engine
  const { stop, rest, notify, retryTimeouts = false, maxWaitMs = 30_000 } = options
  const { now, wallNow, random } = time
  const wait = (ms: number) => time.wait(ms, stop)
  const clock = { now, wallNow, random, wait }
  const announce = createAnnounce(notify)
  const suspects = suspectsOf(engine, wait)
  const breaking: BreakerOptions = { limiter, now, wait, stop, maxWaitMs, announce, hasOthers: rest.hasSome }
  const breaker = createBreaker<HopResult>(breaking, options.before?.closed ?? null)
  const keepAlive: AttemptContext['keepAlive'] = (origin) => limiter.waiting(origin) > 0

  const { heard, reached } = suspects
  // One without a permit was begun before, so it goes before those that were not.
  const ask: Check = ({ url, ask, expect }, { permit, queuedMs, againSinceMs = null }) =>
    attempt(engine, url!, ask, {
      accepts: expect.accept,
      permit,
      queuedMs,
      stop,
      keepAlive,
      breaker,
      heard,
      reached,
      againSinceMs,
      front: permit === null,
    })
  const first: Check = (target, context) => (context.made ? Promise.resolve(context.made) : ask(target, context))
  const fair = withLocalFaults(withHeadFallback(first), { limiter, now, wait, stop, notify })
  const calm = withOverload(fair, { limiter, now, wait })
  const lastTurn = createLastTurn({ rest, now, wait, stop })
  const patient = withRetries(calm, {
    ...clock,
    stop,
    announce,
    lastTurn,
    isAwaited: breaker.isAwaited,
    retryTimeouts,
    maxWaitMs,
  })
  const careful = withBlindResolver(suspects.over(patient), { resolver: resolverOf(engine), wait, notify })

  return {
    // Most answers need none of this, which saves five promises each.
    ask: (target, context) =>
      ask(target, context).then((reply) => {
        const isRefusedHead = target.ask.method === 'HEAD' && !target.expect.accept.has(reply.status)
        if (reply.kind !== 'ok' || reply.status >= 400 || isRefusedHead) {
          return careful(target, { permit: null, queuedMs: context.queuedMs, made: reply })
        }
        if (!careful.isCleared()) careful.noteAnswer(target, reply)
        return reply
      }),
    closed: breaker.known,
    known(target) {
      const { where } = engine.splitUrl(target.url!, target.ask.insecure)
      const found = breaker.isTroubled(where) ? breaker.known(where) : null
      return found === null || target.expect.accept.has(found.status) ? null : keptReply(found, target, wallNow())
    },
  }
}

/** What may be this machine's fault, and what is known of it. */
function suspectsOf(engine: Engine, wait: (ms: number) => Promise<void>): Suspects<HopResult> {
  const { time, machine } = engine
  const suspicion = () => createSuspicion({ needed: WITNESSES, holdMs: HOLD_MS, wait })
  const { wallNow } = time
  const clock = createWrongClock<HopResult>({
    suspicion: suspicion(),
    wallNow,
    timeOf: ({ rawHeaders }) => answerTime(rawHeaders),
    earliestMs: machine.earliestMs,
  })
  const { hasNetwork } = machine
  const { hasFound } = resolverOf(engine)
  return createSuspects({ offline: suspicion(), resigned: suspicion(), clock, hasNetwork, isPublicAddress, hasFound })
}

/** What names are asked of. The hosts file is none of it. */
function resolverOf({ lookup }: Engine): ResolverFacts {
  const isFar = ({ address }: { readonly address: string }) => !isSiteAddress(address)
  return {
    zoneExists: lookup.zoneExists,
    hasFound: (host) => !lookup.isKnownHere(host) && lookup.cached(host)?.some(isFar) === true,
  }
}
