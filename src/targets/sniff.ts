// What an input is, told by its first bytes: which encoding, or why it is no text. Never reads, never decides by a name.

import { CHUNK_BYTES } from './byte-source.js'
import type { Encoding } from './split-lines.js'

/** Text: how to decode it, and how many bytes of a byte order mark to leave out. */
export interface SniffedText {
  readonly binary: null
  readonly encoding: Encoding
  readonly bomBytes: number
  /** True for UTF-16 without a byte order mark. */
  readonly guessed: boolean
}

/** No text: what it is (`gzip`), and the command that makes text of it (`zcat`) or what else to do, where there is such. */
export interface SniffedBinary {
  readonly binary: string
  readonly unpack: string | null
  readonly advice: string | null
}

/** How many bytes are looked at. */
export const SNIFF_BYTES = CHUNK_BYTES
/** Where NULs are counted to tell UTF-16 without a byte order mark, and the share of them that says so. */
const UTF16_BYTES = 1024
const UTF16_SHARE = 0.2
/** Fewer bytes prove nothing. */
const UTF16_LEAST = 8

const ZIP = 'a zip archive'
const MAGIC: readonly (readonly [start: string, name: string, unpack: string | null])[] = [
  ['\x1f\x8b', 'gzip', 'zcat'],
  ['PK\x03\x04', ZIP, 'unzip -p'],
  ['BZh', 'bzip2', 'bzcat'],
  ['\xfd7zXZ\x00', 'xz', 'xzcat'],
  ['\x28\xb5\x2f\xfd', 'zstd', 'zstdcat'],
  ['\x89PNG', 'a PNG image', null],
  ['%PDF-', 'a PDF', null],
  ['\xd0\xcf\x11\xe0', 'an Excel or Word file of before 2007', null],
  ['\xff\xfe\x00\x00', 'UTF-32', 'iconv -f UTF-32 -t UTF-8'],
]
/** `BZh` could start a host name; the block's mark behind the level cannot (bzip2 format). */
const BZIP2 = /^BZh[1-9]1AY&SY/

/** Looks at the first bytes of an input, 64 KiB at most. */
export function sniff(head: Uint8Array): SniffedText | SniffedBinary {
  const start = Buffer.from(head.subarray(0, 16)).toString('latin1')
  const magic = MAGIC.find(([mark, name]) => (name === 'bzip2' ? BZIP2.test(start) : start.startsWith(mark)))
  if (magic) return documentIn(head, magic[1]) ?? binary(magic[1], magic[2])
  if (start.startsWith('\xef\xbb\xbf')) return orNul(head, text('utf-8', 3))
  if (start.startsWith('\xff\xfe')) return text('utf-16le', 2)
  if (start.startsWith('\xfe\xff')) return text('utf-16be', 2)
  const guess = guessUtf16(head.subarray(0, UTF16_BYTES))
  return guess === null ? orNul(head, text('utf-8', 0)) : { ...text(guess, 0), guessed: true }
}

const AS_CSV = 'save the sheet with the URLs as CSV UTF-8 and give that'
const AS_TEXT = 'copy its links into a text file, one a line'

/** What office programs write is an archive too: its first names tell (ISO 29500-2, OpenDocument 1.3 part 2 §3.3). */
const DOCUMENTS: readonly (readonly [mark: RegExp, name: string, advice: string])[] = [
  [/^.{26,40}mimetypeapplication\/vnd\.oasis\.opendocument\.spreadsheet/s, 'an OpenDocument spreadsheet (ods)', AS_CSV],
  [/^.{26,40}mimetypeapplication\/vnd\.oasis\.opendocument/s, 'an OpenDocument file', AS_TEXT],
  [/\bxl\/(?:workbook|worksheets|_rels)/, 'an Excel workbook (xlsx)', AS_CSV],
  [/\bword\/(?:document|_rels)/, 'a Word document (docx)', AS_TEXT],
  [/^\xd0\xcf\x11\xe0/, 'an Excel or Word file of before 2007', AS_CSV],
  [/^%PDF-/, 'a PDF', AS_TEXT],
]

function documentIn(head: Uint8Array, magic: string): SniffedBinary | null {
  const start = Buffer.from(head).toString('latin1')
  const found = DOCUMENTS.find(([mark]) => mark.test(start))
  if (found !== undefined) return { binary: found[1], unpack: null, advice: found[2] }
  if (magic !== ZIP || !start.includes('[Content_Types].xml')) return null
  return { binary: 'an Office document', unpack: null, advice: AS_CSV }
}

function binary(name: string, unpack: string | null): SniffedBinary {
  return { binary: name, unpack, advice: null }
}

/** Whether a byte order mark may still be coming: then more must be read before `sniff` can tell. */
export function mayBecomeBom(head: Uint8Array): boolean {
  if (head.length === 0 || head.length > 2) return false
  if (head[0] === 0xef) return head.length === 1 || head[1] === 0xbb
  return head.length === 1 && (head[0] === 0xff || head[0] === 0xfe)
}

function text(encoding: Encoding, bomBytes: number): SniffedText {
  return { binary: null, encoding, bomBytes, guessed: false }
}

function orNul(head: Uint8Array, sniffed: SniffedText): SniffedText | SniffedBinary {
  return head.subarray(0, SNIFF_BYTES).includes(0) ? binary('binary (it has NUL bytes)', null) : sniffed
}

/** Latin letters in UTF-16 have NUL as every second byte: the odd ones when the small end comes first. */
function guessUtf16(head: Uint8Array): Encoding | null {
  let even = 0
  let odd = 0
  for (let at = 0; at < head.length; at++) {
    if (head[at] !== 0) continue
    if (at % 2 === 0) even++
    else odd++
  }
  if (head.length < UTF16_LEAST || even + odd <= head.length * UTF16_SHARE) return null
  if (even * 10 < odd) return 'utf-16le'
  return odd * 10 < even ? 'utf-16be' : null
}
