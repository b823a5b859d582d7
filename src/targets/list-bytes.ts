// The bytes of one list on their way to its format: reading may fail, and only reading; what goes wrong elsewhere is a
// bug and must be seen as one.

import type { ByteSource } from './byte-source.js'
import type { InputBytes } from './formats/input-format.js'

export interface ListBytesOptions {
  /** Called once. */
  open(): Promise<ByteSource>
  /** Whether nobody wants more. */
  isStopped(): boolean
  /** Told of what broke, in a code or a few words; not of what broke because it was stopped. */
  onBreak(code: string): void
  /** Told of how many bytes were read. */
  onBytes?(bytes: number): void
}

export class ListBytes implements InputBytes {
  isBroken = false
  readonly #options: ListBytesOptions

  constructor(options: ListBytesOptions) {
    this.#options = options
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    const { open, isStopped, onBreak, onBytes } = this.#options
    let source: ByteSource | null = null
    try {
      source = await open()
      for (let chunk = await source.read(); chunk !== null && !isStopped(); chunk = await source.read()) {
        onBytes?.(chunk.length)
        yield chunk
      }
    } catch (error) {
      this.isBroken = true
      if (!isStopped()) onBreak(codeOf(error))
    } finally {
      await source?.close()
    }
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : String(error))
}
