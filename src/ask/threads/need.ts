// When one more thread helps: all that ask are busy, and what is left is worth the time in which another one warms up.

/** How often it is looked, ms. */
export const LOOK_MS = 100
/** So often in a row all have to be busy: a start whose code is still cold keeps the loop as busy for as long. */
const LOOKS = 4
/** Of the event loop. */
const BUSY = 0.9
/** Targets that wait: fewer are done before another thread has warmed up. */
const WORTH_IT = 2000
/**
 * And so long they would take as it went until now. A thousand servers that are asked at once keep a thread busy for two
 * seconds and are waited for from then on: one that is added for these costs half as much CPU again, and saves nothing
 * (W5, 20,000 URLs, measured).
 */
const WORTH_MS = 10_000

/** What is seen of a pass. */
export interface Sight {
  readonly elapsedMs: number
  /** Targets that were read and have no row. */
  readonly outstanding: number
  /** Those that have one. */
  readonly done: number
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

function isBottleneck({ elapsedMs, outstanding, done, busyHosts, loads }: Sight): boolean {
  if (outstanding < WORTH_IT || busyHosts <= 1 || (outstanding * elapsedMs) / done < WORTH_MS) return false
  // Last, because for a load Node has to bring a module, which short lists can do without.
  return loads().every((load) => load > BUSY)
}
