// Decodes characters and searches in them, in the first 1 MiB; keeps no more than the length of the text looked for.

import { TextDecoder } from 'node:util'
import type { BodySearch } from '../../words/reply.js'
import { headerValues, type RawHeaders } from '../wire/reply-headers.js'

/** The most that is searched, and what comes out of a decoder at most. */
export const TEXT_BYTES = 1_048_576

/** Is given a text piece by piece. */
export interface TextSearch {
  /** null: not yet found, go on. */
  push(chunk: Buffer): BodySearch | null
  end(): BodySearch
}

/** Looks for `text`, in the charset that the headers or the bytes themselves name. */
export function createTextSearch(text: string, headers: RawHeaders): TextSearch {
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
