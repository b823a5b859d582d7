// The permits that are free, and who gets the next one. Host before global, always: one is only taken where both are free.
// Every operation is O(1).

import type { Permit, Waiter } from '../words/limits.js'
import type { Clock } from './clock.js'
import type { OriginLine } from './origin-line.js'
import { createPace, type Pace } from './pace.js'
import { Ring } from './ring.js'

export interface PermitsOptions extends Clock {
  /** Requests on the wire at once. */
  readonly concurrency: number
  /** Requests a second in all; null: as many as there is room for. */
  readonly rate: number | null
}

/** In place of a permit for who need not wait any more: nothing was taken, nothing is given back. */
export const NO_PERMIT: Permit = { release() {} }

/** A class because the flow of every request goes through it. */
export class Permits {
  readonly #clock: Clock
  /** `--rate`. */
  #pace: Pace | null
  readonly #ring = new Ring()
  readonly #listeners = new Set<() => void>()
  /** Told when no more are on the wire than may be. */
  #onWithin: (() => void)[] = []
  #limit: number
  /** Below zero after `shrink`, until enough permits came back. */
  #free: number
  #isGranting = false
  #waitsForPace = false

  constructor(options: PermitsOptions) {
    this.#clock = options
    this.#pace = options.rate === null ? null : createPace(options.rate)
    this.#limit = options.concurrency
    this.#free = options.concurrency
  }

  /** Permits are free and nobody who waits may have one. */
  lacksWork(): boolean {
    return this.#free > 0 && !this.#ring.hasSome()
  }

  /** Requests on the wire. */
  inUse(): number {
    return this.#limit - this.#free
  }

  onLackOfWork(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Halves how many there are, at least one; returns how many that are now. */
  shrink(): number {
    const lower = Math.max(1, Math.floor(this.#limit / 2))
    this.#free -= this.#limit - lower
    this.#limit = lower
    return lower
  }

  /** From now on so many at once and a second; resolves when no more than that are on the wire. */
  resize(limit: number, rate: number | null): Promise<void> {
    this.#free += limit - this.#limit
    this.#limit = limit
    if (rate === null) this.#pace = null
    else if (this.#pace === null) this.#pace = createPace(rate)
    else this.#pace.change(rate, this.#clock.now())
    this.grant()
    if (this.#free >= 0) return Promise.resolve()
    return new Promise((resolve) => this.#onWithin.push(resolve))
  }

  /** Somebody waits in this line, or it has room again. */
  offer(line: OriginLine): void {
    if (!line.inRing && this.#mayGo(line)) this.#ring.push(line)
  }

  /** Gives free permits round the origins that wait for one. */
  grant(): void {
    // A waiter that gives its permit back at once comes here again; the loop that is running goes on for it.
    if (this.#isGranting) return
    this.#isGranting = true
    const { now } = this.#clock
    while (this.#free > 0) {
      if (this.#pace !== null && !this.#mayStart(this.#pace)) break
      const line = this.#ring.shift()
      if (line === null) break
      if (!this.#mayGo(line)) continue
      const waiter = firstPresent(line)
      if (waiter === null) continue
      this.#free--
      this.#pace?.take(now())
      line.begin(now)
      this.offer(line)
      hand(waiter, line)
    }
    this.#isGranting = false
    if (this.lacksWork()) for (const listener of this.#listeners) listener()
  }

  /** One of this origin comes back. */
  giveBack(line: OriginLine): void {
    const { gate } = line
    line.active--
    gate.active--
    this.#free++
    if (this.#free === 0 && this.#onWithin.length > 0) this.#tellWithin()
    if (gate.others !== null) {
      // Room on the host is room for each of its origins; the ring lets them take turns.
      for (const other of gate.others) this.offer(other)
      this.offer(gate.line!)
    }
    this.offer(line)
    this.grant()
  }

  #tellWithin(): void {
    const told = this.#onWithin
    this.#onWithin = []
    for (const resolve of told) resolve()
  }

  /** Whether somebody waits, there is room, and the time has come; if only time lacks, it comes back by itself. */
  #mayGo(line: OriginLine): boolean {
    if (!line.hasWork() || line.active >= line.limit || !line.gate.hasRoom()) return false
    const waitMs = line.waitMs(this.#clock.now)
    if (waitMs <= 0 || this.#isOver()) return true
    if (!line.sleeping) this.#wakeLater(line, waitMs)
    return false
  }

  #wakeLater(line: OriginLine, waitMs: number): void {
    line.sleeping = true
    this.#clock.wait(waitMs).then(() => {
      line.sleeping = false
      this.offer(line)
      this.grant()
    })
  }

  #mayStart(pace: Pace): boolean {
    const waitMs = pace.waitMs(this.#clock.now())
    if (waitMs <= 0 || this.#isOver()) return true
    if (!this.#waitsForPace && this.#ring.hasSome()) {
      this.#waitsForPace = true
      this.#clock.wait(waitMs).then(() => {
        this.#waitsForPace = false
        this.grant()
      })
    }
    return false
  }

  #isOver(): boolean {
    return this.#clock.isOver?.() === true
  }
}

/** A waiter that throws has not taken its permit; that is its own fault and must not stop the others. */
export function hand(waiter: Waiter, permit: Permit): void {
  try {
    waiter.granted(permit)
  } catch {
    permit.release()
  }
}

/** Takes who waits no more off the line as well. */
function firstPresent(line: OriginLine): Waiter | null {
  let waiter = line.shift()
  while (waiter?.gone) waiter = line.shift()
  return waiter
}
