// Looks for a text in a body as it comes: takes the content encoding off, decodes the characters, searches, and keeps
// nothing of what it has searched. Bounded on both sides of every decoder, so that a bomb costs 1 MiB and not the memory.

import type { Transform } from 'node:stream'
import { TextDecoder } from 'node:util'
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import type { BodySearch } from '../types.js'
import { headerValues, type RawHeaders } from './reply-headers.js'

/** What is asked for where a body is read; nothing else is sent that we could not take off again. */
export const ACCEPT_ENCODING = 'gzip, deflate, br'

/** Bytes that are searched, after decoding; also the most that goes into any decoder, but for its headers. */
const TEXT_BYTES = 1_048_576
const WIRE_BYTES = TEXT_BYTES + 65_536
/** As many as curl takes off (`MAX_ENCODE_STACK`); real servers send one. */
const ENCODINGS_MAX = 5

/** Takes the body's bytes; says once what came of the search. */
export interface BodyReader {
  push(chunk: Buffer): void
  /** No more bytes will come. What is still in the decoders is searched; the result may come later. */
  end(): void
  /** Frees the decoders; no result comes any more. */
  close(): void
}

/** Searches a body with these headers for `text`. `done` is called once, perhaps within `push` or `end`. */
export function createBodyReader(text: string, headers: RawHeaders, done: (found: BodySearch) => void): BodyReader {
  let isOver = false
  let isEnded = false
  let wireBytes = 0
  let decoders: readonly Stage[] = []

  const finish = (found: BodySearch) => {
    if (isOver) return
    isOver = true
    for (const decoder of decoders) decoder.close()
    done(found)
  }

  const searcher = createSearcher(text, headers)
  const last: Sink = {
    write(chunk) {
      if (isOver) return
      const result = searcher.push(chunk)
      if (result !== null) finish(result)
    },
    end: () => finish(searcher.end()),
  }
  const names = encodingsOf(headers)
  if (names === null) return { push: () => finish('undecodable'), end: () => finish('undecodable'), close: () => {} }

  let first = last
  // The last encoding was put on last, so it comes off first (RFC 9110 §8.4).
  for (const name of names) {
    const stage = createStage(name, first, finish)
    decoders = [stage, ...decoders]
    first = stage
  }
  return {
    push(chunk) {
      if (isOver) return
      wireBytes += chunk.length
      if (wireBytes > WIRE_BYTES && names.length > 0) finish('beyond')
      else first.write(chunk)
    },
    end() {
      if (isOver || isEnded) return
      isEnded = true
      first.end()
    },
    close() {
      isOver = true
      for (const decoder of decoders) decoder.close()
    },
  }
}

interface Sink {
  write(chunk: Buffer): void
  end(): void
}

interface Stage extends Sink {
  close(): void
}

/** One encoding taken off. Puts at most 1 MiB out; what it was given and has not yet looked at is no more than that. */
function createStage(name: string, next: Sink, finish: (found: BodySearch) => void): Stage {
  let decoder: Transform | null = null
  let outBytes = 0
  const open = (firstByte: number): Transform => {
    const made = decoderOf(name, firstByte)
    made.on('data', (chunk: Buffer) => {
      outBytes += chunk.length
      next.write(chunk)
      // The searcher knows its own end; this one is for what lies between two decoders.
      if (outBytes > TEXT_BYTES) finish('beyond')
    })
    made.on('end', () => next.end())
    made.on('error', () => finish('undecodable'))
    return made
  }
  return {
    write(chunk) {
      if (chunk.length === 0) return
      decoder ??= open(chunk[0]!)
      decoder.write(chunk)
    },
    end() {
      // Nothing at all is an empty body, whatever its encoding.
      if (decoder === null) next.end()
      else decoder.end()
    },
    close: () => decoder?.destroy(),
  }
}

/** An end in the middle is no error: what came is searched, as browsers show it. */
function decoderOf(name: string, firstByte: number): Transform {
  const options = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }
  if (name === 'br') {
    return createBrotliDecompress({
      flush: constants.BROTLI_OPERATION_FLUSH,
      finishFlush: constants.BROTLI_OPERATION_FLUSH,
    })
  }
  if (name === 'gzip') return createGunzip(options)
  // Many servers send the bare algorithm for `deflate` (RFC 9110 §8.4.1.2); the zlib header begins with method 8.
  return (firstByte & 0x0f) === 8 ? createInflate(options) : createInflateRaw(options)
}

/** The encodings in the order in which they were put on; null where one is unknown or there are too many. */
function encodingsOf(headers: RawHeaders): readonly string[] | null {
  const names = headerValues(headers, 'content-encoding')
    .flatMap((value) => value.split(','))
    .map((name) =>
      name
        .trim()
        .toLowerCase()
        .replace(/^x-gzip$/, 'gzip'),
    )
    .filter((name) => name !== '' && name !== 'identity')
  const known = names.every((name) => name === 'gzip' || name === 'deflate' || name === 'br')
  return known && names.length <= ENCODINGS_MAX ? names : null
}

/** Decodes characters and searches; keeps no more than the length of the text. */
function createSearcher(text: string, headers: RawHeaders) {
  let decoder: TextDecoder | null = null
  let head = Buffer.alloc(0)
  let tail = ''
  let bytes = 0

  const search = (piece: string): boolean => {
    const window = tail + piece
    if (window.includes(text)) return true
    tail = text.length > 1 ? window.slice(-(text.length - 1)) : ''
    return false
  }

  return {
    /** null: not yet found, go on. */
    push(chunk: Buffer): BodySearch | null {
      const room = TEXT_BYTES - bytes
      const piece = chunk.length > room ? chunk.subarray(0, room) : chunk
      bytes += piece.length
      let ready = piece
      if (decoder === null) {
        // A byte order mark of three bytes may be cut in two.
        head = Buffer.concat([head, piece])
        if (head.length < 3 && piece.length === chunk.length) return null
        decoder = decoderFor(head, headers)
        ready = head
      }
      if (search(decoder.decode(ready, { stream: true }))) return 'found'
      return piece.length < chunk.length ? 'beyond' : null
    },
    end(): BodySearch {
      const ready = decoder === null ? head : Buffer.alloc(0)
      decoder ??= decoderFor(head, headers)
      return search(decoder.decode(ready)) ? 'found' : 'absent'
    },
  }
}

/** A byte order mark goes before the charset of the content type (WHATWG Encoding §4.2), that before UTF-8. */
function decoderFor(head: Buffer, headers: RawHeaders): TextDecoder {
  const contentType = headerValues(headers, 'content-type')[0] ?? ''
  const label = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1] ?? 'utf-8'
  const mark =
    head[0] === 0xff && head[1] === 0xfe ? 'utf-16le' : head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : null
  const isUtf8 = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf
  try {
    return new TextDecoder(isUtf8 ? 'utf-8' : (mark ?? label))
  } catch {
    return new TextDecoder()
  }
}
