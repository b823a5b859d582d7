// What the limiter learns from each answer: 429 and 503 pause the whole host and halve what it gets, clean answers give
// it a little more, and several time-outs of a host that also answers are taken for our own load.

import type { Check, CheckContext, Limiter, Reply, Target } from '../types.js'
import { isTimeout } from './retry.js'
import { answeringHost, retryAfterMs } from './retry-after.js'

export interface MannersOptions {
  readonly limiter: Limiter
  /** Monotonic ms. */
  now(): number
  wallNow(): number
  random(): number
  /** Ends early when the run is stopped. */
  wait(ms: number): Promise<void>
  /** Whether an address is on the public internet. */
  isPublic(address: string): boolean
  /** Told when a host for which others wait asks to be left alone for so long. */
  announce(host: string, ms: number): void
}

/** Without a Retry-After. */
const PAUSE_MS = 500
/** So many time-outs on a host that also answers are no accident; so long the first of them wait for the others. */
const OVERLOAD = 5
const HOLD_MS = 2000
/** Hosts that are remembered to answer. */
const MAX_HOSTS = 50_000

/** What a run tells of answers that need no policy, past the check itself. */
export interface MannersMemory {
  learnClean(target: Target, reply: Reply): void
}

/** Wraps a check. */
export function withManners(check: Check, options: MannersOptions): Check & MannersMemory {
  const { limiter, now, wallNow, random, wait, isPublic, announce } = options
  const answering = new Set<string>()
  let lastAnswering = ''
  /**
   * No clean answer since the last complaint. A 503 is then no sign of our load, but of an outage; to halve again for
   * each would make a list of dead pages take hours.
   */
  const broken = new Set<string>()
  const overload = createGathering(OVERLOAD, HOLD_MS, wait)

  const learn = (host: string, reply: Reply, startedAt: number) => {
    if (reply.status === 429 || reply.status === 503) {
      const asked = retryAfterMs(reply, wallNow())
      if (reply.status === 429 || asked !== null || !broken.has(host)) limiter.slowDown(host, startedAt, asked)
      if (broken.size >= MAX_HOSTS) broken.clear()
      broken.add(host)
      limiter.pause(host, now() + (asked ?? PAUSE_MS * (0.5 + random() / 2)))
      if (asked !== null && limiter.waiting(host) > 0) announce(host, asked)
    } else if (reply.kind === 'ok') learnClean(host, reply)
  }
  const learnClean = (host: string, { remoteAddress }: Reply) => {
    if (host !== lastAnswering) {
      if (answering.size >= MAX_HOSTS) answering.clear()
      answering.add(host)
      lastAnswering = host
    }
    if (broken.size > 0) broken.delete(host)
    limiter.clean(host, remoteAddress !== null && isPublic(remoteAddress))
  }
  const once = async (target: Target, context: CheckContext) => {
    const beganAt = context.made?.beganAtMs ?? now()
    const reply = await check(target, context)
    // Waiting in line is no part of the round trip.
    const startedAt = beganAt + Math.max(0, (reply.timingsMs.queue ?? 0) - context.queuedMs)
    // The last hop is who answered; what came before it went well.
    const host = answeringHost(target, reply)
    learn(host, reply, startedAt)
    return { reply, host, startedAt }
  }

  const polite: Check = async (target, context) => {
    const { reply, host, startedAt } = await once(target, context)
    if (!isTimeout(reply.kind) || !answering.has(host) || !(await overload.join(host, limiter.busy(host)))) return reply
    limiter.slowDown(host, startedAt, null)
    return (await once(target, { permit: null, queuedMs: context.queuedMs })).reply
  }
  return Object.assign(polite, {
    learnClean: (target: Target, reply: Reply) => learnClean(answeringHost(target, reply), reply),
  })
}

/** People who wait until there are enough of them, or until it takes too long; once there are, who comes later goes on at once. */
function createGathering(needed: number, holdMs: number, wait: (ms: number) => Promise<void>) {
  const groups = new Map<
    string,
    { size: number; readonly meet: (enough: boolean) => void; readonly met: Promise<boolean> }
  >()
  return {
    /** `present`: how many could still come, this one included; with too few of them nobody waits. */
    join(place: string, present: number): Promise<boolean> {
      let group = groups.get(place)
      if ((group?.size ?? 0) + present < needed) return Promise.resolve(false)
      if (group === undefined) {
        let meet!: (enough: boolean) => void
        const met = new Promise<boolean>((resolve) => {
          meet = resolve
        })
        const made = { size: 0, meet, met }
        groups.set(place, made)
        wait(holdMs).then(() => {
          groups.delete(place)
          made.meet(false)
        })
        group = made
      }
      if (++group.size >= needed) group.meet(true)
      return group.met
    },
  }
}
