// One pass over the queue: targets come in, slices go to Redis, and rows come back until all have one.

import { setTimeout as sleep } from 'node:timers/promises'
import { unpackRows } from '../ask/threads/packed-rows.js'
import { UsageError } from '../settings/errors.js'
import type { Asking, Progress } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import type { Unfinished } from '../words/summary.js'
import type { Verdict } from '../words/verdict.js'
import { Attendance } from './attendance.js'
import { Bell } from './bell.js'
import type { JobState, OldJob } from './desk.js'
import { EarlierJobs } from './earlier-jobs.js'
import type { QueuePassOptions } from './pass-options.js'
import { type Answer, AT_ONCE } from './protocol.js'
import { Refusals } from './refusals.js'
import { type Job, lineOf } from './sent-job.js'
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
/** The run's key is renewed more often than it runs out by this, ms. */
const SURE_MS = 10_000
/** How long a run that is stopped waits for what its workers have, ms: they look once a second whether it is. */
const LAST_MS = 2000

export class QueuePass implements Asking {
  readonly results: AsyncIterable<readonly Verdict[]>
  readonly progress: Progress
  gaveUp = false
  readonly gaveUpWhy: Unfinished = 'queue-broke'
  readonly #options: QueuePassOptions
  readonly #waiting = new Waiting()
  readonly #jobs = new Map<string, Job>()
  readonly #bell = new Bell()
  readonly #earlier = new EarlierJobs()
  #settled: { readonly id: string; readonly atMs: number }[] = []
  readonly #setbacks = new Setbacks()
  readonly #refusals: Refusals
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
  readonly #attendance: Attendance
  #turnedAtMs = 0

  constructor(batches: AsyncIterable<readonly Target[]>, options: QueuePassOptions) {
    this.#options = options
    this.#attendance = new Attendance(options)
    this.#refusals = new Refusals(options)
    this.#turnedAtMs = options.now()
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

  get #isDone(): boolean {
    return this.#inputEnded && this.#waiting.size === 0 && this.#jobs.size === 0 && this.#rows.length === 0
  }

  async *#run(batches: AsyncIterable<readonly Target[]>): AsyncGenerator<readonly Verdict[], void> {
    const { desk, adopts } = this.#options
    if (adopts) for (const old of (await this.#unlessStopped(desk.earlier())) ?? []) this.#adopt(old)
    const reading = this.#read(batches)
    while (!this.#isStopped) {
      await this.#unlessStopped(this.#turn().catch((error: Error) => this.#refusals.note(error)))
      const rows = this.#takeAll()
      if (rows.length > 0) yield rows
      if (this.#isDone) break
      if (rows.length === 0) await this.#bell.wait(LOOK_MS)
    }
    if (this.#isStopped && !this.gaveUp && this.#readingFailed === null) yield* this.#lastRows()
    if (!this.#isStopped) await reading
    // Never a good end with lines that nobody has.
    if (!this.#isStopped && this.#outstanding > 0) this.giveUp(`the queue lost ${this.#outstanding} URLs`)
    if (this.#readingFailed !== null) throw this.#readingFailed.error
  }

  #takeAll(): readonly Verdict[] {
    const rows = this.#rows
    this.#rows = []
    this.#done += rows.length
    return rows
  }

  /** Of a run that is stopped: what nobody has begun is taken back, and the workers end at once and hand in what they have. */
  async *#lastRows(): AsyncGenerator<readonly Verdict[], void> {
    const { desk, now, isThere } = this.#options
    const until = now() + LAST_MS
    const inTime = (work: Promise<void>) =>
      Promise.race([work.catch(() => {}), sleep(until - now(), undefined, { ref: false })])
    if (this.#jobs.size > 0 && isThere()) await inTime(desk.stop().then(() => desk.withdraw(this.left())))
    while (this.#jobs.size > 0 && isThere() && now() < until) {
      await inTime(this.#collect(now()))
      const rows = this.#takeAll()
      if (rows.length > 0) yield rows
      await this.#bell.wait(LOOK_MS)
    }
  }

  /** Redis may be away for as long as it likes; a run that has to end does not wait for it. */
  #unlessStopped<T>(work: Promise<T>): Promise<T | null> {
    work.catch(() => {})
    return Promise.race([work, this.#stopped])
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
    this.#earlier.close()
    this.#bell.ring()
  }

  #arrive(target: Target): void {
    const refusal = this.#options.refusal(target)
    if (refusal !== null) throw new UsageError(refusal)
    this.#known++
    const claim = this.#earlier.claim(target, lineOf(target))
    if (claim === null) this.#waiting.add(target)
    else if ('row' in claim) this.#rows.push(claim.row)
    else this.#jobs.get(claim.job)!.targets.set(target.index, target)
  }

  #adopt(old: OldJob): void {
    const { id, slice } = old
    const { written } = this.#options
    // What was asked otherwise is no answer; its hosts are busy all the same.
    if (!slice.gently && JSON.stringify(slice.written) === JSON.stringify(written)) this.#earlier.adopt(old)
    this.#jobs.set(id, { id, parts: slice.parts, targets: new Map(), isOld: true, goneSinceMs: null })
    this.#waiting.hold(slice.parts)
  }

  /** One look at everything: rows that are there, room for more, who is there at all. */
  async #turn(): Promise<void> {
    const { now: clock, isOurs } = this.#options
    const now = clock()
    // Stopped for a while, this process may not be the one that works on the run any more.
    if (now - this.#turnedAtMs > SURE_MS && !(await isOurs())) return
    this.#turnedAtMs = now
    await this.#attendance.look(now)
    await this.#collect(now)
    if (this.#refusals.areOver(now)) await this.#send()
    await this.#tidy(now)
  }

  async #collect(now: number): Promise<void> {
    const { desk } = this.#options
    const jobs = [...this.#jobs.values()]
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
      if (now - job.goneSinceMs < GONE_MS && !this.#isStopped) return
    }
    const why = answer === null && state === 'failed' ? await desk.whyFailed(job.id) : null
    this.#takeRows(job, answer)
    this.#jobs.delete(job.id)
    this.#settled.push({ id: job.id, atMs: now })
    this.#waiting.release(job.parts)
    this.#waiting.giveBack([...job.targets.values()])
    this.#count(job, answer, why)
  }

  #takeRows({ id, targets, isOld }: Job, answer: Answer | null): void {
    let rows: readonly Verdict[] = []
    try {
      if (answer !== null) rows = unpackRows(answer.rows, (index) => targets.get(index) ?? null)
      if (isOld) this.#earlier.ended(id, answer?.rows ?? null)
    } catch {
      // None of ours: its lines are asked again.
      if (isOld) this.#earlier.ended(id, null)
    }
    for (const row of rows) {
      targets.delete(row.index)
      this.#rows.push(row)
    }
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
        this.#jobs.set(id, { id, parts, targets: byIndex, isOld: false, goneSinceMs: null })
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
