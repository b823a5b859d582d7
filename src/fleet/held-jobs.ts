// The jobs that a worker has, and whether they are still its own. A lock may be lost while this process was stopped or
// Redis was away; then somebody else may ask those hosts, and every request of ours is one too many for them.

import type { Redis } from 'ioredis'
import type { SliceEnd } from './ask-slice.js'
import type { LateGuard } from './late-guard.js'
import { keys } from './protocol.js'

/** A job that is being asked. */
export interface HeldJob {
  readonly id: string
  readonly token: string
  readonly run: string
  readonly end: SliceEnd
  /** Its lock is not ours any more. */
  isLost: boolean
}

export interface HeldJobsOptions {
  readonly redis: Redis
  readonly lockMs: number
  /** The clock of whatever is asked; it is late where this process was stopped for as long as a lock holds. */
  readonly guard: LateGuard
}

/** Between two looks at the locks, ms. */
const LOOK_MS = 1000

export class HeldJobs {
  readonly #options: HeldJobsOptions
  readonly #jobs = new Map<string, HeldJob>()
  readonly #timer: NodeJS.Timeout
  #isLooking = false

  constructor(options: HeldJobsOptions) {
    this.#options = options
    this.#timer = setInterval(() => void this.#look(), Math.min(LOOK_MS, options.lockMs / 4))
    options.guard.onLate(() => this.lose([...this.#jobs.keys()]))
  }

  get size(): number {
    return this.#jobs.size
  }

  add(job: HeldJob): void {
    this.#jobs.set(job.id, job)
  }

  remove({ id }: HeldJob): void {
    this.#jobs.delete(id)
  }

  /** BullMQ could not renew it. */
  lose(ids: readonly string[]): void {
    for (const id of ids) this.#lose(this.#jobs.get(id))
  }

  /** All of them. */
  end(how: keyof SliceEnd): void {
    for (const { end } of this.#jobs.values()) end[how]()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #look(): Promise<void> {
    if (this.#isLooking || this.#jobs.size === 0) return
    this.#isLooking = true
    const jobs = [...this.#jobs.values()]
    const { redis } = this.#options
    try {
      const held = await redis.mget(jobs.map(({ id }) => keys.bull(`${id}:lock`)))
      const stopped = await redis.mget(jobs.map(({ run }) => keys.stop(run)))
      for (const [at, job] of jobs.entries()) {
        if (held[at] !== job.token) this.#lose(job)
        else if (stopped[at] !== null) job.end.now()
      }
    } catch {
      // It is away or has no room; the next look will tell.
    } finally {
      this.#isLooking = false
    }
  }

  #lose(job: HeldJob | undefined): void {
    if (job === undefined || !this.#jobs.has(job.id)) return
    job.isLost = true
    job.end.now()
  }
}
