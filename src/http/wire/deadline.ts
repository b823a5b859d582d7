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
  const buckets = new Map<number, { jobs: Expiring[]; signal: AbortSignal }>()
  let armed = 0
  let stalled = 0
  let pulse: NodeJS.Timeout | null = null
  let pulseDue = 0

  // The pulse is ref'd on purpose: timeouts of AbortSignal are not, and a lookup that never answers would otherwise let
  // the process end with its promise pending.
  const feelPulse = () => {
    const late = now() - pulseDue
    if (late > STALL_MS) stalled += late
    pulseDue = now() + TICK_MS
    if (armed === 0 && pulse !== null) {
      clearInterval(pulse)
      pulse = null
    }
  }

  const fire = (tick: number) => {
    const bucket = buckets.get(tick)
    buckets.delete(tick)
    if (bucket === undefined) return
    // Expire after the poll phase: answers that came while the loop was busy are read first.
    setImmediate(() => {
      const at = now()
      const unfelt = at - pulseDue
      const stalledNow = stalled + (unfelt > STALL_MS ? unfelt : 0)
      // One that expires may disarm others.
      for (let job = bucket.jobs.pop(); job !== undefined; job = bucket.jobs.pop()) {
        armed--
        job.bucket = null
        const leftMs = tick * TICK_MS + (stalledNow - job.stallMark) - at
        if (leftMs > 0) {
          deadline.arm(job, leftMs)
          // The pulse is yet to feel what is given back here; it must not be given twice.
          job.stallMark = stalledNow
        } else job.expire()
      }
    })
  }

  const deadline: Deadline = {
    arm(job, ms) {
      const at = now()
      const tick = Math.ceil((at + ms) / TICK_MS)
      let bucket = buckets.get(tick)
      if (bucket === undefined) {
        bucket = { jobs: [], signal: signalAfter(Math.max(1, Math.ceil(tick * TICK_MS - at) + 1)) }
        bucket.signal.addEventListener('abort', () => fire(tick), { once: true })
        buckets.set(tick, bucket)
      }
      job.bucketPlace = bucket.jobs.push(job) - 1
      job.bucket = bucket.jobs
      job.stallMark = stalled
      armed++
      if (pulse === null) {
        pulseDue = at + TICK_MS
        pulse = setInterval(feelPulse, TICK_MS)
      }
    },
    disarm(job) {
      if (job.bucket === null) return
      const moved = takeOut(job.bucket, job.bucketPlace)
      if (moved !== null) moved.bucketPlace = job.bucketPlace
      job.bucket = null
      armed--
    },
    stalledMs: () => stalled,
    close() {
      if (pulse !== null && armed === 0) {
        clearInterval(pulse)
        pulse = null
      }
    },
  }
  return deadline
}
