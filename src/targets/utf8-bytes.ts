// The bytes of a list as UTF-8, for parsers that know nothing else: UTF-16 as its byte order mark says, and Windows-1252
// line by line where bytes are no UTF-8. Every chunk is the reader's to keep.

import { isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import type { InputBytes } from './formats/input-format.js'
import type { Encoding } from './split-lines.js'
import { decodeWindows1252 } from './windows-1252.js'

const LF = 10

/** `onLegacy` is called once, when there is something that is not UTF-8. */
export async function* utf8Bytes(
  bytes: InputBytes,
  encoding: Encoding,
  onLegacy: () => void,
): AsyncGenerator<Buffer, void, undefined> {
  if (encoding !== 'utf-8') {
    const decoder = new TextDecoder(encoding, { ignoreBOM: true })
    for await (const chunk of bytes) yield Buffer.from(decoder.decode(chunk, { stream: true }))
    yield Buffer.from(decoder.decode())
    return
  }
  let legacy = false
  /** The start of a character whose end has not come. */
  let held = Buffer.alloc(0)
  for await (const chunk of bytes) {
    const whole = Buffer.concat([held, chunk])
    const end = endOfCharacters(whole)
    held = whole.subarray(end)
    const part = whole.subarray(0, end)
    if (isUtf8(part)) {
      yield part
      continue
    }
    if (!legacy) onLegacy()
    legacy = true
    yield lineByLine(part)
  }
  if (held.length > 0) yield lineByLine(held)
}

/** Where the last character begins if it may go on in the next chunk, else the end. */
function endOfCharacters(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!
    if ((byte & 0xc0) === 0x80) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

function lineByLine(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let start = 0; start < bytes.length; ) {
    const lf = bytes.indexOf(LF, start)
    const end = lf === -1 ? bytes.length : lf + 1
    const line = bytes.subarray(start, end)
    parts.push(isUtf8(line) ? line : Buffer.from(decodeWindows1252(line)))
    start = end
  }
  return Buffer.concat(parts)
}
