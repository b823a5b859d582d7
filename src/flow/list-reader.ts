// Reads the list, as far as there is room for what it holds.

/** A list that has said nothing for so long is slower than we are: a pipe that somebody types into. */
const SILENT_MS = 1000

export interface ListReaderOptions<Item> {
  /** Begins an item that was read, and when that was. */
  take(item: Item, readAtMs: number): void
  /** Told when all of a batch are begun. */
  taken(): void
  hasRoom(): boolean
  /** Told once, when nothing more will come. */
  ended(): void
  /** Monotonic ms. */
  now(): number
}

export class ListReader<Item> {
  /** Items read so far. */
  known = 0
  isEnded = false
  /** What the list threw. */
  error: unknown = null
  readonly #options: ListReaderOptions<Item>
  #isStopped = false
  /** When the list was last heard of; while it is waited for. */
  #heardAtMs: number
  #isListening = false
  #goOn: (() => void) | null = null

  constructor(options: ListReaderOptions<Item>) {
    this.#options = options
    this.#heardAtMs = options.now()
  }

  /** Reads to the end, or until it is stopped. */
  start(batches: AsyncIterable<readonly Item[]>): void {
    this.#read(batches)
      .catch((error: unknown) => {
        this.error ??= error
      })
      .finally(() => {
        this.isEnded = true
        this.#options.ended()
      })
  }

  /** A list that says nothing for a while is nothing to wait for. */
  mayHaveMore(): boolean {
    return !this.isEnded && !(this.#isListening && this.#options.now() - this.#heardAtMs > SILENT_MS)
  }

  /** There may be room again. */
  look(): void {
    if (this.#goOn !== null && this.#options.hasRoom()) this.#wake()
  }

  stop(): void {
    this.#isStopped = true
    this.#wake()
  }

  #wake(): void {
    this.#goOn?.()
    this.#goOn = null
  }

  async #read(batches: AsyncIterable<readonly Item[]>): Promise<void> {
    const { take, taken, hasRoom, now } = this.#options
    this.#isListening = true
    for await (const batch of batches) {
      if (this.#isStopped) break
      this.#isListening = false
      this.#heardAtMs = now()
      for (const item of batch) {
        this.known++
        take(item, this.#heardAtMs)
      }
      taken()
      while (!this.#isStopped && !hasRoom()) await new Promise<void>((resolve) => (this.#goOn = resolve))
      if (this.#isStopped) break
      this.#isListening = true
      this.#heardAtMs = now()
    }
  }
}
