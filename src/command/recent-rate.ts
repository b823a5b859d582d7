// How fast a run is now: over its last seconds, because what was quick at first says nothing of the slow ones at the end.

/** Long enough to hold some answers of a slow list, short enough to see that they have stopped coming. */
const RECENT_MS = 10_000

export class RecentRate {
  readonly #samples: { readonly atMs: number; readonly done: number }[]

  constructor(startedAtMs: number) {
    this.#samples = [{ atMs: startedAtMs, done: 0 }]
  }

  /** Told of how much is done, some times a second at most. */
  add(atMs: number, done: number): void {
    this.#samples.push({ atMs, done })
    // The oldest stands at the edge of what counts, so that there is always something to compare with.
    while (this.#samples.length > 2 && atMs - this.#samples[1]!.atMs >= RECENT_MS) this.#samples.shift()
  }

  perSecond(): number {
    const first = this.#samples[0]!
    const last = this.#samples.at(-1)!
    const ms = last.atMs - first.atMs
    return ms > 0 ? ((last.done - first.done) * 1000) / ms : 0
  }
}
