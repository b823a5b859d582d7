// A worker: takes slices from the queue, asks them, leaves rows in Redis. It can be killed at any time; what it had is then
// asked by another one.

import type { Job, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { type AskingSlice, askSlice, type Equipment } from './ask-slice.js'
import type { Packages } from './connect.js'
import { type HeldJob, HeldJobs } from './held-jobs.js'
import type { LateGuard } from './late-guard.js'
import { type Answer, AT_ONCE, keys, PREFIX, packAnswer, QUEUE, ROWS_KEPT_S, type Slice } from './protocol.js'

export interface WorkerOptions extends Pick<Packages, 'bullmq'> {
  readonly redis: Redis
  readonly lockMs: number
  /** How long what is on the wire may take when the worker has to end, ms. */
  readonly graceMs: number
  readonly guard: LateGuard
  notify(text: string): void
  /** Makes of a run's flags what its lines are asked with; rejects where this machine cannot. */
  equip(slice: Slice): Promise<Equipment>
  /** Told of every slice. */
  onAnswer?(answer: { readonly asked: number; readonly rest: number; readonly ms: number }): void
}

export interface FleetWorker {
  /** Whether it would ask a slice now. */
  readonly isReady: boolean
  /** Slices that it asks. */
  readonly slices: number
  /**
   * Takes nothing more, hands back what was not asked; resolves within the grace, with Redis away too. False: BullMQ still
   * waits for Redis, and so would this process.
   */
  close(): Promise<boolean>
}

/** A slice is handed back after this, ms: a host that takes hours is many slices. */
const SLICE_MS = 60_000
/** What is on the wire then may end for so long, ms. */
const SLICE_END_MS = 20_000
const STALLED_MAX = 10
/** Without a network: from one pause to the next, ms. */
const FIRST_PAUSE_MS = 5000
const LAST_PAUSE_MS = 60_000
/** Where Redis has no room for rows, ms. */
const AGAIN_MS = 500

export function startWorker(options: WorkerOptions): FleetWorker {
  return new QueueWorker(options)
}

class QueueWorker implements FleetWorker {
  readonly #options: WorkerOptions
  readonly #held: HeldJobs
  readonly #pause: Pause
  readonly #worker: Worker<Slice>
  #isClosing = false

  constructor(options: WorkerOptions) {
    const { bullmq, redis, lockMs, notify } = options
    this.#options = options
    this.#held = new HeldJobs(options)
    const worker = new bullmq.Worker<Slice>(QUEUE, (job, token = '') => this.#work(job, token), {
      connection: redis,
      prefix: PREFIX,
      concurrency: AT_ONCE,
      lockDuration: lockMs,
      stalledInterval: lockMs / 4,
      maxStalledCount: STALLED_MAX,
      // A part that comes back is taken up within this, s.
      drainDelay: 1,
    })
    worker.on('lockRenewalFailed', (ids) => this.#held.lose(ids))
    // Of the connection we are told by the connection; a job that fails is the run's to tell.
    worker.on('error', () => {})
    this.#worker = worker
    this.#pause = new Pause(worker, notify)
  }

  get isReady(): boolean {
    return !this.#isClosing && !this.#pause.isOn && this.#options.redis.status === 'ready'
  }

  get slices(): number {
    return this.#held.size
  }

  async close(): Promise<boolean> {
    const { graceMs, redis } = this.#options
    this.#isClosing = true
    this.#pause.close()
    this.#held.end('gently')
    const hard = setTimeout(() => this.#held.end('now'), graceMs)
    let last: NodeJS.Timeout | undefined
    const hasWork = this.#held.size > 0 || redis.status === 'ready'
    const late = new Promise<false>((resolve) => {
      last = setTimeout(() => resolve(false), hasWork ? graceMs + LAST_WORDS_MS : 0)
    })
    const closed = this.#worker.close().then(
      () => true,
      () => false,
    )
    const isClean = await Promise.race([closed, late])
    clearTimeout(hard)
    clearTimeout(last)
    this.#held.close()
    redis.disconnect()
    return isClean
  }

  async #work(job: Job<Slice>, token: string): Promise<void> {
    const { redis, equip, guard, onAnswer } = this.#options
    const id = job.id!
    // Somebody who lost his lock has left them: what there is to find out is found out.
    if ((await redis.exists(keys.rows(id))) === 1) return
    const startedAt = guard.now()
    const equipment = equip(job.data)
    const asking = askSlice(job.data, equipment)
    const own: HeldJob = { id, token, run: job.data.run, end: asking, isLost: false }
    this.#held.add(own)
    if (this.#isClosing) asking.gently()
    const answer = await within(asking, equipment).finally(() => this.#held.remove(own))
    if (answer.isFruitless) this.#pause.begin()
    else this.#pause.succeeded()
    await this.#leave(own, answer)
    const asked = job.data.targets.length - answer.rest.length
    onAnswer?.({ asked, rest: answer.rest.length, ms: guard.now() - startedAt })
  }

  /** Rows of one who lost his lock count only where there are none. */
  async #leave(job: HeldJob, answer: Answer): Promise<void> {
    const { redis, notify } = this.#options
    const packed = await packAnswer(answer)
    for (let isTold = false; ; isTold = true) {
      try {
        if (job.isLost) await redis.set(keys.rows(job.id), packed, 'EX', ROWS_KEPT_S, 'NX')
        else await redis.set(keys.rows(job.id), packed, 'EX', ROWS_KEPT_S)
        return
      } catch (error) {
        if (this.#isClosing) throw error
        if (!isTold) notify(`Redis refuses rows (${(error as Error).message}); tried again`)
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
      }
    }
  }
}

/** From the end of the grace until the process ends whatever Redis does, ms. */
const LAST_WORDS_MS = 2000

/** The answer, within the time of a slice from its turn on: another run may have what it is asked with. */
async function within(asking: AskingSlice, turn: Promise<unknown>): Promise<Answer> {
  await turn.catch(() => {})
  const soft = setTimeout(asking.gently, SLICE_MS)
  const hard = setTimeout(asking.now, SLICE_MS + SLICE_END_MS)
  try {
    return await asking.done
  } finally {
    clearTimeout(soft)
    clearTimeout(hard)
  }
}

/** A worker without network takes nothing for a while, so that those that have one get it. */
class Pause {
  readonly #worker: Worker
  readonly #notify: (text: string) => void
  #timer: NodeJS.Timeout | undefined
  #ms = FIRST_PAUSE_MS
  #isClosed = false
  isOn = false

  constructor(worker: Worker, notify: (text: string) => void) {
    this.#worker = worker
    this.#notify = notify
  }

  begin(): void {
    if (this.isOn || this.#isClosed) return
    this.isOn = true
    this.#notify(
      `this machine, not the URLs, is the problem: what was taken is handed back, nothing is taken for ${this.#ms / 1000} s`,
    )
    this.#timer = setTimeout(() => {
      this.isOn = false
      this.#worker.resume()
    }, this.#ms)
    this.#ms = Math.min(2 * this.#ms, LAST_PAUSE_MS)
    // Not waited for: it waits for the job that asks for it.
    this.#worker.pause(true).catch(() => {})
  }

  succeeded(): void {
    if (!this.isOn) this.#ms = FIRST_PAUSE_MS
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }
}
