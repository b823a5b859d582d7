// The bytes of a list on their way from the network to the reader. The server is read as fast as it sends, because it
// would not wait for as long as all URLs of the list take: what the reader has not come to waits in memory, and beyond a
// few megabytes in a file that nobody else sees.

import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ByteSource } from '../targets/byte-source.js'

/** What is kept in memory; from then on all goes through the file. */
const MEMORY_BYTES = 4_194_304
const READ_BYTES = 65_536
/** The most of one list: what answers without an end must not fill a disk. */
const MOST_BYTES = 4_294_967_296

export class Download implements ByteSource {
  readonly #queue: Buffer[] = []
  #queuedBytes = 0
  #file: TemporaryFile | null = null
  #bytes = 0
  #isRead = false
  /** Whether all has come; an error where it has not. */
  #end: { readonly error: Error | null } | null = null
  #wake: () => void = () => {}
  readonly #onClose: () => void

  /** `onClose` is called when nobody reads any more. */
  constructor(onClose: () => void) {
    this.#onClose = onClose
  }

  /** Whether it can begin anew: nothing of what came was handed on. */
  restart(): boolean {
    if (this.#isRead) return false
    this.#queue.length = 0
    this.#queuedBytes = 0
    this.#file?.close()
    this.#file = null
    this.#bytes = 0
    return true
  }

  /** Takes a copy; false: it takes no more. */
  push(chunk: Buffer): boolean {
    if (this.#end !== null) return false
    this.#bytes += chunk.length
    try {
      if (this.#bytes > MOST_BYTES) throw new Error('more than 4 GiB')
      if (this.#file === null && this.#queuedBytes + chunk.length > MEMORY_BYTES) this.#file = new TemporaryFile()
      if (this.#file !== null) this.#file.write(chunk)
      else {
        this.#queue.push(Buffer.from(chunk))
        this.#queuedBytes += chunk.length
      }
    } catch (error) {
      this.finish(error as Error)
      return false
    }
    this.#wake()
    return true
  }

  /** Nothing comes any more; without an error it is whole. */
  finish(error: Error | null): void {
    this.#end ??= { error }
    this.#wake()
  }

  async read(): Promise<Uint8Array | null> {
    for (;;) {
      const chunk = this.#next()
      if (chunk !== null) {
        this.#isRead = true
        // What is at hand at once, chunk after chunk, would let no answer through meanwhile.
        await new Promise((resolve) => setImmediate(resolve))
        return chunk
      }
      if (this.#end !== null) {
        if (this.#end.error !== null) throw this.#end.error
        return null
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async close(): Promise<void> {
    this.finish(null)
    this.#queue.length = 0
    this.#file?.close()
    this.#file = null
    this.#onClose()
  }

  #next(): Buffer | null {
    const first = this.#queue.shift()
    if (first === undefined) return this.#file?.read() ?? null
    this.#queuedBytes -= first.length
    return first
  }
}

/** Written at its end, read from its start. */
class TemporaryFile {
  readonly #path = join(tmpdir(), `scrape-status-${randomUUID()}`)
  readonly #fd = openSync(this.#path, 'wx+', 0o600)
  #written = 0
  #read = 0
  /** It has no name any more; where a file that is open keeps it (Windows), it goes at the end. */
  #isGone = this.#remove()

  write(chunk: Buffer): void {
    for (let done = 0; done < chunk.length; ) {
      const count = writeSync(this.#fd, chunk, done, chunk.length - done, this.#written)
      done += count
      this.#written += count
    }
  }

  /** Null where all that was written was read. */
  read(): Buffer | null {
    if (this.#read === this.#written) return null
    const chunk = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, this.#written - this.#read))
    const count = readSync(this.#fd, chunk, 0, chunk.length, this.#read)
    this.#read += count
    return chunk.subarray(0, count)
  }

  close(): void {
    closeSync(this.#fd)
    if (!this.#isGone) this.#isGone = this.#remove()
  }

  #remove(): boolean {
    try {
      unlinkSync(this.#path)
      return true
    } catch {
      return false
    }
  }
}
