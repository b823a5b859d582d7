// When this machine runs out of something (descriptors, ports, buffers), that is no verdict on a URL: the URL waits and
// is asked again while fewer requests run at once. Only a fault that stays becomes a verdict, `local.<code>`.

import { kindFacts } from '../settings/kinds.js'
import type { Check } from '../settings/seams.js'
import { isLocal, type Kind } from '../words/kinds.js'
import type { Limiter, Stop } from '../words/limits.js'
import type { Reply } from '../words/reply.js'

export interface LocalFaultOptions {
  readonly limiter: Limiter
  /** Monotonic ms. */
  now(): number
  /** Ends early when the run is stopped. */
  wait(ms: number): Promise<void>
  readonly stop: Stop
  /** Called with a sentence for the user, once a run for each sort. */
  notify(text: string): void
}

/** What this machine lacks, where waiting and asking less changes nothing. */
const LASTING = new Set<Kind>(['local.no_ipv4', 'local.no_ipv6'])
/** In all about 15 s: a closed connection's port is free after 60 s at worst, a descriptor at once. */
const TRIES = 8
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 4000
/** All requests of a moment fail together; they are one reason to halve, not a hundred. */
const SHRINK_EVERY_MS = 1000

/** Wraps a check. The limits it lowers stay low: what was too much once is too much again. */
export function withLocalFaults(check: Check, options: LocalFaultOptions): Check {
  const { limiter, now, wait, stop, notify } = options
  let shrunkAt = Number.NEGATIVE_INFINITY
  const shrink = (code: string | null) => {
    if (now() - shrunkAt < SHRINK_EVERY_MS) return
    const isFirst = shrunkAt === Number.NEGATIVE_INFINITY
    shrunkAt = now()
    const concurrency = limiter.shrink()
    if (isFirst) notify(`this machine ran into a limit (${code}); going on with ${concurrency} requests at once`)
  }
  const isShortage = ({ kind }: Reply) => isLocal(kind) && !LASTING.has(kind)
  const told = new Set<Kind>()
  const tellOnce = ({ kind }: Reply) => {
    if (!LASTING.has(kind) || told.has(kind)) return
    told.add(kind)
    notify(`${kindFacts(kind).meaning}: what needs it cannot be judged`)
  }
  return async (target, context) => {
    let reply = await check(target, context)
    tellOnce(reply)
    for (let tries = 1; isShortage(reply) && tries < TRIES && !stop.stopped; tries++) {
      shrink(reply.code)
      await wait(Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS))
      reply = await check(target, { permit: null, queuedMs: context.queuedMs })
    }
    return reply
  }
}
