// Who may go when. There is one waiting line an origin and one ring of those that have somebody waiting and room for them;
// free permits go round the ring, so no host starves another and a sorted list is as fast as a shuffled one.
// Host before global, always: a permit is only taken where both are free. Every operation is O(1).

import type { Limiter, Permit, Waiter, Where } from '../words/limits.js'
import type { Clock } from './clock.js'
import { HostGate } from './host-gate.js'
import { OriginLine } from './origin-line.js'
import { createPace, type Pace } from './pace.js'

export interface LimiterOptions extends Clock {
  /** Requests on the wire at once. */
  readonly concurrency: number
  /** Requests on the wire at once to one host; null: 20, for a public host 6 after its first 100. */
  readonly perHost: number | null
  /** Requests a second in all and to one host; null: as many as there is room for. */
  readonly rate?: number | null
  readonly ratePerHost?: number | null
  /** Until when an origin is paused from before; default: not. */
  readyAtMs?(origin: string): number
}

/** Origins that are remembered: their pace, their pauses, how many requests they had. */
const MAX_ORIGINS = 50_000

/** In place of a permit for who need not wait any more: nothing was taken, nothing is given back. */
export const NO_PERMIT: Permit = { release() {} }

export function createLimiter(options: LimiterOptions): Limiter {
  const { concurrency, perHost, rate = null, ratePerHost = null, now, wait, isOver = () => false } = options
  const { readyAtMs = () => 0 } = options
  const lines = new Map<string, OriginLine>()
  const gates = new Map<string, HostGate<OriginLine>>()
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
      hand(waiter, line)
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

  /** Whether somebody waits, there is room, and the time has come; if only time lacks, it comes back by itself. */
  const mayGo = (line: OriginLine): boolean => {
    if (!line.hasWork() || line.active >= line.limit || !line.gate.hasRoom()) return false
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
  const offer = (line: OriginLine) => {
    if (!line.inRing && mayGo(line)) ring.push(line)
  }

  const release = (line: OriginLine) => {
    line.active--
    line.gate.active--
    free++
    const { others } = line.gate
    if (others !== null) {
      // Room on the host is room for each of its origins; the ring lets them take turns.
      for (const other of others) offer(other)
      offer(line.gate.line!)
    }
    offer(line)
    grant()
  }

  const lineOf = ({ host, origin }: Where): OriginLine => {
    let line = lines.get(origin)
    if (line === undefined) {
      if (lines.size >= MAX_ORIGINS) forgetOne()
      const gate = gates.get(host) ?? new HostGate<OriginLine>(host, perHost, ratePerHost)
      gates.set(host, gate)
      line = new OriginLine(origin, gate, { release, perHost })
      line.pause(readyAtMs(origin))
      gate.add(line)
      lines.set(origin, line)
    } else line.usedAgain = true
    return line
  }
  /** Second chance (Corbató 1968): who was used since it came by last goes behind the others once more. */
  const forgetOne = () => {
    for (const [origin, line] of lines) {
      if (!line.isIdle() || line.waitMs(now) > 0) continue
      lines.delete(origin)
      if (!line.usedAgain) {
        if (line.gate.remove(line)) gates.delete(line.gate.host)
        return
      }
      line.usedAgain = false
      lines.set(origin, line)
    }
  }

  const limiter: Limiter = {
    enqueue(where, waiter, front) {
      const line = lineOf(where)
      if (front) line.pushBegun(waiter)
      else line.push(waiter)
      offer(line)
      grant()
    },
    acquire(where, front, stop) {
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
        limiter.enqueue(where, waiter, front)
      })
    },
    shrink() {
      const lower = Math.max(1, Math.floor(limit / 2))
      free -= limit - lower
      limit = lower
      return limit
    },
    pause: (where, untilMs) => lineOf(where).pause(untilMs),
    slowDown: (where, startedAtMs, retryAfterMs) => lineOf(where).slowDown(now(), startedAtMs, retryAfterMs),
    clean({ origin }, isPublic) {
      const line = lines.get(origin)
      if (line === undefined) return
      line.gate.isPublic = isPublic
      if (line.clean()) {
        offer(line)
        grant()
      }
    },
    dismiss(origin) {
      // One that is dismissed may come back at once, so the line is taken as a whole.
      let waiter = lines.get(origin)?.takeAll() ?? null
      while (waiter !== null) {
        const { next } = waiter
        waiter.next = null
        if (!waiter.gone) hand(waiter, NO_PERMIT)
        waiter = next
      }
    },
    lacksWork,
    onLackOfWork(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    readyAtMs: (origin) => lines.get(origin)?.readyAtMs ?? readyAtMs(origin),
    hasAnswered: (origin) => (lines.get(origin)?.cleanAnswers ?? 0) > 0,
    waiting: (origin) => lines.get(origin)?.size ?? 0,
    busy(origin) {
      const line = lines.get(origin)
      return line === undefined ? 0 : line.size + line.active
    },
    busiest: () => busiestOf(lines.values()),
  }
  return limiter
}

/** A waiter that throws has not taken its permit; that is its own fault and must not stop the others. */
function hand(waiter: Waiter, permit: Permit): void {
  try {
    waiter.granted(permit)
  } catch {
    permit.release()
  }
}

function busiestOf(lines: Iterable<OriginLine>): string | null {
  let best: OriginLine | null = null
  for (const line of lines) {
    if (!line.isIdle() && (best === null || line.size + line.active > best.size + best.active)) best = line
  }
  return best?.gate.host ?? null
}

/** Takes who waits no more off the line as well. */
function firstPresent(line: OriginLine): Waiter | null {
  let waiter = line.shift()
  while (waiter?.gone) waiter = line.shift()
  return waiter
}

/** The origins that could start a request now, first come first served. */
class Ring {
  #first: OriginLine | null = null
  #last: OriginLine | null = null

  hasSome(): boolean {
    return this.#first !== null
  }

  push(line: OriginLine): void {
    line.inRing = true
    line.nextInRing = null
    if (this.#last === null) this.#first = line
    else this.#last.nextInRing = line
    this.#last = line
  }

  shift(): OriginLine | null {
    const line = this.#first
    if (line === null) return null
    this.#first = line.nextInRing
    if (this.#first === null) this.#last = null
    line.nextInRing = null
    line.inRing = false
    return line
  }
}
