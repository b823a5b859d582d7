// Bytes in, lines out, at any cut: LF, CRLF or a lone CR, with or without a last one. Never holds more than one line, and
// no more of that than is asked for, whatever comes, and never gives two results for the same bytes cut in two ways.

import { isAscii, isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import { HeldLine, MAX_LINE_BYTES } from './held-line.js'
import { decodeWindows1252 } from './windows-1252.js'

/** How the bytes of a list are read; UTF-8 includes Windows-1252, line by line. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/**
 * A line that cannot be a target: over 64 KiB, with NUL in it, or (the reader says so) cut off where its input broke.
 * `head` is its first 200 characters at most.
 */
export interface FaultyLine {
  readonly fault: 'overlong' | 'nul' | 'cut-off'
  readonly head: string
}

/** One line without its line break. A string may be a slice of its chunk: copy what is kept for long. */
export type Line = string | FaultyLine

/** Takes chunks in order; every call returns the lines that are now complete. */
export interface LineSplitter {
  push(chunk: Uint8Array): readonly Line[]
  /** What is left after the last line break: no line or one. */
  end(): readonly Line[]
  /** 1-based number of the first line that was not UTF-8 and was read as Windows-1252; null while there is none. */
  firstLegacyLine(): number | null
  /** Bytes held between two calls, for tests: at most those of the longest line. */
  heldBytes(): number
}

/** What is shown of a line that cannot be read. */
export const HEAD_CHARACTERS = 200
const LF = 10
const CR = 13
const NONE: readonly Line[] = []

/** A splitter for one input, by default with lines of up to 64 KiB, whose byte order mark, if any, is already taken off. Some 20 million lines of ASCII a second. */
export function createLineSplitter(encoding: Encoding = 'utf-8', maxBytes = MAX_LINE_BYTES): LineSplitter {
  return new Splitter(encoding, maxBytes)
}

class Splitter implements LineSplitter {
  readonly #decoder: TextDecoder | null
  readonly #held: HeldLine
  readonly #maxBytes: number
  /** The last byte was a CR that ended a line: an LF now belongs to it. */
  #afterCr = false
  #lineCount = 0
  #legacyLine: number | null = null

  constructor(encoding: Encoding, maxBytes: number) {
    this.#held = new HeldLine(maxBytes)
    this.#maxBytes = maxBytes
    this.#decoder = encoding === 'utf-8' ? null : new TextDecoder(encoding, { ignoreBOM: true })
  }

  push(chunk: Uint8Array): readonly Line[] {
    if (this.#decoder === null) return this.#split(asBuffer(chunk))
    return this.#split(Buffer.from(this.#decoder.decode(chunk, { stream: true })))
  }

  end(): readonly Line[] {
    const last = this.#decoder === null ? NONE : this.#split(Buffer.from(this.#decoder.decode()))
    return this.#held.isEmpty ? last : [...last, this.#takeHeld(0)]
  }

  firstLegacyLine(): number | null {
    return this.#legacyLine
  }

  heldBytes(): number {
    return this.#held.length
  }

  #split(bytes: Buffer): readonly Line[] {
    const lines: Line[] = []
    // In pieces, so that no line between two breaks of one piece can be overlong.
    for (let at = 0; at < bytes.length; at += this.#maxBytes) {
      this.#splitPiece(bytes.subarray(at, at + this.#maxBytes), lines)
    }
    this.#lineCount += lines.length
    return lines
  }

  #splitPiece(piece: Buffer, lines: Line[]): void {
    let start = this.#afterCr && piece[0] === LF ? 1 : 0
    this.#afterCr = false
    if (!this.#held.isEmpty) {
      const end = firstBreak(piece, start)
      this.#held.add(piece.subarray(start, end === -1 ? piece.length : end))
      if (end === -1) return
      lines.push(this.#takeHeld(lines.length))
      start = afterBreak(piece, end)
    }
    const stop = Math.max(piece.lastIndexOf(LF), piece.lastIndexOf(CR)) + 1
    if (stop > start) this.#splitWhole(piece.subarray(start, stop), lines)
    this.#held.add(piece.subarray(Math.max(start, stop)))
    this.#afterCr = piece[piece.length - 1] === CR
  }

  /** Bytes that end with a line break: decoded at one go where all of them are alike. */
  #splitWhole(bytes: Buffer, lines: Line[]): void {
    const text = bytes.includes(0) ? null : decode(bytes)
    if (text !== null) {
      splitText(text, lines)
      return
    }
    for (let start = 0; start < bytes.length; ) {
      const end = firstBreak(bytes, start)
      lines.push(this.#readLine(bytes.subarray(start, end), lines.length))
      start = afterBreak(bytes, end)
    }
  }

  /** `before`: lines of these bytes that come before it. */
  #readLine(bytes: Buffer, before: number): Line {
    if (bytes.includes(0)) return { fault: 'nul', head: headOf(bytes) }
    const text = decode(bytes)
    if (text !== null) return text
    this.#legacyLine ??= this.#lineCount + before + 1
    return decodeWindows1252(bytes)
  }

  #takeHeld(before: number): Line {
    const { isOverlong } = this.#held
    const bytes = this.#held.take()
    return isOverlong ? { fault: 'overlong', head: headOf(bytes) } : this.#readLine(bytes, before)
  }
}

/** Lines of a text that ends with a line break: 20 ns a line, 90 ns where there are CRs. */
function splitText(text: string, lines: Line[]): void {
  const found = text.includes('\r') ? text.split(/\r\n?|\n/) : text.split('\n')
  for (let at = 0; at < found.length - 1; at++) lines.push(found[at]!)
}

/** Null where the bytes are not UTF-8. ASCII, the usual case, becomes a string of one byte a character. */
function decode(bytes: Buffer): string | null {
  if (isAscii(bytes)) return bytes.toString('latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : null
}

/** The first characters; the cut falls between two characters of UTF-8, which has four bytes a character at most. */
function headOf(line: Buffer): string {
  let end = Math.min(line.length, HEAD_CHARACTERS * 4)
  while (end > 0 && end < line.length && (line[end]! & 0xc0) === 0x80) end--
  const start = line.subarray(0, end)
  const text = (decode(start) ?? decodeWindows1252(start)).slice(0, HEAD_CHARACTERS)
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text
}

function firstBreak(bytes: Buffer, from: number): number {
  const lf = bytes.indexOf(LF, from)
  // Only what lies before the LF can hold an earlier CR.
  const cr = (lf === -1 ? bytes : bytes.subarray(0, lf)).indexOf(CR, from)
  return cr === -1 ? lf : cr
}

/** Behind the line break at `end`: CR and LF are one. */
function afterBreak(bytes: Buffer, end: number): number {
  return end + (bytes[end] === CR && bytes[end + 1] === LF ? 2 : 1)
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
