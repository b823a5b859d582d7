// Several time-outs of an origin that also answers are taken for our own load: it gets less, and they are asked once more.

import type { Check } from '../settings/seams.js'
import type { Limiter } from '../words/limits.js'
import { isTimeout } from './retry.js'
import { answeringOrigin } from './retry-after.js'

export interface OverloadOptions {
  readonly limiter: Pick<Limiter, 'hasAnswered' | 'busy' | 'slowDown'>
  /** Monotonic ms. */
  now(): number
  /** Ends early when the run is stopped. */
  wait(ms: number): Promise<void>
}

/** So many time-outs on an origin that also answers are no accident; so long the first of them wait for the others. */
const OVERLOAD = 5
const HOLD_MS = 2000

/** Wraps a check. */
export function withOverload(check: Check, { limiter, now, wait }: OverloadOptions): Check {
  const overload = createQuorum({ needed: OVERLOAD, holdMs: HOLD_MS, wait })
  return async (target, context) => {
    const reply = await check(target, context)
    if (!isTimeout(reply.kind) || reply.inferred) return reply
    const where = answeringOrigin(target, reply)
    if (!limiter.hasAnswered(where.origin)) return reply
    if (!(await overload.join(where.origin, limiter.busy(where.origin)))) return reply
    limiter.slowDown(where, now() - (reply.durationMs ?? 0), null)
    return check(target, { permit: null, queuedMs: context.queuedMs })
  }
}

interface QuorumOptions {
  readonly needed: number
  readonly holdMs: number
  wait(ms: number): Promise<void>
}

interface Group {
  size: number
  readonly meet: (enough: boolean) => void
  readonly met: Promise<boolean>
}

/** Who joins waits until there are enough, or until it takes too long; once there are, who comes later goes on at once. */
function createQuorum({ needed, holdMs, wait }: QuorumOptions) {
  const groups = new Map<string, Group>()
  const open = (place: string): Group => {
    let meet!: (enough: boolean) => void
    const met = new Promise<boolean>((resolve) => {
      meet = resolve
    })
    const group = { size: 0, meet, met }
    groups.set(place, group)
    wait(holdMs).then(() => {
      groups.delete(place)
      meet(false)
    })
    return group
  }
  return {
    /** `present`: how many could still come, this one included; with too few of them nobody waits. */
    join(place: string, present: number): Promise<boolean> {
      const known = groups.get(place)
      if ((known?.size ?? 0) + present < needed) return Promise.resolve(false)
      const group = known ?? open(place)
      if (++group.size >= needed) group.meet(true)
      return group.met
    },
  }
}
