// The origins that could start a request now. Permits go round it, so no host starves another.

import type { OriginLine } from './origin-line.js'

/** First come, first served, linked through the lines themselves. Who is in says `inRing`. */
export class Ring {
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
