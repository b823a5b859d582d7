// What a list is, told by its name and its first bytes, and how it is going to be read. Whatever is wrong with it that can
// be seen here is a `UsageError` of one line, before anything is asked.

import { UsageError } from '../settings/errors.js'
import type { InputFormatName } from '../settings/input-formats.js'
import type { ChosenColumns } from './chosen-columns.js'
import { detectFormat, isTellable } from './detect-format.js'
import { INPUT_FORMATS } from './formats/index.js'
import type { ReadTargets } from './formats/input-format.js'
import { sniff } from './sniff.js'
import type { Encoding } from './split-lines.js'
import { decodeWindows1252 } from './windows-1252.js'

/** What is known before the look. */
export interface Known {
  /** A file, a URL, or `-`. */
  readonly name: string
  /** As the user said; null: it has to be told. */
  readonly format: InputFormatName | null
  readonly columns: ChosenColumns
}

/** What the look brought. */
export interface Looked {
  readonly encoding: Encoding
  readonly bomBytes: number
  /** A sentence about an encoding that was guessed; null when nothing was. */
  readonly notice: string | null
  readonly format: InputFormatName
  readonly read: ReadTargets
}

/** `stdin`, or the name. */
export function shownName(name: string): string {
  return name === '-' ? 'stdin' : name
}

/** Looks at the first bytes, 64 KiB at most. Throws `UsageError`. */
export function lookAt({ name, format: named, columns }: Known, bytes: Uint8Array, isWhole: boolean): Looked {
  const sniffed = sniff(bytes)
  const shown = shownName(name)
  if (sniffed.binary !== null) {
    const file = name === '-' ? '' : ` ${name}`
    const unpack = sniffed.unpack === null ? '' : `; try: ${sniffed.unpack}${file} | scrape-status`
    const advice = sniffed.advice === null ? unpack : `; ${sniffed.advice}`
    throw new UsageError(`${shown} is ${sniffed.binary}, not a list of URLs${advice}`)
  }
  const { encoding, bomBytes, guessed } = sniffed
  const head = decode(bytes.subarray(bomBytes), encoding)
  const format = named ?? detectFormat(name, head)
  const { look } = INPUT_FORMATS[format]
  const notice = guessed ? `${shown} is read as UTF-16, though it has no byte order mark` : null
  const read = look({ shown, head, isWhole, isNamed: named !== null, columns })
  return { encoding, bomBytes, notice, format, read }
}

/** Whether what has come of a pipe is enough to look at. */
export function isEnough({ name, format, columns }: Known, bytes: Uint8Array): boolean {
  const sniffed = sniff(bytes)
  if (sniffed.binary !== null) return true
  const head = decode(bytes.subarray(sniffed.bomBytes), sniffed.encoding)
  if (format === null && !isTellable(head)) return false
  return INPUT_FORMATS[format ?? detectFormat(name, head)].isEnough?.(head, columns) ?? true
}

function decode(bytes: Uint8Array, encoding: Encoding): string {
  if (encoding !== 'utf-8') return new TextDecoder(encoding).decode(bytes)
  const text = new TextDecoder().decode(bytes)
  return text.includes('\ufffd') ? decodeWindows1252(Buffer.from(bytes)) : text
}
