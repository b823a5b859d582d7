// One pass over the queue: targets come in, slices go to Redis, and rows come back until all have one.

import { unpackRows } from '../ask/threads/packed-rows.js'
import { UsageError } from '../settings/errors.js'
import type { Asking, Progress } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import type { Unfinished } from '../words/summary.js'
import type { Verdict } from '../words/verdict.js'
import { Attendance } from './attendance.js'
import { Bell } from './bell.js'
import type { Desk, JobState, OldJob } from './desk.js'
import type { Answer, Written } from './protocol.js'
import { Setbacks } from './setbacks.js'
import { SLICE_MAX, Waiting } from './waiting.js'

/** Targets that were read and have no row, at most: of 0.6 KB each. */
const WINDOW = 65_536
/** Between two looks, ms. */
const LOOK_MS = 100
/** Rows are removed from Redis once they were handed on for so long, ms: until then a report may not have written them. */
const SETTLED_MS = 2000
/** A job that Redis lost may still be asked by somebody who has not noticed yet, ms. */
const GONE_MS = 5000
/** How often a part is tried again after its job failed. */
const TRIES = 3
/** Jobs that a worker asks at once. */
export const AT_ONCE = 2
/** After Redis refused a job, ms. */
const REFUSED_MS = 1000

interface Job {
  readonly id: string
  readonly parts: readonly number[]
  readonly targets: Map<number, Target>
  /** Of an earlier process: what it sent, by index, until its target was read; null: our own. */
  readonly expected: Map<number, string> | null
  goneSinceMs: number | null
}

export interface QueueAskerOptions {
  readonly desk: Desk
  readonly run: string
  readonly written: Written
  /** Monotonic ms. */
  now(): number
  notify(text: string): void
  /** Why a line must not leave this machine; null: it may. */
  refusal(target: Target): string | null
  /** Another process took the run; called with what is to be told of it. */
  onLost(listener: (sentence: string) => void): void
  /** Closes the connection, whether Redis is there or not. */
  leave(): Promise<void>
}

export interface QueuePassOptions extends QueueAskerOptions {
  readonly gently: boolean
  /** Takes up what an earlier process of the run has left. */
  readonly adopts: boolean
}

