// Batches that are put in on one side and read on the other.

/** Can be read once. Whoever puts in bounds how much it holds. */
export class Inbox<Item> implements AsyncIterable<readonly Item[]> {
  #batches: (readonly Item[])[] = []
  #isEnded = false
  #wake = () => {}

  put(batch: readonly Item[]): void {
    this.#batches.push(batch)
    this.#wake()
  }

  /** Nothing more comes; what is in can still be read. */
  end(): void {
    this.#isEnded = true
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Item[], undefined> {
    for (;;) {
      const batches = this.#batches
      this.#batches = []
      yield* batches
      if (this.#batches.length > 0) continue
      if (this.#isEnded) return
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
