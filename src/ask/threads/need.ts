// When one more thread helps: all that ask are busy for a while, and enough is left.

/** How often it is looked, ms. */
export const LOOK_MS = 100
/**
 * So often in a row. A thousand servers that are asked at once keep a thread busy for a second, whose code is still cold, and
 * are waited for from then on: one that is added for these costs half as much CPU again, and half a second of 13 (W5 at
 * 1,000, measured).
 */
const LOOKS = 15
/** Of the event loop. */
const BUSY = 0.9
/** Targets that wait: fewer are done before another thread has warmed up. */
const WORTH_IT = 2000

/** What is seen of a pass. */
export interface Sight {
  /** Targets that were read and have no row. */
  readonly outstanding: number
  /** Hosts that are asked now: those of one host are asked by one thread. */
  readonly busyHosts: number
  /** How busy each was since the last look, 0 to 1. */
  loads(): readonly number[]
}

/** Looks at a pass every `LOOK_MS`. */
export class Need {
  #looks = 0

  /** Whether another one is needed now. */
  look(sight: Sight): boolean {
    this.#looks = isBottleneck(sight) ? this.#looks + 1 : 0
    if (this.#looks < LOOKS) return false
    this.#looks = 0
    return true
  }
}

function isBottleneck({ outstanding, busyHosts, loads }: Sight): boolean {
  // The load last, because Node has to bring a module for it, which short lists can do without.
  return outstanding >= WORTH_IT && busyHosts > 1 && loads().every((load) => load > BUSY)
}
