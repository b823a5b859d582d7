// From an attempt to a check: the policies of a run around it, in the one order in which they make sense.

import { type AttemptContext, attempt } from './attempt.js'
import type { Engine } from './create-client.js'
import { createAnnounce } from './flow/announce.js'
import { withBreaker } from './flow/breaker.js'
import { withHeadFallback } from './flow/head-fallback.js'
import { createLatePermits } from './flow/late-permits.js'
import { withLocalFaults } from './flow/local-faults.js'
import { withManners } from './flow/manners.js'
import { withRetries } from './flow/retry.js'
import { noteAnswer, withSuspects } from './flow/suspects.js'
import { createSuspicion } from './flow/suspicion.js'
import { isPublicAddress } from './http/private-address.js'
import type { Check, Stop } from './types.js'

/** What the user may choose of the policies. */
export interface PolicyOptions {
  /** Ask again after a timeout too. Default false. */
  readonly retryTimeouts?: boolean
  /** All waits for retries of one URL, ms. Default 30,000. */
  readonly maxWaitMs?: number
}

export interface CheckOptions extends PolicyOptions {
  readonly stop: Stop
  /** Ends early when the run is stopped. */
  wait(ms: number): Promise<void>
  /** Sentences for the user. */
  notify(text: string): void
}

/** Unrelated hosts that have to tell the same story before it is this machine's. */
const WITNESSES = 3
/** How long the row of a first witness waits for the others. */
const HOLD_MS = 2000

/** The check of a run. Innermost first: each policy sees what the ones inside it made of the attempt. */
export function createCheck(engine: Engine, options: CheckOptions): Check {
  const { limiter, now } = engine
  const { stop, wait, notify, retryTimeouts = false, maxWaitMs = 30_000 } = options
  const clock = { now, wallNow: Date.now, random: Math.random, wait }
  const announce = createAnnounce(notify)
  const suspicion = () => createSuspicion({ needed: WITNESSES, holdMs: HOLD_MS, wait })
  const [offline, resigned] = [suspicion(), suspicion()]
  const keepAlive: AttemptContext['keepAlive'] = (host) => limiter.waiting(host) > 0

  const giveBack = createLatePermits()
  // One without a permit was begun before, so it goes to the front of its host's line.
  const ask: Check = ({ url, ask }, { permit, queuedMs }) =>
    attempt(engine, url!, ask, { permit, queuedMs, stop, keepAlive, giveBack, front: permit === null })
  const first: Check = (target, context) => (context.made ? Promise.resolve(context.made.reply) : ask(target, context))
  const fair = withLocalFaults(withHeadFallback(first), { limiter, now, wait, stop, notify })
  const polite = withManners(fair, { ...clock, limiter, isPublic: remembered(isPublicAddress), announce })
  const quick = withBreaker(polite, now)
  const patient = withRetries(quick, { ...clock, stop, announce, retryTimeouts, maxWaitMs })
  const careful = withSuspects(patient, { offline, resigned })

  // Most answers need none of this: they are only learned from, which saves five promises each.
  return (target, context) => {
    if (quick.isDown(target)) return careful(target, context)
    const beganAtMs = now()
    return ask(target, context).then((reply) => {
      const isRefusedHead = target.ask.method === 'HEAD' && !target.expect.accept.has(reply.status)
      if (reply.kind !== 'ok' || reply.status >= 400 || isRefusedHead) {
        return careful(target, { permit: null, queuedMs: context.queuedMs, made: { reply, beganAtMs } })
      }
      polite.learnClean(target, reply)
      quick.learnAlive(target)
      if (!(offline.isCleared() && resigned.isCleared())) noteAnswer(target, reply, { offline, resigned })
      return reply
    })
  }
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
