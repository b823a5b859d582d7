// Names that wait for getaddrinfo, one at a time. A call cannot be stopped: one that overstays frees its caller, not the
// queue, for the thread is still taken.

import type { Deadline, Expiring } from '../wire/deadline.js'
import { NEVER_ASKED, trueCode } from '../wire/lookup-error.js'
import type { Address } from './address.js'
import type { Answer } from './dns-message.js'

/** A name in the queue. */
export interface Entry {
  readonly hostname: string
  /** Asked when the entry's turn comes; else it ends with null. */
  isWorthwhile(): boolean
  done(answer: Answer | null): void
}

/** How names are asked for, and how long they may wait for their turn and run, ms. */
export interface QueueOptions {
  ask(hostname: string): Promise<readonly Address[]>
  readonly waitMs: number
  readonly runMs: number
  readonly deadline: Deadline
}

/** getaddrinfo tells no time to live; in s. */
const TTL_S = 60

/** A class: who waits and who runs share its state. */
export class GetAddrInfoQueue {
  readonly #options: QueueOptions
  /** In order of arrival, each with what ends its wait. */
  readonly #waiting = new Map<Entry, Expiring>()
  /** Ends the one that runs; null: its caller has gone, or none runs. */
  #endRunning: ((answer: Answer) => void) | null = null
  #isTaken = false

  constructor(options: QueueOptions) {
    this.#options = options
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size
  }

  /** The one that runs has overstayed. */
  get isStuck(): boolean {
    return this.#isTaken && this.#endRunning === null
  }

  enter(entry: Entry): void {
    const { deadline, waitMs } = this.#options
    const wait = jobOf(() => {
      this.#waiting.delete(entry)
      entry.done({ code: NEVER_ASKED })
    })
    deadline.arm(wait, waitMs)
    this.#waiting.set(entry, wait)
    this.#next()
  }

  /** Everything unanswered ends with ECANCELLED. */
  close(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const [entry, wait] of waiting) {
      this.#options.deadline.disarm(wait)
      entry.done({ code: 'ECANCELLED' })
    }
    this.#endRunning?.({ code: 'ECANCELLED' })
  }

  #next(): void {
    for (const [entry, wait] of this.#waiting) {
      if (this.#isTaken) return
      this.#waiting.delete(entry)
      this.#options.deadline.disarm(wait)
      if (entry.isWorthwhile()) this.#run(entry)
      else entry.done(null)
    }
  }

  #run(entry: Entry): void {
    const { ask, deadline, runMs } = this.#options
    this.#isTaken = true
    const end = (answer: Answer) => {
      if (this.#endRunning !== end) return
      deadline.disarm(limit)
      this.#endRunning = null
      entry.done(answer)
    }
    const limit = jobOf(() => end({ code: 'ETIMEOUT' }))
    deadline.arm(limit, runMs)
    this.#endRunning = end
    ask(entry.hostname)
      .then(
        (addresses): Answer => (addresses.length > 0 ? { addresses, ttlS: TTL_S } : { code: 'ENOTFOUND' }),
        (error: NodeJS.ErrnoException): Answer => ({ code: trueCode(error.code ?? 'EFAIL') }),
      )
      .then((answer) => {
        end(answer)
        this.#isTaken = false
        this.#next()
      })
  }
}

function jobOf(expire: () => void): Expiring {
  return { expire, bucket: null, bucketPlace: 0, stallMark: 0 }
}
