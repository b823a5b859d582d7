// The slot of another thread, seen from the main one.

import { createRequire } from 'node:module'
import type { EventLoopUtilization } from 'node:perf_hooks'
import type { Worker } from 'node:worker_threads'
import type { Asking, Progress } from '../../settings/seams.js'
import type { Target } from '../../settings/target.js'
import type { Where } from '../../words/limits.js'
import type { Verdict } from '../../words/verdict.js'
import { broken } from '../asker.js'
import type { ThreadState, ToMain, ToThread } from './calls.js'
import type { FactsBoard } from './facts-board.js'
import { Inbox } from './inbox.js'
import { unpackRows } from './packed-rows.js'
import { createTargetPacker } from './packed-targets.js'
import type { ServeOptions } from './serve.js'
import type { Middle, Slot } from './slot.js'
import { createTalk, type Talk } from './talk.js'
import { threadFile } from './thread-file.js'

export interface ThreadSlotOptions {
  /** Its number among the slots. */
  readonly id: number
  readonly serve: ServeOptions
  readonly middle: Middle
  readonly board: FactsBoard
  /** Told when it has died of itself. */
  died(): void
}

/** Resolves once the thread listens. Rejects where there can be none. */
export async function openThreadSlot(options: ThreadSlotOptions): Promise<Slot> {
  // Not before there is a second thread: most runs have none.
  const { Worker } = createRequire(import.meta.url)('node:worker_threads') as typeof import('node:worker_threads')
  const worker = new Worker(threadFile(), { workerData: options.serve })
  const slot = new ThreadSlot(worker, options)
  try {
    await slot.ready()
  } catch (error) {
    await worker.terminate()
    throw error
  }
  return slot
}

class ThreadSlot implements Slot {
  readonly asker: Slot['asker'] = { ask: (batches, how) => this.#ask(batches, how) }
  readonly #worker: Worker
  readonly #thread: Talk<ToThread>
  readonly #options: ThreadSlotOptions
  readonly #pack = createTargetPacker()
  /** Those that it has now. */
  readonly #sent = new Map<number, Target>()
  #rows = new Inbox<Verdict>()
  #state: ThreadState = { inUse: 0, busiest: null }
  #lacksWork = true
  #onLackOfWork = () => {}
  #gaveUp = false
  /** It is given targets. */
  #isFed = false
  /** Permits of other threads' hosts that it holds. */
  readonly #permits = new Map<string, () => void>()
  isGone = false
  #before: EventLoopUtilization | undefined

  constructor(worker: Worker, options: ThreadSlotOptions) {
    this.#worker = worker
    this.#options = options
    this.#thread = createTalk<ToThread>(worker, this.#calls())
    // What it sent before it died comes before `exit`, and may come after `error`.
    let why = new Error('a thread ended')
    worker.on('error', (error) => (why = error))
    worker.on('exit', () => this.#end(why))
  }

  async ready(): Promise<void> {
    await this.#thread.ask('resize', this.#options.serve.portion)
  }

  #calls(): ToMain {
    const { id, middle, board } = this.#options
    return {
      rows: (text, lacksWork) => {
        this.#rows.put(unpackRows(text, (index) => this.#taken(index)))
        if (lacksWork) this.#hearLackOfWork()
      },
      over: (gaveUp) => {
        this.#gaveUp = gaveUp
        this.#sent.clear()
        this.#rows.end()
      },
      lacksWork: () => this.#hearLackOfWork(),
      state: (state) => {
        this.#state = state
      },
      enter: (where) => this.#enter(where),
      leave: (owner, _, ticket) => this.#leave(`${owner} ${ticket}`),
      learn: middle.learn,
      agree: (suspicion, about, host) => board.agree(suspicion, about, host),
      refute: (suspicion) => board.refute(suspicion),
      sees: () => board.sees(),
      ahead: (ms) => board.ahead(ms),
      notify: middle.notify,
      waits: middle.waits,
      shrunk: () => middle.shrunk(id),
    }
  }

  async #enter(where: Where): ReturnType<ToMain['enter']> {
    const { id, middle } = this.#options
    const entered = await middle.enter(id, where)
    if (entered === null || typeof entered.ticket !== 'number') return entered
    const { owner, ticket } = entered
    const name = `${owner} ${ticket}`
    this.#permits.set(name, () => middle.leave(owner, where.host, ticket))
    // It died while it waited.
    if (this.isGone) this.#leave(name)
    return entered
  }

