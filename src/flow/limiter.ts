// Who may go when. There is one waiting line a host and one ring of hosts that have somebody waiting and room for them;
// free permits go round the ring, so no host starves another and a sorted list is as fast as a shuffled one.
// Host before global, always: a permit is only taken where both are free. Every operation is O(1).

import type { Limiter, Permit, Waiter } from '../types.js'

export interface LimiterOptions {
  /** Requests on the wire at once. */
  readonly concurrency: number
  /** Requests on the wire at once to one host. */
  readonly perHost: number
}

export function createLimiter({ concurrency, perHost }: LimiterOptions): Limiter {
  const lines = new Map<string, HostLine>()
  const ring = new Ring()
  let limit = concurrency
  /** Below zero after `shrink`, until enough permits came back. */
  let free = concurrency
  let granting = false

  const grant = () => {
    // A waiter that gives its permit back at once comes here again; the loop that is running goes on for it.
    if (granting) return
    granting = true
    while (free > 0) {
      const line = ring.shift()
      if (line === null) break
      const waiter = line.shift()!
      line.active++
      free--
      if (line.hasWork() && line.active < perHost) ring.push(line)
      waiter.granted(line)
    }
    granting = false
  }

  const release = (line: HostLine) => {
    line.active--
    free++
    if (!line.hasWork()) {
      if (line.active === 0) lines.delete(line.host)
    } else if (!line.inRing) ring.push(line)
    grant()
  }

  const limiter: Limiter = {
    enqueue(host, waiter, front) {
      let line = lines.get(host)
      if (line === undefined) {
        line = new HostLine(host, release)
        lines.set(host, line)
      }
      if (front) line.unshift(waiter)
      else line.push(waiter)
      if (!line.inRing && line.active < perHost) ring.push(line)
      grant()
    },
    acquire(host, front, stop) {
      if (stop?.stopped) return Promise.resolve(null)
      return new Promise((resolve) => {
        let left = false
        const job = {
          abort() {
            left = true
            resolve(null)
          },
        }
        const granted = (permit: Permit) => {
          stop?.running.delete(job)
          if (left) permit.release()
          else resolve(permit)
        }
        stop?.running.add(job)
        limiter.enqueue(host, { next: null, granted }, front)
      })
    },
    shrink() {
      const lower = Math.max(1, Math.floor(limit / 2))
      free -= limit - lower
      limit = lower
      return limit
    },
    waiting: (host) => lines.get(host)?.size ?? 0,
    busiest() {
      let best: HostLine | null = null
      for (const line of lines.values()) {
        if (best === null || line.size + line.active > best.size + best.active) best = line
      }
      return best?.host ?? null
    },
  }
  return limiter
}

/** One host's waiting line, linked through the waiters; it is the permit too, so a grant allocates nothing. */
class HostLine implements Permit {
  readonly host: string
  readonly #release: (line: HostLine) => void
  active = 0
  size = 0
  inRing = false
  nextInRing: HostLine | null = null
  #first: Waiter | null = null
  #last: Waiter | null = null

  constructor(host: string, release: (line: HostLine) => void) {
    this.host = host
    this.#release = release
  }

  release(): void {
    this.#release(this)
  }

  hasWork(): boolean {
    return this.#first !== null
  }

  push(waiter: Waiter): void {
    waiter.next = null
    if (this.#last === null) this.#first = waiter
    else this.#last.next = waiter
    this.#last = waiter
    this.size++
  }

  unshift(waiter: Waiter): void {
    waiter.next = this.#first
    this.#first = waiter
    this.#last ??= waiter
    this.size++
  }

  shift(): Waiter | null {
    const waiter = this.#first
    if (waiter === null) return null
    this.#first = waiter.next
    if (this.#first === null) this.#last = null
    waiter.next = null
    this.size--
    return waiter
  }
}

/** The hosts that could start a request now, first come first served. */
class Ring {
  #first: HostLine | null = null
  #last: HostLine | null = null

  push(line: HostLine): void {
    line.inRing = true
    line.nextInRing = null
    if (this.#last === null) this.#first = line
    else this.#last.nextInRing = line
    this.#last = line
  }

  shift(): HostLine | null {
    const line = this.#first
    if (line === null) return null
    this.#first = line.nextInRing
    if (this.#first === null) this.#last = null
    line.nextInRing = null
    line.inRing = false
    return line
  }
}
