// Collects an encoded body, up to a little more than 1 MiB, and decodes it when it is whole, with a look or two before
// that: most texts are found near the beginning, and a slow body need not be waited for then.

import type { BodySearch } from '../../words/reply.js'
import type { DecodeEnd, Decoders, Decoding, Encoding } from './decoders.js'
import { createGrowingBuffer } from './growing-buffer.js'
import { TEXT_BYTES, type TextSearch } from './text-search.js'

/** The most that is collected of an encoded body: the text that we search may be one that did not get smaller. */
const WIRE_BYTES = TEXT_BYTES + 65_536
/** The first look into an encoded body that goes on; the next ones at four times as much, so that all are cheap. */
const FIRST_LOOK_BYTES = 16_384

export interface EncodedReaderOptions {
  readonly decoders: Decoders
  /** In the order in which they come off. */
  readonly encodings: readonly Encoding[]
  /** Begins a search; each look has its own. */
  search(): TextSearch
  /** Called once. */
  done(found: BodySearch): void
}

/** A `BodyReader`. A class: bytes, looks and the end share its state. */
export class EncodedReader {
  readonly #options: EncodedReaderOptions
  readonly #collected = createGrowingBuffer(WIRE_BYTES)
  #nextLookBytes = FIRST_LOOK_BYTES
  #decoding: Decoding | null = null
  #isLooking = false
  #isOver = false
  #isEnded = false

  constructor(options: EncodedReaderOptions) {
    this.#options = options
  }

  push(chunk: Buffer): boolean {
    if (this.#isOver || this.#isEnded) return false
    this.#collected.add(chunk)
    if (this.#collected.isFull) this.end()
    else if (this.#collected.length >= this.#nextLookBytes && !this.#isLooking) {
      this.#nextLookBytes = this.#collected.length * 4
      void this.#look()
    }
    return !this.#isEnded
  }

  end(): void {
    if (this.#isOver || this.#isEnded) return
    this.#isEnded = true
    if (!this.#isLooking) void this.#look()
  }

  close(): void {
    this.#isOver = true
    this.#decoding?.cancel()
  }

  async #look(): Promise<void> {
    this.#isLooking = true
    const isLast = this.#isEnded
    const found = await this.#searched()
    this.#isLooking = false
    if (this.#isOver) return
    if (found !== 'absent' || isLast) {
      this.#isOver = true
      this.#options.done(found)
    } else if (this.#isEnded) void this.#look()
  }

  /** Decodes from the start: nothing is held between two looks but the bytes themselves. */
  async #searched(): Promise<BodySearch> {
    const { encodings } = this.#options
    let bytes = this.#collected.bytes()
    let end: DecodeEnd = this.#collected.isFull ? 'beyond' : 'whole'
    const search = this.#options.search()
    let found: BodySearch | null = null
    for (const [index, encoding] of encodings.entries()) {
      // Nothing at all is an empty body, whatever its encoding.
      if (bytes.length === 0) break
      const isInner = index === encodings.length - 1
      const inner = createGrowingBuffer(TEXT_BYTES)
      const ended = await this.#takeOff(encoding, bytes, (piece) => {
        if (!isInner) inner.add(piece)
        else found ??= search.push(piece)
        return found === null
      })
      if (ended === 'beyond' || ended === 'broken') end = ended
      bytes = inner.bytes()
    }
    return resultOf(found ?? search.end(), end)
  }

  /** Takes one encoding off; what comes out goes to `take`. */
  #takeOff(encoding: Encoding, bytes: Buffer, take: (piece: Buffer) => boolean): Promise<DecodeEnd> {
    this.#decoding = this.#options.decoders.decode({ encoding, bytes, take })
    return this.#decoding.done
  }
}

/** What is not found in a part of the text, or in what is broken, is not absent. */
function resultOf(found: BodySearch, end: DecodeEnd): BodySearch {
  if (found === 'found') return found
  if (end === 'broken') return 'undecodable'
  return end === 'beyond' ? 'beyond' : found
}
