// The origins that are remembered, with their hosts: their pace, their pauses, how many requests they had.

import type { Where } from '../words/limits.js'
import { HostGate } from './host-gate.js'
import { OriginLine } from './origin-line.js'

/** About 0.5 KB each. */
const MAX_ORIGINS = 50_000

export interface OriginsOptions {
  readonly perHost: number | null
  readonly ratePerHost: number | null
  /** Monotonic ms. */
  now(): number
  /** Until when an origin is paused from before. */
  readyAtMs(origin: string): number
  /** Told when a permit of an origin comes back. */
  release(line: OriginLine): void
}

/** A bounded number of them; one that is busy or paused is never forgotten. */
export class Origins {
  readonly #options: OriginsOptions
  readonly #lines = new Map<string, OriginLine>()
  readonly #gates = new Map<string, HostGate<OriginLine>>()

  constructor(options: OriginsOptions) {
    this.#options = options
  }

  /** Null for one that is not remembered. */
  known(origin: string): OriginLine | null {
    return this.#lines.get(origin) ?? null
  }

  lineOf({ host, origin }: Where): OriginLine {
    const known = this.#lines.get(origin)
    if (known === undefined) return this.#add(host, origin)
    known.usedAgain = true
    return known
  }

  /** The host with most to do; null when idle. */
  busiestHost(): string | null {
    let best: OriginLine | null = null
    for (const line of this.#lines.values()) {
      if (!line.isIdle() && (best === null || line.busy > best.busy)) best = line
    }
    return best?.gate.host ?? null
  }

  #add(host: string, origin: string): OriginLine {
    const { perHost, ratePerHost, release, readyAtMs } = this.#options
    if (this.#lines.size >= MAX_ORIGINS) this.#forgetOne()
    const gate = this.#gates.get(host) ?? new HostGate<OriginLine>(host, perHost, ratePerHost)
    this.#gates.set(host, gate)
    const line = new OriginLine(origin, gate, { release, perHost })
    line.pause(readyAtMs(origin))
    gate.add(line)
    this.#lines.set(origin, line)
    return line
  }

  /** Second chance (Corbató 1968): who was used since it came by last goes behind the others once more. */
  #forgetOne(): void {
    const { now } = this.#options
    for (const [origin, line] of this.#lines) {
      if (!line.isIdle() || line.waitMs(now) > 0) continue
      this.#lines.delete(origin)
      if (!line.usedAgain) {
        if (line.gate.remove(line)) this.#gates.delete(line.gate.host)
        return
      }
      line.usedAgain = false
      this.#lines.set(origin, line)
    }
  }
}
