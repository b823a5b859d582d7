// Bytes that come in pieces, in one buffer that grows: a piece of ten bytes would keep the 64 KiB alive that it came in.

export interface GrowingBuffer {
  /** Takes what there is room for. */
  add(chunk: Buffer): void
  /** All so far. What is added later does not change it. */
  bytes(): Buffer
  readonly length: number
  /** More came than is taken. */
  readonly isFull: boolean
}

/** Takes up to `maxBytes`. */
export function createGrowingBuffer(maxBytes: number): GrowingBuffer {
  let buffer: Buffer = Buffer.alloc(0)
  let length = 0
  let isFull = false
  return {
    add(chunk) {
      const piece = chunk.subarray(0, maxBytes - length)
      isFull ||= piece.length < chunk.length
      if (length + piece.length > buffer.length) {
        const larger = Buffer.allocUnsafeSlow(Math.min(maxBytes, Math.max(length + piece.length, buffer.length * 2)))
        buffer.copy(larger, 0, 0, length)
        buffer = larger
      }
      piece.copy(buffer, length)
      length += piece.length
    },
    bytes: () => buffer.subarray(0, length),
    get length() {
      return length
    },
    get isFull() {
      return isFull
    },
  }
}
