// Where a body ends (RFC 9112 §6), for the answers that the parser refused: as forgiving as curl, and no further. Pure;
// pieces in, the body's bytes out.

import { headerValues, type RawHeaders } from '../wire/reply-headers.js'

/** `open`: more may come. `broken`: what follows is no body any more. */
export type FramingState = 'open' | 'whole' | 'broken'

export interface BodyFraming {
  readonly state: FramingState
  /** Hands the body's own bytes to `take`. */
  push(bytes: Buffer, take: (piece: Buffer) => void): void
  /** The peer has nothing more to say. */
  end(): void
}

/** Longest line between two chunks that is waited for, in bytes; extensions are dropped. */
const LINE_BYTES = 16_384
const LF = 10

/** How the body of an answer with this head is framed. */
export function createBodyFraming(status: number, headers: RawHeaders): BodyFraming {
  if (status < 200 || status === 204 || status === 304) return createLengthFraming(0)
  if (headerValues(headers, 'transfer-encoding').some((value) => /\bchunked\b/i.test(value))) {
    return createChunkedFraming()
  }
  const lengths = new Set(headerValues(headers, 'content-length').flatMap((value) => value.split(/\s*,\s*/)))
  const [length, another] = lengths
  // Where lengths disagree, or are none, the end of the stream is: we asked for one answer and no more.
  return createLengthFraming(another === undefined && /^\d{1,15}$/.test(length ?? '') ? Number(length) : null)
}

/** `length` null: until the end of the stream. */
function createLengthFraming(length: number | null): BodyFraming {
  let leftBytes = length ?? Number.POSITIVE_INFINITY
  let state: FramingState = leftBytes === 0 ? 'whole' : 'open'
  return {
    get state() {
      return state
    },
    push(bytes, take) {
      if (state !== 'open') return
      const piece = bytes.subarray(0, Math.min(bytes.length, leftBytes))
      leftBytes -= piece.length
      if (leftBytes === 0) state = 'whole'
      take(piece)
    },
    end() {
      if (state === 'open') state = length === null ? 'whole' : 'broken'
    },
  }
}

function createChunkedFraming(): BodyFraming {
  let state: FramingState = 'open'
  let leftBytes = 0
  let line = ''
  /** The line end after a chunk, which is none of the next size. */
  let isBehindChunk = false

  /** Reads of one line as much as is there; how many bytes that was. */
  const readLine = (bytes: Buffer): number => {
    const lf = bytes.indexOf(LF)
    line += bytes.toString('latin1', 0, lf < 0 ? Math.min(bytes.length, LINE_BYTES + 1) : lf)
    if (line.length > LINE_BYTES) state = 'broken'
    if (lf < 0) return bytes.length
    const isEmpty = line === '' || line === '\r'
    const size = /^[ \t]*([\da-f]{1,13})/i.exec(line)
    if (isEmpty && isBehindChunk) isBehindChunk = false
    else if (size === null) state = 'broken'
    else {
      leftBytes = Number.parseInt(size[1]!, 16)
      // Trailers are nobody's.
      if (leftBytes === 0) state = 'whole'
    }
    line = ''
    return lf + 1
  }

  return {
    get state() {
      return state
    },
    push(bytes, take) {
      let rest = bytes
      while (state === 'open' && rest.length > 0) {
        if (leftBytes === 0) {
          rest = rest.subarray(readLine(rest))
          continue
        }
        const piece = rest.subarray(0, leftBytes)
        leftBytes -= piece.length
        isBehindChunk = leftBytes === 0
        take(piece)
        rest = rest.subarray(piece.length)
      }
    },
    end() {
      if (state === 'open') state = 'broken'
    },
  }
}
