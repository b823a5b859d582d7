// Time that is made: it moves to the next thing that is due once all that can happen now has happened. A run of an hour
// takes milliseconds, and the same seed gives the same run, step by step.

import type { Stop, Stoppable, Time } from '../../src/words/limits.js'
import type { Random } from '../fuzz/random.js'

/** Taken before a test can fake it. */
const { nextTick } = globalThis.process

interface Due {
  readonly atMs: number
  /** Of two at the same time, who came first. */
  readonly nth: number
  call: (() => void) | null
}

export interface VirtualTime extends Time {
  /** Calls back at that time; the result calls it off. */
  at(atMs: number, call: () => void): () => void
  /** Moves on until `isOver`; false where nothing is due any more though it is not, or after `untilMs`. */
  play(isOver: () => boolean, untilMs: number): Promise<boolean>
}

/** Begins at 0 of a day in 2026. */
export function createVirtualTime(random: Random): VirtualTime {
  const heap = new Heap()
  let soon: (() => void)[] = []
  let nowMs = 0
  let made = 0

  const at = (atMs: number, call: () => void) => {
    const due: Due = { atMs: Math.max(atMs, nowMs), nth: made++, call }
    heap.push(due)
    return () => {
      due.call = null
    }
  }
  return {
    now: () => nowMs,
    wallNow: () => START_MS + nowMs,
    random: () => random.below(1_000_000) / 1_000_000,
    soon: (done) => void soon.push(done),
    wait(ms: number, stop: Stop) {
      if (stop.stopped) return Promise.resolve()
      return new Promise((resolve) => {
        const end = () => {
          callOff()
          stop.running.delete(job)
          resolve()
        }
        const job: Stoppable = { abort: end, stopPlace: -1 }
        const callOff = at(nowMs + ms, end)
        stop.running.add(job)
      })
    },
    at,
    async play(isOver, untilMs) {
      for (;;) {
        await settled()
        if (isOver()) return true
        if (soon.length > 0) {
          const calls = soon
          soon = []
          for (const call of calls) call()
          continue
        }
        const next = heap.pop()
        if (next === null || next.atMs > untilMs) return false
        nowMs = next.atMs
        next.call?.()
      }
    },
  }
}

const START_MS = Date.parse('2026-03-01T00:00:00Z')

/** `nextTick` from within a promise comes when no promise can settle any more. */
function settled(): Promise<void> {
  return new Promise((resolve) => nextTick(resolve))
}

/** A binary heap of what is due, soonest first. */
class Heap {
  readonly #items: Due[] = []

  push(due: Due): void {
    const items = this.#items
    let place = items.push(due) - 1
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (isBefore(items[parent]!, due)) break
      items[place] = items[parent]!
      place = parent
    }
    items[place] = due
  }

  /** The soonest one that was not called off. */
  pop(): Due | null {
    const items = this.#items
    while (items.length > 0) {
      const first = items[0]!
      const last = items.pop()!
      if (items.length > 0) this.#sink(last)
      if (first.call !== null) return first
    }
    return null
  }

  #sink(due: Due): void {
    const items = this.#items
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= items.length) break
      if (child + 1 < items.length && isBefore(items[child + 1]!, items[child]!)) child++
      if (isBefore(due, items[child]!)) break
      items[place] = items[child]!
      place = child
    }
    items[place] = due
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.nth < b.nth)
}
