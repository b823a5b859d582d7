// A and AAAA of one name as one answer (RFC 8305 §3): a good A waits 50 ms for AAAA, and a failing AAAA never spoils it.
// Both together have the time of one question.

import type { Ipv6Reach } from './address.js'
import type { Answer, Found } from './dns-message.js'
import type { NameServers } from './name-servers.js'

/** The resolution delay of RFC 8305 §3 in ms. */
const GRACE_MS = 50
/** What a broken server says of A is not yet the end of a name that has AAAA; a packet may be lost meanwhile. ms. */
const DEAD_GRACE_MS = 1000

/** What decides which families are asked, and which is tried first. */
export interface FamilyPlan {
  /** Only this family; null: both. */
  readonly family: 4 | 6 | null
  readonly reach: Ipv6Reach
}

/** The family to try first: IPv6, unless this machine's IPv6 does not reach the internet. */
export function firstFamily({ reach }: FamilyPlan): 4 | 6 {
  return reach === 'global' ? 6 : 4
}

/** A name, and who hears of it. */
export interface Asking {
  readonly servers: NameServers
  readonly plan: FamilyPlan
  /** From sending to giving up, ms. */
  readonly deadlineMs: number
  /** Called once with the answer, and once more with a fuller one when AAAA brings addresses after the A went without them. */
  report(answer: Answer): void
  /** Called at most once: nothing has come in the first share of the time. */
  silent(): void
}

/**
 * Asks for both, or for the one family wanted. A machine without any IPv6 asks for AAAA only when there is no A: half the
 * questions, and an IPv6-only name is still not called dead.
 */
export function askFamilies(hostname: string, { servers, plan, deadlineMs, report, silent }: Asking): void {
  if (plan.family !== null) {
    servers.ask({ hostname, type: plan.family === 4 ? 'A' : 'AAAA', done: report, silent })
    return
  }
  let a: Answer | null = null
  let aaaa: Answer | null = null
  let grace: NodeJS.Timeout | null = null
  let reported = false

  const tell = () => {
    if (grace) clearTimeout(grace)
    const isNews = !reported || (aaaa !== null && 'addresses' in aaaa)
    reported = true
    if (isNews) report(merge(a!, aaaa))
  }
  const askAaaa = (withinMs: number) =>
    servers.ask({
      hostname,
      type: 'AAAA',
      withinMs,
      done: (answer) => {
        aaaa = answer
        if (a) tell()
      },
    })
  const heardA = (answer: Answer, spentMs: number) => {
    a = answer
    const isFound = 'addresses' in answer
    const isDead = !isFound && answer.code === 'ENOTFOUND'
    const isOver = !isFound && (answer.code === 'ECANCELLED' || answer.code === 'EBADNAME')
    const leftMs = deadlineMs - spentMs
    if (aaaa || isOver || (plan.reach === 'none' && (isFound || leftMs <= 0))) tell()
    else if (plan.reach === 'none') askAaaa(isDead ? Math.min(leftMs, DEAD_GRACE_MS) : leftMs)
    else if (isFound || isDead) grace = setTimeout(tell, isFound ? GRACE_MS : DEAD_GRACE_MS)
  }

  servers.ask({ hostname, type: 'A', done: heardA, silent })
  if (plan.reach !== 'none') askAaaa(deadlineMs)
}

/** Addresses of both. Without any: what A says, unless A says "none of this type" and AAAA could not be learned. */
function merge(a: Answer, aaaa: Answer | null): Answer {
  const found = [a, aaaa].filter((answer): answer is Found => answer !== null && 'addresses' in answer)
  if (found.length > 0) {
    return {
      addresses: found.flatMap(({ addresses }) => addresses),
      ttlS: Math.min(...found.map(({ ttlS }) => ttlS)),
    }
  }
  const aCode = 'code' in a ? a.code : 'ENODATA'
  const aaaaCode = aaaa && 'code' in aaaa ? aaaa.code : 'ENODATA'
  return { code: aCode === 'ENODATA' && aaaaCode !== 'ENOTFOUND' ? aaaaCode : aCode }
}
