// One host: how many requests it has, whatever their port and scheme, and how many it may have.

import { createPace, type Pace } from './pace.js'

/** As browsers and crawlers do it: a burst at first, then few at once. */
export const PER_HOST = 20
const PER_PUBLIC_HOST = 6
const PUBLIC_BURST = 100

export class HostGate<Line> {
  readonly host: string
  /** The most that may ever run at once; null: automatic. */
  readonly #perHost: number | null
  /** `--rate-per-host`. */
  readonly rate: Pace | null
  /** Its origins; nearly always there is one, and `others` stays null. */
  line: Line | null = null
  others: Line[] | null = null
  active = 0
  isPublic = false
  #begun = 0

  constructor(host: string, perHost: number | null, rate: number | null) {
    this.host = host
    this.#perHost = perHost
    this.rate = rate === null ? null : createPace(rate)
  }

  /** Requests that may run at once now. */
  cap(): number {
    if (this.#perHost !== null) return this.#perHost
    return this.isPublic && this.#begun >= PUBLIC_BURST ? PER_PUBLIC_HOST : PER_HOST
  }

  add(line: Line): void {
    if (this.line === null) this.line = line
    else if (this.others === null) this.others = [line]
    else this.others.push(line)
  }

  /** True when that was the last one. */
  remove(line: Line): boolean {
    if (this.line !== line) this.others = this.others?.filter((other) => other !== line) ?? null
    else this.line = this.others?.shift() ?? null
    return this.line === null
  }

  hasRoom(): boolean {
    return this.active < this.cap()
  }

  /** A request starts. */
  begin(now: () => number): void {
    this.active++
    this.#begun++
    this.rate?.take(now())
  }
}
