// Takes content encodings off, a few bodies at a time: a brotli decoder has a window of up to 16 MiB, so a hundred
// servers that send bombs at once would have gigabytes of this machine. A body is whole, or as whole as it will be, when
// it comes here, so that nobody's slowness holds a decoder.

import type { Transform } from 'node:stream'
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { TEXT_BYTES } from './text-search.js'

/** What is asked for where a body is read, and what can be taken off. */
export type Encoding = 'gzip' | 'deflate' | 'br'

/** How it ended: all came out, the first 1 MiB of it, what stood before the first wrong byte, or all that was wanted. */
export type DecodeEnd = 'whole' | 'beyond' | 'broken' | 'enough'

/** A job in the queue or at work. */
export interface Decoding {
  readonly done: Promise<DecodeEnd>
  /** Nobody wants it any more; `done` never resolves then. */
  cancel(): void
}

export interface DecodeJob {
  readonly encoding: Encoding
  readonly bytes: Buffer
  /** Takes what comes out, in pieces; false: that was enough. */
  readonly take: (piece: Buffer) => boolean
}

export interface Decoders {
  /** Takes one encoding off, in its turn. An end in the middle is none of its business: what came counts. */
  decode(job: DecodeJob): Decoding
}

export interface DecodersOptions {
  /** Makes a decoder; for tests. */
  readonly create?: (encoding: Encoding, bytes: Buffer) => Transform
}

/** A window of brotli is up to 16 MiB, one of gzip 32 KiB (RFC 7932 §9.1, RFC 1951 §2). Node has four threads for both. */
const BROTLI_AT_ONCE = 2
const GZIP_AT_ONCE = 16
/** A body is fed in pieces, and the one that is wrong in pieces of it, down to the byte. */
const PIECE_BYTES = 16_384
const PIECES = 128

/** One queue for all bodies of a client that are of brotli, and one for the others. */
export function createDecoders({ create = createDecoder }: DecodersOptions = {}): Decoders {
  const brotli = createQueue(BROTLI_AT_ONCE)
  const others = createQueue(GZIP_AT_ONCE)
  return {
    decode(job) {
      const queue = job.encoding === 'br' ? brotli : others
      let run: Run | null = null
      let start!: () => void
      const done = new Promise<DecodeEnd>((resolve) => {
        start = () => {
          run = new Run(job, { create, resolve, gone: queue.release })
        }
      })
      queue.enter(start)
      return {
        done,
        cancel() {
          queue.leave(start)
          run?.stop()
        },
      }
    },
  }
}

/** At most `atOnce` are started and not yet released; the others wait in order. */
function createQueue(atOnce: number) {
  const waiting = new Set<() => void>()
  let started = 0
  const startNext = () => {
    for (const start of waiting) {
      if (started >= atOnce) return
      waiting.delete(start)
      started++
      start()
    }
  }
  return {
    enter(start: () => void): void {
      waiting.add(start)
      startNext()
    },
    leave(start: () => void): void {
      waiting.delete(start)
    },
    release(): void {
      started--
      startNext()
    },
  }
}

interface RunOptions {
  readonly create: (encoding: Encoding, bytes: Buffer) => Transform
  readonly resolve: (end: DecodeEnd) => void
  /** Called once, when the memory of the decoder is free again. */
  readonly gone: () => void
}

/** One job at work: a pass over all of it and, where a piece is wrong, passes in smaller pieces from there on. */
class Run {
  readonly #job: DecodeJob
  readonly #options: RunOptions
  #decoder: Transform | null = null
  #isStopped = false
  /** What came out and was handed on. */
  #takenBytes = 0

  constructor(job: DecodeJob, options: RunOptions) {
    this.#job = job
    this.#options = options
    this.#tryPass(0, PIECE_BYTES)
  }

  stop(): void {
    this.#isStopped = true
    this.#decoder?.destroy()
  }

  #tryPass(from: number, pieceBytes: number): void {
    try {
      this.#pass(from, pieceBytes)
    } catch {
      // No memory for a decoder.
      this.#settle('broken')
    }
  }

  /** Up to `from` all is known to be right; then come pieces of this size, until one is wrong or all is done. */
  #pass(from: number, pieceBytes: number): void {
    const { encoding, bytes } = this.#job
    let end: DecodeEnd = 'broken'
    let outBytes = 0
    const decoder = this.#options.create(encoding, bytes)
    this.#decoder = decoder
    const feed = new Feed(decoder, bytes, { from, pieceBytes })
    decoder.on('data', (chunk: Buffer) => {
      if (end !== 'broken' || this.#isStopped) return
      end = this.#take(chunk, outBytes)
      outBytes += chunk.length
      if (end !== 'broken') decoder.destroy()
    })
    decoder.on('end', () => {
      end = 'whole'
    })
    decoder.on('error', () => {})
    decoder.on('close', () => {
      // What a decoder made of the piece that is wrong is lost with it: once more, in smaller ones.
      if (end === 'broken' && pieceBytes > 1 && !this.#isStopped) this.#tryPass(feed.fedBytes, pieceBytes / PIECES)
      else this.#settle(end)
    })
    feed.next()
  }

  /** Hands on what no earlier pass has. `broken`: not the end yet. */
  #take(chunk: Buffer, outBytes: number): DecodeEnd {
    const room = TEXT_BYTES - outBytes
    const piece = chunk.subarray(Math.min(chunk.length, this.#takenBytes - outBytes), room)
    this.#takenBytes += piece.length
    if (piece.length > 0 && !this.#job.take(piece)) return 'enough'
    return chunk.length > room ? 'beyond' : 'broken'
  }

  #settle(end: DecodeEnd): void {
    this.#options.gone()
    if (!this.#isStopped) this.#options.resolve(end)
  }
}

/** Writes all bytes, a piece after the other. */
class Feed {
  /** How many the decoder has taken without an error. */
  fedBytes = 0
  readonly #decoder: Transform
  readonly #bytes: Buffer
  readonly #pieces: { readonly from: number; readonly pieceBytes: number }

  constructor(decoder: Transform, bytes: Buffer, pieces: { readonly from: number; readonly pieceBytes: number }) {
    this.#decoder = decoder
    this.#bytes = bytes
    this.#pieces = pieces
  }

  next(): void {
    const { fedBytes } = this
    if (fedBytes >= this.#bytes.length) {
      this.#decoder.end()
      return
    }
    const { from, pieceBytes } = this.#pieces
    const piece = this.#bytes.subarray(fedBytes, fedBytes < from ? from : fedBytes + pieceBytes)
    this.#decoder.write(piece, (error) => {
      if (error) return
      this.fedBytes += piece.length
      this.next()
    })
  }
}

/** The real one. */
export function createDecoder(encoding: Encoding, bytes: Buffer): Transform {
  if (encoding === 'br') return createBrotliDecompress(BROTLI)
  if (encoding === 'gzip') return createGunzip(ZLIB)
  return hasZlibHeader(bytes) ? createInflate(ZLIB) : createInflateRaw(ZLIB)
}

/** An end in the middle is no error: what came is searched, as browsers show it. */
const ZLIB = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }
const BROTLI = { flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH }

/** Many servers send the bare algorithm for `deflate` (RFC 9110 §8.4.1.2); a zlib header has method 8 (RFC 1950 §2.2). */
function hasZlibHeader(bytes: Buffer): boolean {
  return (bytes[0]! & 0x0f) === 8
}
