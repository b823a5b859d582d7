// The line that runs over the end of a chunk, in one buffer that all such lines of an input share.

/** A line of a text list may have this many bytes in UTF-8; longer ones are skipped to their end. */
export const MAX_LINE_BYTES = 65_536

/** The start of a line whose end has not come, or of one that is too long. */
export class HeldLine {
  /** Bytes held. */
  length = 0
  /** It was longer than what can be held: the start is here, and the rest of it is skipped. */
  isOverlong = false
  /** Allocated when the first line runs over the end of a chunk. */
  #buffer: Buffer | null = null
  readonly #maxBytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get isEmpty(): boolean {
    return this.length === 0 && !this.isOverlong
  }

  add(bytes: Buffer): void {
    if (bytes.length === 0 || this.isOverlong) return
    this.#buffer ??= Buffer.allocUnsafeSlow(this.#maxBytes)
    const copied = bytes.copy(this.#buffer, this.length)
    this.length += copied
    this.isOverlong = copied < bytes.length
  }

  /** What is held, valid until the next `add`; nothing is held any more. */
  take(): Buffer {
    const bytes = this.#buffer!.subarray(0, this.length)
    this.length = 0
    this.isOverlong = false
    return bytes
  }
}
