// Who may go when. There is one waiting line a host and one ring of hosts that have somebody waiting and room for them;
// free permits go round the ring, so no host starves another and a sorted list is as fast as a shuffled one.
// Host before global, always: a permit is only taken where both are free. Every operation is O(1).

import type { Limiter, Permit, Waiter } from '../types.js'
import { type Clock, HostLine } from './host-line.js'
import { createPace, type Pace } from './pace.js'

export interface LimiterOptions extends Clock {
  /** Requests on the wire at once. */
  readonly concurrency: number
  /** Requests on the wire at once to one host; null: 20, for a public host 6 after its first 100. */
  readonly perHost: number | null
  /** Requests a second in all and to one host; null: as many as there is room for. */
  readonly rate?: number | null
  readonly ratePerHost?: number | null
}

/** Hosts that are remembered: their pace, their pauses, how many requests they had. */
const MAX_HOSTS = 50_000

export function createLimiter(options: LimiterOptions): Limiter {
  const { concurrency, perHost, rate = null, ratePerHost = null, now, wait, isOver = () => false } = options
  const lines = new Map<string, HostLine>()
  const ring = new Ring()
  const pace = rate === null ? null : createPace(rate)
  let limit = concurrency
  /** Below zero after `shrink`, until enough permits came back. */
  let free = concurrency
  let granting = false
  let waitsForPace = false
  const listeners = new Set<() => void>()

  const grant = () => {
    // A waiter that gives its permit back at once comes here again; the loop that is running goes on for it.
    if (granting) return
    granting = true
    while (free > 0) {
      if (pace !== null && !mayStart(pace)) break
      const line = ring.shift()
      if (line === null) break
      if (!mayGo(line)) continue
      const waiter = firstPresent(line)
      if (waiter === null) continue
      free--
      pace?.take(now())
      line.begin(now)
      offer(line)
      waiter.granted(line)
    }
    granting = false
    if (lacksWork()) for (const listener of listeners) listener()
  }
  const lacksWork = () => free > 0 && !ring.hasSome()

  const mayStart = (global: Pace): boolean => {
    const waitMs = global.waitMs(now())
    if (waitMs <= 0 || isOver()) return true
    if (!waitsForPace && ring.hasSome()) {
      waitsForPace = true
      wait(waitMs).then(() => {
        waitsForPace = false
        grant()
      })
    }
    return false
  }

  /** Whether the host has somebody waiting, room, and its time has come; if only time lacks, it comes back by itself. */
  const mayGo = (line: HostLine): boolean => {
    if (!line.hasWork() || line.active >= line.cap()) return false
    const waitMs = line.waitMs(now)
    if (waitMs <= 0 || isOver()) return true
    if (!line.sleeping) {
      line.sleeping = true
      wait(waitMs).then(() => {
        line.sleeping = false
        offer(line)
        grant()
      })
    }
    return false
  }
  const offer = (line: HostLine) => {
    if (!line.inRing && mayGo(line)) ring.push(line)
  }

  const release = (line: HostLine) => {
    line.active--
    free++
    offer(line)
    grant()
  }

  const lineOf = (host: string): HostLine => {
    let line = lines.get(host)
    if (line === undefined) {
      if (lines.size >= MAX_HOSTS) forgetOne()
      line = new HostLine(host, release, perHost, ratePerHost)
      lines.set(host, line)
    } else line.usedAgain = true
    return line
  }
  /** Second chance (Corbató 1968): who was used since it came by last goes behind the others once more. */
  const forgetOne = () => {
    for (const [host, line] of lines) {
      if (!line.isIdle() || line.waitMs(now) > 0) continue
      lines.delete(host)
      if (!line.usedAgain) return
      line.usedAgain = false
      lines.set(host, line)
    }
  }

  const limiter: Limiter = {
    enqueue(host, waiter, front) {
      const line = lineOf(host)
      if (front) line.unshift(waiter)
      else line.push(waiter)
      offer(line)
      grant()
    },
    acquire(host, front, stop) {
      if (stop?.stopped) return Promise.resolve(null)
      return new Promise((resolve) => {
        const waiter = { next: null as Waiter | null, gone: false, granted: (_: Permit) => {} }
        const job = {
          abort() {
            waiter.gone = true
            resolve(null)
          },
        }
        waiter.granted = (permit) => {
          stop?.running.delete(job)
          resolve(permit)
        }
        stop?.running.add(job)
        limiter.enqueue(host, waiter, front)
      })
    },
    shrink() {
      const lower = Math.max(1, Math.floor(limit / 2))
      free -= limit - lower
      limit = lower
      return limit
    },
    pause(host, untilMs) {
      lineOf(host).pause(untilMs)
    },
    slowDown(host, startedAtMs, retryAfterMs) {
      lineOf(host).slowDown(now(), startedAtMs, retryAfterMs)
    },
    clean(host, isPublic) {
      const line = lines.get(host)
      if (line === undefined) return
      line.isPublic = isPublic
      if (line.clean()) {
        offer(line)
        grant()
      }
    },
    lacksWork,
    onLackOfWork(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    waiting: (host) => lines.get(host)?.size ?? 0,
    busy(host) {
      const line = lines.get(host)
      return line === undefined ? 0 : line.size + line.active
    },
    busiest() {
      let best: HostLine | null = null
      for (const line of lines.values()) {
        if (!line.isIdle() && (best === null || line.size + line.active > best.size + best.active)) best = line
      }
      return best?.host ?? null
    },
  }
  return limiter
}

/** Takes who waits no more off the line as well. */
function firstPresent(line: HostLine): Waiter | null {
  let waiter = line.shift()
  while (waiter?.gone) waiter = line.shift()
  return waiter
}

/** The hosts that could start a request now, first come first served. */
class Ring {
  #first: HostLine | null = null
  #last: HostLine | null = null

  hasSome(): boolean {
    return this.#first !== null
  }

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