export class QueuePass implements Asking {
  readonly results: AsyncIterable<readonly Verdict[]>
  readonly progress: Progress
  gaveUp = false
  readonly gaveUpWhy: Unfinished = 'queue-broke'
  readonly #options: QueuePassOptions
  readonly #waiting = new Waiting()
  readonly #jobs = new Map<string, Job>()
  readonly #bell = new Bell()
  #expected = new Map<number, Job>()
  #settled: { readonly id: string; readonly atMs: number }[] = []
  readonly #setbacks = new Setbacks()
  #known = 0
  #done = 0
  #inputEnded = false
  #readingFailed: { readonly error: unknown } | null = null
  #isStopped = false
  #halt = () => {}
  readonly #stopped = new Promise<null>((resolve) => {
    this.#halt = () => resolve(null)
  })
  #rows: Verdict[] = []
  #trouble: string | null = null
  readonly #attendance: Attendance
  #notBeforeMs = 0

  constructor(batches: AsyncIterable<readonly Target[]>, options: QueuePassOptions) {
    this.#options = options
    this.#attendance = new Attendance(options)
    this.results = this.#run(batches)
    const pass = this
    this.progress = {
      get known() {
        return pass.#known
      },
      get inputEnded() {
        return pass.#inputEnded
      },
      get done() {
        return pass.#done
      },
      get notAsked() {
        return pass.#isStopped ? pass.#known - pass.#done : 0
      },
    }
  }

  /** An arrow: callers pass it on. */
  readonly stop = (): void => {
    this.#isStopped = true
    this.#halt()
    this.#bell.ring()
  }

  giveUp(sentence: string): void {
    if (this.#isStopped) return
    this.#options.notify(sentence)
    this.gaveUp = true
    this.stop()
  }

  /** Jobs without rows. */
  left(): readonly string[] {
    return [...this.#jobs.keys()]
  }

  /** Jobs whose rows were handed on. */
  settled(): readonly string[] {
    return this.#settled.map(({ id }) => id)
  }

  get #outstanding(): number {
    return this.#known - this.#done
  }

  async *#run(batches: AsyncIterable<readonly Target[]>): AsyncGenerator<readonly Verdict[], void> {
    const { desk, adopts } = this.#options
    if (adopts) for (const old of (await this.#unlessStopped(desk.earlier())) ?? []) this.#adopt(old)
    const reading = this.#read(batches)
    while (!this.#isStopped) {
      await this.#unlessStopped(this.#turn().catch((error: Error) => this.#refused(error)))
      const rows = this.#rows
      this.#rows = []
      this.#done += rows.length
      if (rows.length > 0) yield rows
      if (this.#inputEnded && this.#waiting.size === 0 && this.#jobs.size === 0) break
      if (rows.length === 0) await this.#bell.wait(LOOK_MS)
    }
    if (!this.#isStopped) await reading
    if (this.#readingFailed !== null) throw this.#readingFailed.error
  }

  /** Redis may be away for as long as it likes; a run that has to end does not wait for it. */
  #unlessStopped<T>(work: Promise<T>): Promise<T | null> {
    work.catch(() => {})
    return Promise.race([work, this.#stopped])
  }

  /** It is out of memory, read-only, loading: that passes, or somebody has to do something. */
  #refused({ message }: Error): void {
    if (message !== this.#trouble) this.#options.notify(`Redis: ${message}; tried again`)
    this.#trouble = message
    this.#notBeforeMs = this.#options.now() + REFUSED_MS
  }

  async #read(batches: AsyncIterable<readonly Target[]>): Promise<void> {
    try {
      for await (const batch of batches) {
        for (const target of batch) this.#arrive(target)
        if (this.#inputEnded || this.#isStopped) break
        await this.#bell.until(() => this.#outstanding < WINDOW || this.#isStopped)
      }
    } catch (error) {
      this.#readingFailed = { error }
      // What is wrong with a line is told at once; else what was read is asked first.
      if (error instanceof UsageError) this.stop()
    }
    this.#inputEnded = true
    for (const [index, job] of this.#expected) job.expected!.delete(index)
    this.#expected = new Map()
    this.#bell.ring()
  }

  #arrive(target: Target): void {
    const refusal = this.#options.refusal(target)
    if (refusal !== null) throw new UsageError(refusal)
    this.#known++
    const job = this.#expected.get(target.index)
    if (job?.expected?.get(target.index) === lineOf(target)) job.targets.set(target.index, target)
    else this.#waiting.add(target)
    this.#expected.delete(target.index)
  }

  #adopt({ id, slice }: OldJob): void {
    const { written } = this.#options
    const isSame = !slice.gently && JSON.stringify(slice.written) === JSON.stringify(written)
    const expected = new Map(isSame ? slice.targets.map(([index, , raw]) => [index, raw]) : [])
    const job: Job = { id, parts: slice.parts, targets: new Map(), expected, goneSinceMs: null }
    for (const index of expected.keys()) this.#expected.set(index, job)
    this.#jobs.set(id, job)
    this.#waiting.hold(slice.parts)
  }

  /** One look at everything: rows that are there, room for more, who is there at all. */
  async #turn(): Promise<void> {
    const now = this.#options.now()
    await this.#attendance.look(now)
    await this.#collect(now)
    if (now >= this.#notBeforeMs) await this.#send()
    await this.#tidy(now)
  }

  async #collect(now: number): Promise<void> {
    const { desk } = this.#options
    // Which targets an old one is about is known once the list was read.
    const jobs = [...this.#jobs.values()].filter(({ expected }) => expected === null || this.#inputEnded)
    if (jobs.length === 0) return
    const states = await desk.look(jobs.map(({ id }) => id))
    for (const [at, job] of jobs.entries()) {
      const state = states[at]!
      if (state === 'going') job.goneSinceMs = null
      else await this.#ended(job, { state, now })
    }
    if (this.#rows.length > 0) this.#bell.ring()
  }

  async #ended(job: Job, { state, now }: { state: JobState; now: number }): Promise<void> {
    const { desk } = this.#options
    const answer = await desk.answer(job.id)
    if (answer === null && state !== 'failed') {
      job.goneSinceMs ??= now
      if (now - job.goneSinceMs < GONE_MS) return
    }
    const why = answer === null && state === 'failed' ? await desk.whyFailed(job.id) : null
    const rows = answer === null ? [] : unpackRows(answer.rows, (index) => job.targets.get(index) ?? null)
    for (const row of rows) {
      job.targets.delete(row.index)
      this.#rows.push(row)
    }
    this.#jobs.delete(job.id)
    this.#settled.push({ id: job.id, atMs: now })
    this.#waiting.release(job.parts)
    this.#waiting.giveBack([...job.targets.values()])
    this.#count(job, answer, why)
  }

  #count({ id, parts, targets }: Job, answer: Answer | null, why: string | null): void {
    const tries = this.#setbacks.count(parts, answer, why)
    if (tries <= TRIES || targets.size === 0) return
    const [first] = targets.values()
    const what = `${targets.size} URLs from ${first!.source === '-' ? 'line ' : `${first!.source}:`}${first!.line}`
    this.giveUp(`the queue's job ${id} failed ${tries} times (${what}): ${why}`)
  }

  async #send(): Promise<void> {
    const { desk, run, written, gently } = this.#options
    const { workers } = this.#attendance
    const seats = AT_ONCE * workers
    // As many wait as there are workers, and two.
    while (this.#jobs.size < seats + workers + 2) {
      const portion = this.#waiting.take(seats)
      if (portion === null) return
      const { parts, targets } = portion
      const fruitless = this.#setbacks.fruitless(parts)
      const lines = targets.map((target) => [target.index, target.line, lineOf(target)] as const)
      const slice = { run, parts, gently, among: workers * AT_ONCE, fruitless, written, targets: lines }
      try {
        const id = await desk.add(slice)
        const byIndex = new Map(targets.map((target) => [target.index, target]))
        this.#jobs.set(id, { id, parts, targets: byIndex, expected: null, goneSinceMs: null })
        this.#waiting.hold(parts)
      } catch (error) {
        // It may be there all the same; then its rows are for nobody.
        this.#waiting.giveBack(targets)
        throw error
      }
      if (targets.length < SLICE_MAX && !this.#inputEnded) return
    }
  }

  async #tidy(now: number): Promise<void> {
    const old = this.#settled.filter(({ atMs }) => now - atMs >= SETTLED_MS)
    if (old.length === 0) return
    this.#settled = this.#settled.filter(({ atMs }) => now - atMs < SETTLED_MS)
    await this.#options.desk.forget(old.map(({ id }) => id))
  }
}

/** The line as a worker reads it. */
function lineOf({ raw, url }: Target): string {
  return raw ?? url!
}
