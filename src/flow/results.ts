// Results that wait for who takes them. Handed on once a turn of the event loop with all that came in it: a batch a turn,
// not a batch a result.

/** So many wait for a slow reader of ours before no more requests are begun; a result is about 2 KB. */
const MOST = 2_048

export class Results<Result> {
  /** Made so far, without those that nobody took. */
  done = 0
  /** Items that came to nothing. */
  dropped = 0
  readonly #soon: (done: () => void) => void
  #ready: Result[] = []
  /** Nobody takes results any more. */
  #isLeft = false
  #isTelling = false
  #wake: (() => void) | null = null

  /** `soon` calls back at the end of the loop's turn. */
  constructor(soon: (done: () => void) => void) {
    this.#soon = soon
  }

  hasSome(): boolean {
    return this.#ready.length > 0
  }

  isFull(): boolean {
    return this.#ready.length >= MOST
  }

  add(result: Result): void {
    if (this.#isLeft) this.dropped++
    else {
      this.done++
      this.#ready.push(result)
    }
  }

  /** All that are there. */
  take(): readonly Result[] {
    const batch = this.#ready
    this.#ready = []
    return batch
  }

  /** Wakes who waits, at the end of the loop's turn. */
  tell(): void {
    if (this.#isTelling) return
    this.#isTelling = true
    this.#soon(() => {
      this.#isTelling = false
      this.#wake?.()
      this.#wake = null
    })
  }

  /** Resolves when there may be news. */
  news(): Promise<void> {
    return new Promise<void>((resolve) => (this.#wake = resolve))
  }

  /** Nobody takes them any more. */
  leave(): void {
    this.#isLeft = true
    this.done -= this.take().length
  }
}
