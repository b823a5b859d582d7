// Takes content encodings off, a few bodies at a time: a brotli decoder has a window of up to 16 MiB, so a hundred
// servers that send bombs at once would have gigabytes of this machine. A body is whole, or as whole as it will be, when
// it comes here, so that nobody's slowness holds a decoder.

import type { Transform } from 'node:stream'
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'

/** What is asked for where a body is read, and what can be taken off. */
export type Encoding = 'gzip' | 'deflate' | 'br'

/** How it ended: all came out, the first 1 MiB of it, what stood before the first wrong byte, or all that was wanted. */
export type DecodeEnd = 'whole' | 'beyond' | 'broken' | 'enough'

/** A job in the line or at work. */
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
/** What comes out of one at most. */
export const TEXT_BYTES = 1_048_576
/** A body is fed in pieces, and the one that is wrong in pieces of it, down to the byte. */
const PIECE_BYTES = 16_384
const PIECES = 128

/** One line for all bodies of a client that are of brotli, and one for the others. */
export function createDecoders({ create = createDecoder }: DecodersOptions = {}): Decoders {
  const brotli = createLine(BROTLI_AT_ONCE)
  const others = createLine(GZIP_AT_ONCE)
  return {
    decode(job) {
      const line = job.encoding === 'br' ? brotli : others
      let run: Run | null = null
      let start!: () => void
      const done = new Promise<DecodeEnd>((resolve) => {
        start = () => {
          run = decodeNow(job, { create, resolve, gone: line.release })
        }
      })
      line.enter(start)
      return {
        done,
        cancel() {
          line.leave(start)
          run?.stop()
        },
      }
    },
  }
}

/** At most `atOnce` are started and not yet released; the others wait in order. */
function createLine(atOnce: number) {
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

interface Run {
  stop(): void
}

interface RunOptions {
  readonly create: (encoding: Encoding, bytes: Buffer) => Transform
  readonly resolve: (end: DecodeEnd) => void
  /** Called once, when the memory of the decoder is free again. */
  readonly gone: () => void
}

function decodeNow({ encoding, bytes, take }: DecodeJob, { create, resolve, gone }: RunOptions): Run {
  let decoder: Transform | null = null
  let isStopped = false
  let takenBytes = 0
  const settle = (end: DecodeEnd) => {
    gone()
    if (!isStopped) resolve(end)
  }

  /** Up to `from` all is known to be right; then come pieces of this size, until one is wrong or all is done. */
  const pass = (from: number, pieceBytes: number) => {
    let outBytes = 0
    let fedBytes = 0
    let end: DecodeEnd = 'broken'
    const made = create(encoding, bytes)
    decoder = made
    made.on('data', (chunk: Buffer) => {
      if (end !== 'broken' || isStopped) return
      const room = TEXT_BYTES - outBytes
      // What an earlier pass has handed on is not handed on again.
      const piece = chunk.subarray(Math.min(chunk.length, takenBytes - outBytes), room)
      outBytes += chunk.length
      takenBytes += piece.length
      if (piece.length > 0 && !take(piece)) end = 'enough'
      else if (chunk.length > room) end = 'beyond'
      if (end !== 'broken') made.destroy()
    })
    made.on('end', () => {
      end = 'whole'
    })
    made.on('error', () => {})
    made.on('close', () => {
      // What a decoder made of the piece that is wrong is lost with it: once more, in smaller ones.
      if (end === 'broken' && pieceBytes > 1 && !isStopped) tryPass(fedBytes, pieceBytes / PIECES)
      else settle(end)
    })
    const feed = () => {
      if (fedBytes >= bytes.length) return void made.end()
      const piece = bytes.subarray(fedBytes, fedBytes < from ? from : fedBytes + pieceBytes)
      made.write(piece, (error) => {
        if (error) return
        fedBytes += piece.length
        feed()
      })
    }
    feed()
  }
  const tryPass = (from: number, pieceBytes: number) => {
    try {
      pass(from, pieceBytes)
    } catch {
      // No memory for a decoder.
      settle('broken')
    }
  }

  tryPass(0, PIECE_BYTES)
  return {
    stop() {
      isStopped = true
      decoder?.destroy()
    },
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
