// A and AAAA of one name as one answer (RFC 8305 §3): a good A waits 50 ms for AAAA, and a failing AAAA never spoils it.

import type { Ipv6Reach } from './address.js'
import type { Answer, Found, NameServers } from './name-servers.js'

/** The resolution delay of RFC 8305 §3 in ms. */
const GRACE_MS = 50

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

/**
 * `report` is called once with the answer, and once more with a fuller one when AAAA brings addresses after the A went without them.
 * A machine without any IPv6 asks for AAAA only when there is no A: half the questions, and an IPv6-only name is still not called dead.
 */
export function askFamilies(
  hostname: string,
  { servers, plan, report }: { servers: NameServers; plan: FamilyPlan; report: (answer: Answer) => void },
): void {
  if (plan.family !== null) {
    servers.ask(hostname, plan.family, report)
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
  const askAaaa = () =>
    servers.ask(hostname, 6, (answer) => {
      aaaa = answer
      if (a) tell()
    })

  servers.ask(hostname, 4, (answer) => {
    a = answer
    const decides = 'addresses' in answer || answer.code === 'ENOTFOUND' || answer.code === 'ECANCELLED'
    if (aaaa || (decides && plan.reach === 'none')) tell()
    else if (plan.reach === 'none') askAaaa()
    else if (decides) grace = setTimeout(tell, GRACE_MS)
  })
  if (plan.reach !== 'none') askAaaa()
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
