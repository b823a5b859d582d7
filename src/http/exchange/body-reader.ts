// Looks for a text in a body as it comes. A plain body is searched piece by piece and nothing of it is kept; an encoded
// one is kept and decoded.

import type { BodySearch } from '../../words/reply.js'
import { headerValues, type RawHeaders } from '../wire/reply-headers.js'
import type { Decoders, Encoding } from './decoders.js'
import { EncodedReader } from './encoded-reader.js'
import { createTextSearch, type TextSearch } from './text-search.js'

/** What is asked for where a body is read; nothing else is sent that we could not take off again. */
export const ACCEPT_ENCODING = 'gzip, deflate, br'

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

/** Makes the reader of a body that is kept; it says `absent` at its end, because nothing was looked for. */
export type KeepBody = (done: (found: BodySearch) => void) => BodyReader

/** A whole body that is kept, ms: 50 MB within it are 85 KB/s. */
const KEEP_MS = 600_000

/** How long the next piece of a body that is kept may take: each has the time of an answer, and all of them an end. */
export function keepTimeMs(timeoutMs: number, keptMs: number): number {
  return Math.max(1, Math.min(timeoutMs, KEEP_MS - keptMs))
}

export interface BodyReaderOptions {
  readonly text: string
  readonly keep?: KeepBody | undefined
  readonly headers: RawHeaders
  readonly decoders: Decoders
}

/** Searches a body with these headers. `done` is called once, perhaps within `push` or `end`. */
export function createBodyReader(options: BodyReaderOptions, done: (found: BodySearch) => void): BodyReader {
  const { text, keep, headers, decoders } = options
  if (keep !== undefined) return keep(done)
  const names = encodingsOf(headers)
  if (names.length === 0) return createPlainReader(createTextSearch(text, headers), 'absent', done)
  const known = names.filter((name): name is Encoding => name === 'gzip' || name === 'deflate' || name === 'br')
  if (known.length === names.length && known.length <= ENCODINGS_MAX) {
    // The last encoding was put on last, so it comes off first (RFC 9110 §8.4).
    return new EncodedReader({
      search: () => createTextSearch(text, headers),
      decoders,
      encodings: known.reverse(),
      done,
    })
  }
  // `none`, `utf-8`, `aws-chunked`: mostly no encoding at all. Where it is one, not to find the text says nothing.
  return createPlainReader(createTextSearch(text, headers), 'undecodable', done)
}

function createPlainReader(search: TextSearch, otherwise: BodySearch, done: (found: BodySearch) => void): BodyReader {
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
      const result = search.push(chunk)
      if (result !== null) finish(result)
      return result === null
    },
    end() {
      if (!isOver) finish(search.end())
    },
    close() {
      isOver = true
    },
  }
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
