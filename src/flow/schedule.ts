// The only concurrent stage: targets in, verdicts out in the order in which they are done. It bounds how many are begun
// and not yet yielded (the window), begins as many as the limiter allows, and holds back when nobody takes the results.
// O(1) a target; a waiting target costs one small object, nothing else is allocated before its permit.

import type { Progress } from '../settings/seams.js'
import type { Limiter, Permit, RestOfList, Waiter, Where } from '../words/limits.js'
import { ListReader } from './list-reader.js'
import { Results } from './results.js'
import { Window, type WindowOptions } from './window.js'

export interface ScheduleOptions<Item, Answer, Result> extends WindowOptions {
  readonly limiter: Limiter
  /** The origin in whose line an item waits. */
  whereOf(item: Item): Where
  /** A result that needs no request; null: the item has to be asked. */
  settled(item: Item): Result | null
  /** Asks. Owns the permit. Never rejects. */
  ask(item: Item, permit: Permit, queuedMs: number): Promise<Answer>
  /** The result of an answer, at once; null where the run was stopped before there was one. */
  resultOf(item: Item, answer: Answer): Result | null
  /** The result of an item at which one of the others threw: a bug of ours, and no reason to lose the rest. */
  broken(item: Item, error: unknown): Result
  /** Monotonic ms. */
  now(): number
  /** Calls back at the end of the loop's turn. */
  soon(done: () => void): void
}

export interface Schedule<Result> {
  /** Batches of results, as they come. Leaving the loop stops the run. */
  readonly results: AsyncIterable<readonly Result[]>
  /** Begins nothing any more; what is on the wire is the caller's to abort. */
  stop(): void
  /** As `stop`, where what is on the wire may end: who of those waits for the others waits no more. */
  finish(): void
  readonly progress: Progress
  /** What is left to ask, for those who wait for the others. */
  readonly rest: RestOfList
}

export function schedule<Item, Answer, Result>(
  batches: AsyncIterable<readonly Item[]>,
  options: ScheduleOptions<Item, Answer, Result>,
): Schedule<Result> {
  const stage = new Stage(options)
  return {
    results: { [Symbol.asyncIterator]: () => stage.run(batches) },
    stop: () => stage.stop(),
    finish: () => stage.finish(),
    progress: stage.progress,
    rest: stage.rest,
  }
}

/** A class because every item goes through it. */
class Stage<Item, Answer, Result> implements Turns<Item> {
  readonly #options: ScheduleOptions<Item, Answer, Result>
  readonly #window: Window
  readonly #reader: ListReader<Item>
  readonly #results: Results<Result>
  /** Not begun because nobody takes the results; without a permit, which others may need meanwhile. */
  #parked: Place<Item>[] = []
  /** Read, and not yet asked for the first time. */
  #inLine = 0
  #inFlight = 0
  isStopped = false
  readonly #endListeners = new Set<() => void>()

