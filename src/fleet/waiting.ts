// Targets that wait for a worker, by the part that their host is in. While a part is with a worker, all else of it waits:
// so nobody else asks its hosts, and their limits need not be shared.

import type { Target } from '../settings/target.js'
import { shardOf } from '../targets/shard-of.js'
import { PARTS } from './protocol.js'

/** Targets of one job at most. */
export const SLICE_MAX = 5000
/** And what their lines have together, about, in characters: a line may have 64 KiB. */
const LENGTH_MAX = 4_000_000
/** And at least, where so many wait: a job costs a millisecond of everybody. */
const SLICE_MIN = 50
/** Jobs for each that is asked at once, so that the last ones are short. */
const PIECES = 4
/** With so many hosts a job keeps a worker busy, whatever one of them may get; with fewer it gets its share of all parts. */
const HOSTS_MIN = 64

/** What goes into one job. */
export interface Portion {
  readonly parts: readonly number[]
  readonly targets: readonly Target[]
}

function partOf({ host }: Target): number {
  return shardOf(host, PARTS)
}

export class Waiting {
  readonly #parts: Target[][] = Array.from({ length: PARTS + 1 }, () => [])
  readonly #taken = new Map<number, number>()
  size = 0

  add(target: Target): void {
    this.#parts[partOf(target)]!.push(target)
    this.size++
  }

  /** Comes before all else of its parts. */
  giveBack(targets: readonly Target[]): void {
    for (const target of targets.toReversed()) this.#parts[partOf(target)]!.unshift(target)
    this.size += targets.length
  }

  /** From now on these parts are with somebody. */
  hold(parts: readonly number[]): void {
    for (const part of parts) this.#taken.set(part, (this.#taken.get(part) ?? 0) + 1)
  }

  release(parts: readonly number[]): void {
    for (const part of parts) {
      const times = this.#taken.get(part)! - 1
      if (times > 0) this.#taken.set(part, times)
      else this.#taken.delete(part)
    }
  }

  /** Of parts that are with nobody, the fullest first; `hold` them. Null: there is nothing. `seats`: jobs asked at once. */
  take(seats: number): Portion | null {
    const free = this.#parts.flatMap(({ length }, part) => (length > 0 && !this.#taken.has(part) ? [part] : []))
    if (free.length === 0) return null
    free.sort((one, other) => this.#parts[other]!.length - this.#parts[one]!.length)
    const share = Math.ceil((free.length + this.#taken.size) / seats)
    const wanted = Math.min(SLICE_MAX, Math.max(SLICE_MIN, Math.ceil(this.size / (seats * PIECES))))
    // Many hosts a little, not one of them to its end.
    const most = Math.ceil(SLICE_MAX / share)
    const hosts = new Set<string>()
    let length = 0
    const parts: number[] = []
    const targets: Target[] = []
    for (const part of free) {
      const isEnough = targets.length >= wanted && hosts.size >= HOSTS_MIN
      if (parts.length >= share || isEnough || length >= LENGTH_MAX) break
      parts.push(part)
      const waiting = this.#parts[part]!
      const room = Math.min(most, SLICE_MAX - targets.length, waiting.length)
      let taken = 0
      for (; taken < room && length < LENGTH_MAX; taken++) {
        const target = waiting[taken]!
        targets.push(target)
        hosts.add(target.host)
        length += target.input.length + (target.raw?.length ?? 0)
      }
      waiting.splice(0, taken)
    }
    this.size -= targets.length
    return { parts, targets }
  }
}
