// The only concurrent stage: targets in, verdicts out in the order in which they are done. It bounds how many are begun
// and not yet yielded (the window), begins as many as the limiter allows, and holds back when nobody takes the results.
// O(1) a target; a waiting target costs one small object, nothing else is allocated before its permit.

import type { Progress } from '../settings/seams.js'
import type { Limiter, Permit, RestOfList, Waiter, Where } from '../words/limits.js'

export interface ScheduleOptions<Item, Answer, Result> {
  readonly limiter: Limiter
  /** The origin in whose line an item waits. */
  whereOf(item: Item): Where
  /** A result that needs no request; null: the item has to be asked. */
  settled(item: Item): Result | null
  /** Asks. Owns the permit. Never rejects. */
  ask(item: Item, permit: Permit, queuedMs: number): Promise<Answer>
  /** What is made of the answer at once; null where the run was stopped before there was one. */
  made(item: Item, answer: Answer): Result | null
  /** The result of an item at which one of the others threw: a bug of ours, and no reason to lose the rest. */
  broken(item: Item, error: unknown): Result
  /** Monotonic ms. */
  now(): number
  /** Calls back at the end of the loop's turn. */
  soon(done: () => void): void
  /** Items begun and not yet yielded. */
  readonly window?: number
  /** The same while all permits have work. */
  readonly windowWhileBusy?: number
}

export interface Schedule<Result> {
  /** Batches of results, as they come. Leaving the loop stops the run. */
  readonly results: AsyncIterable<readonly Result[]>
  /** Begins nothing any more; what is on the wire is the caller's to abort. */
  stop(): void
  readonly progress: Progress
  /** What is left to ask, for those who wait for the others. */
  readonly rest: RestOfList
}

/** Holds the 32,768 next targets of a list at under 0.5 KB each: enough that a list sorted by host fills every permit. */
const WINDOW = 32_768
/** While every permit has work it is no use to hold more than this: enough to see what a connection is still good for. */
const WINDOW_WHILE_BUSY = 4_096
/** A list that has said nothing for so long is slower than we are: a pipe that somebody types into. */
const SILENT_MS = 1000
/** Results that wait for a slow reader of ours before no more requests are begun; a result is about 2 KB. */
const READY_MAX = 2_048

export function schedule<Item, Answer, Result>(
  batches: AsyncIterable<readonly Item[]>,
  options: ScheduleOptions<Item, Answer, Result>,
): Schedule<Result> {
  const { limiter, whereOf, settled, ask, made, broken, now, soon } = options
  const { window = WINDOW, windowWhileBusy = Math.min(window, WINDOW_WHILE_BUSY) } = options
  let ready: Result[] = []
  /** Not begun because nobody takes the results; without a permit, which others may need meanwhile. */
  let parked: Place[] = []
  let known = 0
  let inputEnded = false
  let inputError: unknown = null
  let begun = 0
  /** Read, and not yet asked for the first time. */
  let inLine = 0
  /** When the list was last heard of; while it is waited for. */
  let heardAt = now()
  let isListening = false
  const listeners = new Set<() => void>()
  let done = 0
  let dropped = 0
  let inFlight = 0
  let stopped = false
  /** Nobody takes results any more. */
  let left = false
  let isTelling = false
  let wakeConsumer: (() => void) | null = null
  let wakeReader: (() => void) | null = null

  /** At the end of the loop's turn, with all that came in it: a batch a turn, not a batch a result. */
  const tell = () => {
    if (isTelling) return
    isTelling = true
    soon(() => {
      isTelling = false
      wakeConsumer?.()
      wakeConsumer = null
    })
  }
  const wake = () => {
    wakeReader?.()
    wakeReader = null
  }
  /** Beyond the small window only what permits without work are waiting for. */
  const mayReadOn = () => begun < windowWhileBusy || (begun < window && parked.length === 0 && limiter.lacksWork())

  /** An item in its host's line. */
  class Place implements Waiter {
    next: Waiter | null = null
    readonly item: Item
    readonly since: number
    constructor(item: Item, since: number) {
      this.item = item
      this.since = since
    }

    get gone(): boolean {
      return stopped
    }

    granted(permit: Permit): void {
      if (ready.length >= READY_MAX) {
        parked.push(this)
        permit.release()
      } else begin(this, permit)
    }
  }

  const begin = ({ item, since }: Place, permit: Permit) => {
    inFlight++
    leaveLine()
    let answer: Promise<Answer>
    try {
      answer = ask(item, permit, now() - since)
    } catch (error) {
      permit.release()
      return finish(broken(item, error))
    }
    answer.then(
      (found) => finish(outcomeOf(item, () => made(item, found))),
      (error: unknown) => finish(broken(item, error)),
    )
  }
  const leaveLine = () => {
    if (--inLine === 0) tellEnd()
  }
  const tellEnd = () => {
    if (!hasSome()) for (const listener of listeners) listener()
  }
  const outcomeOf = <Outcome>(item: Item, outcome: () => Outcome): Outcome | Result => {
    try {
      return outcome()
    } catch (error) {
      return broken(item, error)
    }
  }
  const finish = (result: Result | null) => {
    inFlight--
    if (result === null || left) dropped++
    else {
      done++
      ready.push(result)
    }
    tell()
  }
  /** A list that says nothing for a while is nothing to wait for. */
  const hasSome = () => !stopped && (inLine > 0 || (!inputEnded && !(isListening && now() - heardAt > SILENT_MS)))

  const take = (item: Item, at: number) => {
    known++
    begun++
    const result = outcomeOf(item, () => settled(item))
    if (result === null) {
      inLine++
      limiter.enqueue(whereOf(item), new Place(item, at), false)
    } else {
      done++
      ready.push(result)
    }
  }
  const read = async () => {
    isListening = true
    for await (const batch of batches) {
      if (stopped) break
      isListening = false
      heardAt = now()
      for (const item of batch) take(item, heardAt)
      if (ready.length > 0) tell()
      while (!stopped && !mayReadOn()) await new Promise<void>((resolve) => (wakeReader = resolve))
      if (stopped) break
      isListening = true
      heardAt = now()
    }
  }

  const stop = () => {
    if (stopped) return
    stopped = true
    parked = []
    wake()
    tell()
  }

  async function* results(): AsyncGenerator<readonly Result[]> {
    const deaf = limiter.onLackOfWork(() => {
      if (wakeReader !== null && mayReadOn()) wake()
    })
    read()
      .catch((error: unknown) => {
        inputError ??= error
      })
      .finally(() => {
        inputEnded = true
        tell()
        tellEnd()
      })
    try {
      for (;;) {
        if (ready.length > 0) {
          const batch = ready
          ready = []
          begun -= batch.length
          if (mayReadOn()) wake()
          const again = parked
          parked = []
          for (const place of again) limiter.enqueue(whereOf(place.item), place, false)
          yield batch
        } else if (stopped ? inFlight === 0 : inputEnded && begun === dropped) break
        else await new Promise<void>((resolve) => (wakeConsumer = resolve))
      }
      if (inputError !== null) throw inputError
    } finally {
      deaf()
      stop()
      left = true
      done -= ready.length
      ready = []
    }
  }

  return {
    results: { [Symbol.asyncIterator]: results },
    stop,
    rest: {
      hasSome,
      isPressed: () => begun >= window,
      onEnd(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    progress: {
      get known() {
        return known
      },
      get inputEnded() {
        return inputEnded && !stopped
      },
      get done() {
        return done
      },
      get notAsked() {
        return stopped ? known - done : 0
      },
    },
  }
}
