// Looks for a text in a body as it comes. A plain body is searched piece by piece and nothing of it is kept; an encoded
// one is collected, up to a little more than 1 MiB, and decoded when it is whole, with a look or two before that.

import { TextDecoder } from 'node:util'
import type { BodySearch } from '../../words/reply.js'
import { headerValues, type RawHeaders } from '../wire/reply-headers.js'
import { createCollected } from './collected.js'
import { type DecodeEnd, type Decoders, type Decoding, type Encoding, TEXT_BYTES } from './decoders.js'

/** What is asked for where a body is read; nothing else is sent that we could not take off again. */
export const ACCEPT_ENCODING = 'gzip, deflate, br'

/** The most that is collected of an encoded body: the text that we search may be one that did not get smaller. */
const WIRE_BYTES = TEXT_BYTES + 65_536
/** The first look into an encoded body that goes on; the next ones at four times as much, so that all are cheap. */
const FIRST_LOOK_BYTES = 16_384
/** As many as curl takes off (`MAX_ENCODE_STACK`); real servers send one. */
const ENCODINGS_MAX = 5

/** Takes the body's bytes; says once what came of the search. */
export interface BodyReader {
  /** False: no more is wanted, whatever comes of what there is. */
  push(chunk: Buffer): boolean
  /** No more bytes will come. The result may come later. */
  end(): void
  /** Frees the decoders; no result comes any more. */
  close(): void
}

export interface BodyReaderOptions {
  readonly text: string
  readonly headers: RawHeaders
  readonly decoders: Decoders
}

/** Searches a body with these headers. `done` is called once, perhaps within `push` or `end`. */
export function createBodyReader(options: BodyReaderOptions, done: (found: BodySearch) => void): BodyReader {
  const { text, headers, decoders } = options
  const names = encodingsOf(headers)
  if (names.length === 0) return createPlainReader(createSearcher(text, headers), 'absent', done)
  const known = names.filter((name): name is Encoding => name === 'gzip' || name === 'deflate' || name === 'br')
  if (known.length === names.length && known.length <= ENCODINGS_MAX) {
    // The last encoding was put on last, so it comes off first (RFC 9110 §8.4).
    return createEncodedReader({ text, headers, decoders, encodings: known.reverse() }, done)
  }
  // `none`, `utf-8`, `aws-chunked`: mostly no encoding at all. Where it is one, not to find the text says nothing.
  return createPlainReader(createSearcher(text, headers), 'undecodable', done)
}

function createPlainReader(searcher: Searcher, otherwise: BodySearch, done: (found: BodySearch) => void): BodyReader {
  let isOver = false
  let isEmpty = true
  const finish = (found: BodySearch) => {
    isOver = true
    done(found === 'found' || isEmpty || otherwise === 'absent' ? found : otherwise)
  }
  return {
    push(chunk) {
      if (isOver) return false
      isEmpty &&= chunk.length === 0
      const result = searcher.push(chunk)
      if (result !== null) finish(result)
      return result === null
    },
    end() {
      if (!isOver) finish(searcher.end())
    },
    close() {
      isOver = true
    },
  }
}

interface EncodedOptions extends BodyReaderOptions {
  /** In the order in which they come off. */
  readonly encodings: readonly Encoding[]
}

function createEncodedReader(options: EncodedOptions, done: (found: BodySearch) => void): BodyReader {
  const collected = createCollected(WIRE_BYTES)
  let nextLookBytes = FIRST_LOOK_BYTES
  let decoding: Decoding | null = null
  let isLooking = false
  let isOver = false
  let isEnded = false

  /** Takes one encoding off; what comes out goes to `take`. */
  const takeOff = (encoding: Encoding, bytes: Buffer, take: (piece: Buffer) => boolean) => {
    decoding = options.decoders.decode({ encoding, bytes, take })
    return decoding.done
  }
  /** Decodes from the start: nothing is held between two looks but the bytes themselves. */
  const look = async () => {
    isLooking = true
    const isLast = isEnded
    let bytes = collected.bytes()
    let end: DecodeEnd = collected.isFull ? 'beyond' : 'whole'
    const searcher = createSearcher(options.text, options.headers)
    let found: BodySearch | null = null
    for (const [index, encoding] of options.encodings.entries()) {
      // Nothing at all is an empty body, whatever its encoding.
      if (bytes.length === 0) break
      const isInner = index === options.encodings.length - 1
      const inner = createCollected(TEXT_BYTES)
      const ended = await takeOff(encoding, bytes, (piece) => {
        if (!isInner) inner.add(piece)
        else found ??= searcher.push(piece)
        return found === null
      })
      if (ended === 'beyond' || ended === 'broken') end = ended
      bytes = inner.bytes()
    }
    isLooking = false
    if (isOver) return
    const result = resultOf(found ?? searcher.end(), end)
    if (result !== 'absent' || isLast) finish(result)
    else if (isEnded) void look()
  }
  const finish = (found: BodySearch) => {
    isOver = true
    done(found)
  }
  const endNow = () => {
    if (isOver || isEnded) return
    isEnded = true
    if (!isLooking) void look()
  }

  return {
    push(chunk) {
      if (isOver || isEnded) return false
      collected.add(chunk)
      if (collected.isFull) endNow()
      else if (collected.length >= nextLookBytes && !isLooking) {
        nextLookBytes = collected.length * 4
        void look()
      }
      return !isEnded
    },
    end: endNow,
    close() {
      isOver = true
      decoding?.cancel()
    },
  }
}

/** What is not found in a part of the text, or in what is broken, is not absent. */
function resultOf(found: BodySearch, end: DecodeEnd): BodySearch {
  if (found === 'found') return found
  if (end === 'broken') return 'undecodable'
  return end === 'beyond' ? 'beyond' : found
}

/** The encodings in the order in which they were put on. */
function encodingsOf(headers: RawHeaders): readonly string[] {
  return headerValues(headers, 'content-encoding')
    .flatMap((value) => value.split(',', ENCODINGS_MAX + 1))
    .map((name) =>
      name
        .trim()
        .toLowerCase()
        .replace(/^x-gzip$/, 'gzip'),
    )
    .filter((name) => name !== '' && name !== 'identity')
}

interface Searcher {
  /** null: not yet found, go on. */
  push(chunk: Buffer): BodySearch | null
  end(): BodySearch
}

/** Decodes characters and searches; keeps no more than the length of the text. */
function createSearcher(text: string, headers: RawHeaders): Searcher {
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
    push(chunk) {
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
    end() {
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
