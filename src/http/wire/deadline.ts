// The hard end of an attempt. One `AbortSignal.timeout` serves all jobs that end within the same 100 ms: a signal each
// costs 1.2 KB that lives until it fires (measured, Node 20). Never early, at most one tick late, and never the fault of
// a stalled event loop: time in which this process did not run is not counted against a server.

import { takeOut } from '../../words/unordered-list.js'

/** Something that can run out of time. The fields belong to the deadline while it is armed. */
export interface Expiring {
  /** Called at most once per `arm`, after the poll phase, so that an answer already in the kernel wins. */
  expire(): void
  /** All that end with it; null: not armed. */
  bucket: Expiring[] | null
  bucketPlace: number
  stallMark: number
}

export interface Deadline {
  /** Starts the clock of `job`: `expire` is called in `ms` unless it is disarmed before. */
  arm(job: Expiring, ms: number): void
  disarm(job: Expiring): void
  /** Ms that the event loop has stalled so far, in stalls longer than a tick. */
  stalledMs(): number
  /** Lets the process end at once when nothing is armed; what is on the wire still has its end. */
  close(): void
}

/** How finely ends are rounded up, and how often the loop's pulse is felt. */
const TICK_MS = 100
/** A pulse later than this means that the loop stalled; a busy loop is 5 to 20 ms late (measured at 128 at once). */
const STALL_MS = 50

/** `now` is monotonic ms; `signalAfter` exists for tests. */
export function createDeadline(
  now: () => number,
  signalAfter: (ms: number) => AbortSignal = AbortSignal.timeout,
): Deadline {
  return new TickDeadline(now, signalAfter)
}

/** Jobs by the tick in which they end. A class, because it is on the way of every request. */
class TickDeadline implements Deadline {
  readonly #now: () => number
  readonly #signalAfter: (ms: number) => AbortSignal
  readonly #pulse: LoopPulse
  readonly #buckets = new Map<number, { jobs: Expiring[]; signal: AbortSignal }>()
  #armed = 0

  constructor(now: () => number, signalAfter: (ms: number) => AbortSignal) {
    this.#now = now
    this.#signalAfter = signalAfter
    this.#pulse = new LoopPulse(now, () => this.#armed > 0)
  }

  arm(job: Expiring, ms: number): void {
    const at = this.#now()
    const tick = Math.ceil((at + ms) / TICK_MS)
    let bucket = this.#buckets.get(tick)
    if (bucket === undefined) {
      bucket = { jobs: [], signal: this.#signalAfter(Math.max(1, Math.ceil(tick * TICK_MS - at) + 1)) }
      bucket.signal.addEventListener('abort', () => this.#fire(tick), { once: true })
      this.#buckets.set(tick, bucket)
    }
    job.bucketPlace = bucket.jobs.push(job) - 1
    job.bucket = bucket.jobs
    job.stallMark = this.#pulse.stalledMs
    this.#armed++
    this.#pulse.start(at)
  }

  disarm(job: Expiring): void {
    if (job.bucket === null) return
    const moved = takeOut(job.bucket, job.bucketPlace)
    if (moved !== null) moved.bucketPlace = job.bucketPlace
    job.bucket = null
    this.#armed--
  }

  stalledMs(): number {
    return this.#pulse.stalledMs
  }

  close(): void {
    this.#pulse.stopUnlessNeeded()
  }

  #fire(tick: number): void {
    const bucket = this.#buckets.get(tick)
    this.#buckets.delete(tick)
    // Expire after the poll phase: answers that came while the loop was busy are read first.
    if (bucket !== undefined) setImmediate(() => this.#expire(bucket.jobs, tick))
  }

  #expire(jobs: Expiring[], tick: number): void {
    const at = this.#now()
    const stalledMs = this.#pulse.stalledMsAt(at)
    // One that expires may disarm others.
    for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) {
      this.#armed--
      job.bucket = null
      const leftMs = tick * TICK_MS + (stalledMs - job.stallMark) - at
      if (leftMs > 0) {
        this.arm(job, leftMs)
        // The pulse is yet to feel what is given back here; it must not be given twice.
        job.stallMark = stalledMs
      } else job.expire()
    }
  }
}

/** Feels whether the event loop stalls, while it is needed. */
class LoopPulse {
  /** In stalls longer than a tick, so far. */
  stalledMs = 0
  readonly #now: () => number
  readonly #isNeeded: () => boolean
  #timer: NodeJS.Timeout | null = null
  #dueAt = 0

  constructor(now: () => number, isNeeded: () => boolean) {
    this.#now = now
    this.#isNeeded = isNeeded
  }

  /** Ref'd on purpose: timeouts of AbortSignal are not, and a lookup that never answers would otherwise let the process end with its promise pending. */
  start(at: number): void {
    if (this.#timer !== null) return
    this.#dueAt = at + TICK_MS
    this.#timer = setInterval(() => this.#feel(), TICK_MS)
  }

  stopUnlessNeeded(): void {
    if (this.#timer === null || this.#isNeeded()) return
    clearInterval(this.#timer)
    this.#timer = null
  }

  /** With a stall that is not over, or not felt yet. */
  stalledMsAt(at: number): number {
    const lateMs = at - this.#dueAt
    return lateMs > STALL_MS ? this.stalledMs + lateMs : this.stalledMs
  }

  #feel(): void {
    this.stalledMs = this.stalledMsAt(this.#now())
    this.#dueAt = this.#now() + TICK_MS
    this.stopUnlessNeeded()
  }
}