  constructor(options: ScheduleOptions<Item, Answer, Result>) {
    this.#options = options
    const { limiter, now, soon } = options
    this.#window = new Window(options, () => this.#parked.length === 0 && limiter.lacksWork())
    this.#results = new Results(soon)
    this.#reader = new ListReader({
      take: (item, readAtMs) => this.#take(item, readAtMs),
      taken: () => {
        if (this.#results.hasSome()) this.#results.tell()
      },
      hasRoom: () => this.#window.hasRoom(),
      ended: () => {
        this.#results.tell()
        this.#tellEnd()
      },
      now,
    })
  }

  get progress(): Progress {
    const [reader, results] = [this.#reader, this.#results]
    const isStopped = () => this.isStopped
    return {
      get known() {
        return reader.known
      },
      get inputEnded() {
        return reader.isEnded && !isStopped()
      },
      get done() {
        return results.done
      },
      get notAsked() {
        return isStopped() ? reader.known - results.done : 0
      },
    }
  }

  get rest(): RestOfList {
    return {
      hasSome: () => this.#hasRest(),
      isPressed: () => this.#window.isFull(),
      onEnd: (listener) => {
        this.#endListeners.add(listener)
        return () => this.#endListeners.delete(listener)
      },
    }
  }

  async *run(batches: AsyncIterable<readonly Item[]>): AsyncGenerator<readonly Result[]> {
    const [reader, results] = [this.#reader, this.#results]
    const deaf = this.#options.limiter.onLackOfWork(() => reader.look())
    reader.start(batches)
    try {
      for (;;) {
        if (results.hasSome()) {
          const batch = results.take()
          this.#window.begun -= batch.length
          reader.look()
          this.#lineUpAgain()
          yield batch
        } else if (this.#isOver()) break
        else await results.news()
      }
      if (reader.error !== null) throw reader.error
    } finally {
      deaf()
      this.stop()
      results.leave()
    }
  }

  stop(): void {
    if (this.isStopped) return
    this.isStopped = true
    this.#parked = []
    this.#reader.stop()
    this.#results.tell()
  }

  finish(): void {
    this.stop()
    this.#tellEnd()
  }

  /** An item of the list: its result where it needs no request, else a place in its origin's line. */
  #take(item: Item, readAtMs: number): void {
    const { limiter, whereOf } = this.#options
    this.#window.begun++
    const result = this.#settledOf(item)
    if (result === null) {
      this.#inLine++
      limiter.enqueue(whereOf(item), new Place(this, item, readAtMs), false)
    } else this.#results.add(result)
  }

  /** Its turn has come. */
  granted(place: Place<Item>, permit: Permit): void {
    if (this.#results.isFull()) {
      this.#parked.push(place)
      permit.release()
    } else this.#begin(place, permit)
  }

  #begin({ item, since }: Place<Item>, permit: Permit): void {
    const { ask, broken, now } = this.#options
    this.#inFlight++
    if (--this.#inLine === 0) this.#tellEnd()
    let answer: Promise<Answer>
    try {
      answer = ask(item, permit, now() - since)
    } catch (error) {
      permit.release()
      this.#finish(broken(item, error))
      return
    }
    answer.then(
      (found) => this.#finish(this.#resultOf(item, found)),
      (error: unknown) => this.#finish(broken(item, error)),
    )
  }

  #finish(result: Result | null): void {
    this.#inFlight--
    if (result === null) this.#results.dropped++
    else this.#results.add(result)
    this.#results.tell()
  }

  #settledOf(item: Item): Result | null {
    try {
      return this.#options.settled(item)
    } catch (error) {
      return this.#options.broken(item, error)
    }
  }

  #resultOf(item: Item, answer: Answer): Result | null {
    try {
      return this.#options.resultOf(item, answer)
    } catch (error) {
      return this.#options.broken(item, error)
    }
  }

  /** Somebody takes the results again. */
  #lineUpAgain(): void {
    const { limiter, whereOf } = this.#options
    const parked = this.#parked
    this.#parked = []
    for (const place of parked) limiter.enqueue(whereOf(place.item), place, false)
  }

  #isOver(): boolean {
    if (this.isStopped) return this.#inFlight === 0
    return this.#reader.isEnded && this.#window.begun === this.#results.dropped
  }

  #hasRest(): boolean {
    return !this.isStopped && (this.#inLine > 0 || this.#reader.mayHaveMore())
  }

  #tellEnd(): void {
    if (!this.#hasRest()) for (const listener of this.#endListeners) listener()
  }
}

/** Who is told when a place's turn has come. */
interface Turns<Item> {
  readonly isStopped: boolean
  granted(place: Place<Item>, permit: Permit): void
}

/** An item in its origin's line. */
class Place<Item> implements Waiter {
  next: Waiter | null = null
  readonly item: Item
  /** When it was read, monotonic ms. */
  readonly since: number
  readonly #turns: Turns<Item>

  constructor(turns: Turns<Item>, item: Item, since: number) {
    this.#turns = turns
    this.item = item
    this.since = since
  }

  get gone(): boolean {
    return this.#turns.isStopped
  }

  granted(permit: Permit): void {
    this.#turns.granted(this, permit)
  }
}