  #leave(name: string): void {
    this.#permits.get(name)?.()
    this.#permits.delete(name)
  }

  #taken(index: number): Target {
    const target = this.#sent.get(index)!
    this.#sent.delete(index)
    return target
  }

  #hearLackOfWork(): void {
    this.#lacksWork = true
    this.#onLackOfWork()
  }

  #ask(batches: AsyncIterable<readonly Target[]>, how: Parameters<Slot['asker']['ask']>[1]): Asking {
    const rows = new Inbox<Verdict>()
    this.#rows = rows
    this.#gaveUp = false
    const gaveUp = () => this.#gaveUp
    this.#thread.tell('begin', how, this.#options.board.known())
    void this.#feed(batches)
    return {
      results: this.#results(rows),
      progress: NO_PROGRESS,
      stop: () => this.#thread.tell('stop'),
      inFlight: () => this.#state.inUse,
      get gaveUp() {
        return gaveUp()
      },
    }
  }

  async #feed(batches: AsyncIterable<readonly Target[]>): Promise<void> {
    this.#isFed = true
    for await (const batch of batches) {
      if (this.isGone) this.#rows.put(batch.map((target) => broken(target, new Error('a thread ended'))))
      else {
        for (const target of batch) this.#sent.set(target.index, target)
        this.#lacksWork = false
        this.#thread.tell('targets', this.#pack(batch))
      }
    }
    this.#isFed = false
    if (this.isGone) this.#rows.end()
    else this.#thread.tell('end')
  }

  async *#results(rows: Inbox<Verdict>): AsyncGenerator<readonly Verdict[]> {
    for await (const batch of rows) {
      yield batch
      this.#thread.tell('taken', batch.length)
    }
  }

  /** It is gone: what it had is lost with it, and has a row that says so. */
  #end(error: Error): void {
    if (this.isGone) return
    this.isGone = true
    this.#thread.end(error)
    this.#rows.put([...this.#sent.values()].map((target) => broken(target, error)))
    this.#sent.clear()
    // Else what it is still given ends them.
    if (!this.#isFed) this.#rows.end()
    this.#options.died()
    for (const giveBack of this.#permits.values()) giveBack()
    this.#permits.clear()
  }

  lacksWork(): boolean {
    return this.#lacksWork
  }

  onLackOfWork(listener: () => void): void {
    this.#onLackOfWork = listener
  }

  inUse(): number {
    return this.#state.inUse
  }

  busiest(): string | null {
    return this.#state.busiest
  }

  load(): number {
    const { performance } = this.#worker
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, this.#before)
    this.#before = now
    return utilization
  }

  resize(...given: Parameters<Slot['resize']>): Promise<void> {
    return this.#thread.ask('resize', ...given)
  }

  pressed(is: boolean): void {
    this.#thread.tell('pressed', is)
  }

  grant(...given: Parameters<Slot['grant']>): ReturnType<Slot['grant']> {
    return this.#thread.ask('grant', ...given)
  }

  giveBack(ticket: number): void {
    this.#thread.tell('giveBack', ticket)
  }

  learn(...given: Parameters<Slot['learn']>): void {
    this.#thread.tell('learn', ...given)
  }

  shrink(): void {
    this.#thread.tell('shrink')
  }

  facts(...given: Parameters<Slot['facts']>): void {
    this.#thread.tell('facts', ...given)
  }

  async close(): Promise<void> {
    this.isGone = true
    this.#thread.end(new Error('the run is over'))
    await this.#worker.terminate()
  }
}

/** What a slot has done the middle counts. */
const NO_PROGRESS: Progress = { known: 0, inputEnded: false, done: 0, notAsked: 0 }
