// Bytes that are asked for chunk by chunk, wherever they come from.

import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'

/** Bytes; null at the end. A chunk is only valid until the next `read`. */
export interface ByteSource {
  /** Rejects with what the system says (`EIO`) when reading breaks. */
  read(): Promise<Uint8Array | null>
  /** Lets a pending `read` end; never rejects. */
  close(): Promise<void>
}

/** Bytes of a file at once; also how much is looked at to tell what an input is. */
export const CHUNK_BYTES = 65_536

/** Reads a file from its start through one buffer. */
export function fileSource(handle: FileHandle): ByteSource {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)
  const read = async () => {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, null)
    return bytesRead === 0 ? null : buffer.subarray(0, bytesRead)
  }
  return { read, close: () => handle.close().catch(() => {}) }
}

/** Reads a stream. */
export function streamSource(stream: Readable): ByteSource {
  const iterator = stream[Symbol.asyncIterator]()
  const read = async () => {
    const { value, done } = await iterator.next()
    if (done) return null
    return typeof value === 'string' ? Buffer.from(value) : (value as Uint8Array)
  }
  const close = async () => {
    // A stream that is destroyed in the middle says so once more to whoever listens: nobody does any more.
    stream.on('error', () => {}).destroy()
  }
  return { read, close }
}

/** What was read of a source already, and the rest of it. `broke`: why there is no rest. */
export function withHead(head: Uint8Array, rest: ByteSource, broke: unknown = null): ByteSource {
  let first: Uint8Array | null = head.length === 0 ? null : head
  const read = async () => {
    const chunk = first
    first = null
    if (chunk !== null) return chunk
    if (broke !== null) throw broke
    return rest.read()
  }
  return { read, close: () => rest.close() }
}

/** The source without its first bytes. */
export function without(skip: number, source: ByteSource): ByteSource {
  let left = skip
  const read = async () => {
    for (;;) {
      const chunk = await source.read()
      if (chunk === null || left === 0) return chunk
      const from = Math.min(left, chunk.length)
      left -= from
      if (from < chunk.length) return chunk.subarray(from)
    }
  }
  return skip === 0 ? source : { read, close: () => source.close() }
}
