// A name asked of DNS, and of the system where DNS is not the last word: it says that the name is dead (a private zone may
// know better), it fails, or it is silent. The system is set up with more than DNS, and may ask other servers.

import { saysNoAnswer, saysNoSuchName } from '../wire/lookup-error.js'
import { askFamilies, type FamilyPlan } from './ask-families.js'
import type { Answer } from './dns-message.js'
import type { NameServers } from './name-servers.js'
import type { SystemResolver } from './system-resolver.js'

/** Who is asked, and who hears of it. */
export interface Asking {
  readonly servers: NameServers
  /** Null: DNS is the last word. */
  readonly system: SystemResolver | null
  readonly plan: FamilyPlan
  /** Of a DNS question, ms. */
  readonly deadlineMs: number
  /** Called once, and once more when addresses come late: see askFamilies. */
  report(answer: Answer): void
}

/** Asks for the addresses of a name. A DNS that is silent and a system that is silent cost the time of one of them. */
export function askDnsOrSystem(name: string, { servers, system, plan, deadlineMs, report }: Asking): void {
  if (system === null) {
    askFamilies(name, { servers, plan, deadlineMs, report, silent: () => {} })
    return
  }
  if (isForSystem(name)) {
    system.ask(name, report)
    return
  }
  let failure: Answer | null = null
  let isOver = false
  let opinion: 'unasked' | 'pending' | 'none' = 'unasked'

  const found = (answer: Answer) => {
    isOver = true
    report(answer)
  }
  const fail = () => {
    if (isOver || failure === null || opinion === 'pending') return
    isOver = true
    report(failure)
  }
  const heardSystem = (answer: Answer | null) => {
    opinion = 'none'
    if (answer === null) fail()
    else if (!isOver) found(answer)
  }
  const consult = () => {
    if (opinion !== 'unasked') return
    opinion = 'pending'
    system.consult(name, { isWanted: () => !isOver, done: heardSystem })
  }
  const heardDns = (answer: Answer) => {
    if ('addresses' in answer) {
      found(answer)
      return
    }
    failure = answer
    if (saysNoAnswer(answer.code)) consult()
    else if (opinion === 'unasked' && saysNoSuchName(answer.code) && answer.code !== 'EBADNAME') {
      opinion = 'pending'
      system.doubt(name, heardSystem)
    }
    fail()
  }
  askFamilies(name, { servers, plan, deadlineMs, report: heardDns, silent: consult })
}

/** Single labels are for search domains and NSS (one with a dot at its end is not); `.local` is multicast DNS (RFC 6762 §3). */
function isForSystem(name: string): boolean {
  return !name.includes('.') || /\.local\.?$/.test(name)
}
