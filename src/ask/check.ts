// The check of a pass: an attempt, and the policies around those that brought anything but a fine answer.

import type { HopResult } from '../http/exchange/hop-request.js'
import { answerTime } from '../http/wire/answer-time.js'
import { createAnnounce } from '../policies/announce.js'
import { createBlindResolver } from '../policies/blind-resolver.js'
import { createBreaker } from '../policies/breaker.js'
import { createLastTurn } from '../policies/last-turn.js'
import { createThisMachine, type ThisMachine } from '../policies/this-machine.js'
import { createWrongClock } from '../policies/wrong-clock.js'
import type { Check } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import { isPublicAddress } from '../words/is-public-address.js'
import type { RestOfList, Stop, Where } from '../words/limits.js'
import type { Reply } from '../words/reply.js'
import { attempt } from './attempt.js'
import type { Engine } from './engine.js'
import { createFacts, type Facts } from './facts.js'
import { type PolicyOptions, withPolicies } from './policies.js'
import { keptReply } from './reply-of.js'
import type { Surroundings } from './surroundings.js'

export interface CheckOptions extends PolicyOptions {
  readonly stop: Stop
  /** What is left of the list beside the URL that is asked. */
  readonly rest: RestOfList
  /** Sentences for the user. */
  notify(text: string): void
  /** Told when a host asks to be left alone for so long. */
  onWait?(host: string, ms: number): void
  /** The check of the first pass, for a later one: what it knows of origins that asked to be left alone holds on. */
  readonly before?: PassCheck
  /** What is found out of this machine; default: by this check alone. */
  readonly facts?: Facts | undefined
  /** What others that ask parts of the list know of origins that asked to be left alone for too long. */
  readonly elsewhere?: ReadonlyMap<string, HopResult> | undefined
  /** What is wanted of bodies; see `Surroundings`. */
  readonly body?: Surroundings['body']
}

/** A check, and what it knows without asking. */
export interface PassCheck {
  readonly ask: Check
  /** The reply for a URL whose origin asked to be left alone for longer than it may wait; null: it has to be asked. */
  known(target: Target): Reply | null
  /** The same of an origin. */
  closed(where: Where): HopResult | null
}

/** Makes the check of one pass over a list; what it learns of origins and of this machine is this pass's. */
export function createCheck(engine: Engine, options: CheckOptions): PassCheck {
  const { limiter, time, resolver } = engine
  const { stop, rest, notify, retryTimeouts = false, maxWaitMs = 30_000, before, body, onWait, elsewhere } = options
  const wait = (ms: number) => time.wait(ms, stop)
  const clock = { now: time.now, wallNow: time.wallNow, random: time.random, wait }
  const announce = createAnnounce({ notify, ...(onWait === undefined ? {} : { onWait }) })
  const common = { ...clock, limiter, stop, notify, announce, maxWaitMs }
  const breaker = createBreaker<HopResult>(
    { ...common, hasOthers: rest.hasSome },
    { before: before?.closed ?? null, ...(elsewhere === undefined ? {} : { elsewhere }) },
  )
  const { facts = createFacts(wait) } = options
  const blindResolver = createBlindResolver({ resolver, wait, sees: facts.sees, notify })
  const thisMachine = thisMachineOf(engine, facts)
  const { heard, reached } = thisMachine

  const keepAlive = (origin: string) => limiter.waiting(origin) > 0
  const surroundings = { engine, stop, givesPermits: true, keepAlive, breaker, heard, reached, body }
  const ask: Check = (target, context) => attempt(surroundings, target, context)
  const withAllPolicies = withPolicies(
    (target, context) => (context.firstReply ? Promise.resolve(context.firstReply) : ask(target, context)),
    {
      ...common,
      retryTimeouts,
      lastTurn: createLastTurn({ ...clock, rest, stop }),
      isAwaited: breaker.isAwaited,
      thisMachine,
      blindResolver,
    },
  )

  return {
    // Most answers need none of this, which saves five promises each.
    ask: (target, context) =>
      ask(target, context).then((reply) => {
        if (needsPolicies(target, reply)) {
          return withAllPolicies(target, { permit: null, queuedMs: context.queuedMs, firstReply: reply })
        }
        if (!blindResolver.isRefuted()) blindResolver.noteAnswer(target, reply)
        return reply
      }),
    closed: breaker.known,
    known(target) {
      const { where } = engine.splitUrl(target.url!, target.ask.insecure)
      const found = breaker.isTroubled(where) ? breaker.known(where) : null
      return found === null || target.expect.accept.has(found.status) ? null : keptReply(found, target, time.wallNow())
    },
  }
}

function needsPolicies({ ask, expect }: Target, { kind, status }: Reply): boolean {
  return kind !== 'ok' || status >= 400 || (ask.method === 'HEAD' && !expect.accept.has(status))
}

/** What may be this machine's fault, and what is known of it. */
function thisMachineOf(engine: Engine, { witnesses, ahead }: Facts): ThisMachine<HopResult> {
  const { time, machine, resolver } = engine
  const clock = createWrongClock<HopResult>({
    witnesses: witnesses.clock,
    ahead,
    wallNow: time.wallNow,
    timeOf: ({ rawHeaders }) => answerTime(rawHeaders),
    earliestMs: machine.earliestMs,
  })
  const { hasNetwork } = machine
  const { hasFound } = resolver
  return createThisMachine({
    offline: witnesses.offline,
    resigned: witnesses.resigned,
    clock,
    hasNetwork,
    isPublicAddress,
    hasFound,
  })
}
