// The only concurrent stage: targets in, verdicts out in the order in which they are done. It bounds how many are begun
// and not yet yielded (the window), begins as many as the limiter allows, and holds back when nobody takes the results.
// O(1) a target; a waiting target costs one small object, nothing else is allocated before its permit.

import type { Limiter, Permit, Waiter } from '../types.js'

export interface ScheduleOptions<Item, Answer, Result> {
  readonly limiter: Limiter
  /** The host whose line an item waits in. */
  hostOf(item: Item): string
  /** A result that needs no request; null: the item has to be asked. */
  settled(item: Item): Result | null
  /** Asks. Owns the permit. Never rejects. */
  ask(item: Item, permit: Permit, queuedMs: number): Promise<Answer>
  /** What is made of the answer at once; null where the run was stopped before there was one. */
  made(item: Item, answer: Answer): Result | null
  /** Monotonic ms. */
  now(): number
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
}

/** Live figures. */
export interface Progress {
  /** Items read so far. */
  readonly known: number
  /** Whether `known` is all there is. */
  readonly inputEnded: boolean
  readonly done: number
  /** Items whose result nobody got because the run was stopped. */
  readonly notAsked: number
}

/** Holds the 32,768 next targets of a list at under 0.5 KB each: enough that a list sorted by host fills every permit. */
const WINDOW = 32_768
/** While every permit has work it is no use to hold more than this: enough to see what a connection is still good for. */
const WINDOW_WHILE_BUSY = 4_096
/** Results that wait for a slow reader of ours before no more requests are begun; a result is about 2 KB. */
const READY_MAX = 2_048

export function schedule<Item, Answer, Result>(
  batches: AsyncIterable<readonly Item[]>,
  options: ScheduleOptions<Item, Answer, Result>,
): Schedule<Result> {
  const { limiter, hostOf, settled, ask, made, now } = options
  const { window = WINDOW, windowWhileBusy = Math.min(window, WINDOW_WHILE_BUSY) } = options
  let ready: Result[] = []
  /** Not begun because nobody takes the results; without a permit, which others may need meanwhile. */
  let parked: Place[] = []
  let known = 0
  let inputEnded = false
  let inputError: unknown = null
  let begun = 0
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
    setImmediate(() => {
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

  const begin = (place: Place, permit: Permit) => {
    inFlight++
    ask(place.item, permit, now() - place.since).then((answer) => finish(place.item, answer), fail)
  }
  const finish = (item: Item, answer: Answer) => {
    let result: Result | null
    try {
      result = made(item, answer)
    } catch (error) {
      return fail(error)
    }
    inFlight--
    if (result === null || left) dropped++
    else {
      done++
      ready.push(result)
    }
    tell()
  }
  const fail = (error: unknown) => {
    inFlight--
    inputError ??= error
    stop()
    tell()
  }

  const read = async () => {
    for await (const batch of batches) {
      if (stopped) break
      const at = now()
      for (const item of batch) {
        known++
        begun++
        const result = settled(item)
        if (result === null) limiter.enqueue(hostOf(item), new Place(item, at), false)
        else {
          done++
          ready.push(result)
        }
      }
      if (ready.length > 0) tell()
      while (!stopped && !mayReadOn()) await new Promise<void>((resolve) => (wakeReader = resolve))
      if (stopped) break
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
          for (const place of again) limiter.enqueue(hostOf(place.item), place, false)
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
