// getaddrinfo: the only one that knows search domains, mDNS and what else this machine is set up with. It runs on libuv's threads,
// two at most (half of four), and cannot be stopped, so it is asked in two queues, each one at a time and with a bounded wait.

import dns from 'node:dns'
import { withoutTrailingDot } from '../../words/without-trailing-dot.js'
import { createDeadline } from '../wire/deadline.js'
import { NEVER_ASKED } from '../wire/lookup-error.js'
import type { Address } from './address.js'
import type { Answer } from './dns-message.js'
import { GetAddrInfoQueue } from './getaddrinfo-queue.js'

/** Resolves to all addresses, rejects with an error that has a `code`. `family` null: both. */
export type GetAddrInfo = (hostname: string, family: 4 | 6 | null) => Promise<readonly Address[]>

/** What is asked of the system. Both call back exactly once. */
export interface SystemResolver {
  /** A name that only the system can know. Never asked in time: EBUSY, this machine's trouble; no answer in time: ETIMEOUT. */
  ask(hostname: string, done: (answer: Answer) => void): void
  /** Addresses of a name that DNS calls dead; null: none, or no time to find out, or not worth asking. */
  doubt(hostname: string, done: (answer: Answer | null) => void): void
  /** Addresses of a name of which DNS knows nothing; null: none, or no time to find out. */
  consult(hostname: string, about: { isWanted(): boolean; done(answer: Answer | null): void }): void
  /** Everything unanswered ends with ECANCELLED. A getaddrinfo that runs keeps the process until it returns: Node cannot stop it. */
  close(): void
}

/**
 * A second opinion costs a thread for milliseconds (NXDOMAIN) to tens of seconds, and differs only where this machine is set up for a
 * private zone. So it is asked for until 20 names of a top-level domain were dead for both, and never again there: 10,000 dead names
 * under .com cost 20 calls. One name found keeps the questions coming for that domain.
 */
const AGREED_ENOUGH = 20
/** Top-level domains remembered; there are some 1,500 real ones. Beyond them DNS is believed. */
const DOMAINS_MAX = 2048
/** Names in doubt that may wait; for the next DNS is believed at once. */
const DOUBTS_MAX = 32

/** `deadlineMs` is that of a DNS question (4 s): the waits are in proportion to it. */
export function createSystemResolver(options: {
  readonly getaddrinfo: GetAddrInfo | undefined
  readonly family: 4 | 6 | null
  readonly deadlineMs: number
  /** Monotonic ms. */
  now(): number
}): SystemResolver {
  const { getaddrinfo = lookUp, family, deadlineMs } = options
  const deadline = createDeadline(options.now)
  const ask = (hostname: string) => getaddrinfo(hostname, family)
  // 3 s in the queue and 6 s on a thread: under the usual 10 s of an attempt, and enough for one lost packet, which costs glibc 5 s.
  const names = new GetAddrInfoQueue({ ask, waitMs: deadlineMs * 0.75, runMs: deadlineMs * 1.5, deadline })
  const doubts = new GetAddrInfoQueue({ ask, waitMs: deadlineMs / 4, runMs: deadlineMs / 4, deadline })
  /** How often a top-level domain's names were dead for both; -Infinity once they were not. */
  const agreed = new Map<string, number>()

  function doubt(hostname: string, done: (answer: Answer | null) => void): void {
    const domain = topLevelDomain(hostname)
    const isWorthwhile = () => (agreed.get(domain) ?? 0) < AGREED_ENOUGH
    const isRemembered = agreed.has(domain) || agreed.size < DOMAINS_MAX
    if (!isWorthwhile() || !isRemembered || doubts.isStuck || doubts.size >= DOUBTS_MAX) {
      done(null)
      return
    }
    doubts.enter({
      hostname,
      isWorthwhile,
      done: (answer) => {
        const differs = answer !== null && 'addresses' in answer
        // Having waited without being asked tells nothing of the domain; being asked in vain does, even when it took too long.
        const wasAsked = answer !== null && (differs || answer.code !== NEVER_ASKED)
        if (wasAsked) agreed.set(domain, differs ? Number.NEGATIVE_INFINITY : (agreed.get(domain) ?? 0) + 1)
        done(differs ? answer : null)
      },
    })
  }

  /** As many as want: a system that knows them takes no time, and for one that does not the wait is short. */
  function consult(hostname: string, { isWanted, done }: Parameters<SystemResolver['consult']>[1]): void {
    if (doubts.isStuck) {
      done(null)
      return
    }
    const heard = (answer: Answer | null) => done(answer !== null && 'addresses' in answer ? answer : null)
    doubts.enter({ hostname, isWorthwhile: isWanted, done: heard })
  }

  return {
    ask: (hostname, done) =>
      names.enter({ hostname, isWorthwhile: () => true, done: (answer) => done(answer ?? { code: NEVER_ASKED }) }),
    doubt,
    consult,
    close: () => {
      names.close()
      doubts.close()
      deadline.close()
    },
  }
}

function topLevelDomain(hostname: string): string {
  const name = withoutTrailingDot(hostname)
  return name.slice(name.lastIndexOf('.') + 1)
}

function lookUp(hostname: string, family: 4 | 6 | null): Promise<readonly Address[]> {
  return new Promise((resolve, reject) => {
    dns.lookup(hostname, { all: true, family: family ?? 0 }, (error, found) => {
      if (error) reject(error)
      else resolve(found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 })))
    })
  })
}
