// The headers of an answer, read from the raw bytes only where somebody asks: a status check needs two or three of
// them, and turning all into strings costs more than the rest of the exchange.

import type { ReplyHeaders } from '../../words/reply.js'

/** Name, value, name, value, as undici's parser cuts them from the wire. */
export type RawHeaders = readonly Buffer[]

/** What stands for "no headers": the answer never came. */
export const NO_HEADERS: ReplyHeaders = { get: () => null, toJSON: () => ({}) }

/** Reads on demand; a value is UTF-8 where its bytes are valid UTF-8, else latin1 (RFC 9110 §5.5). */
export function createReplyHeaders(raw: RawHeaders): ReplyHeaders {
  return new RawReplyHeaders(detached(raw))
}

/** What a small answer brings in one piece, body and all. */
const SMALL_PIECE_BYTES = 8192

/** Copies where the headers would keep much more alive than themselves: they are cut from what came with them. */
export function detached(raw: RawHeaders): RawHeaders {
  const [first] = raw
  if (first === undefined || first.buffer.byteLength <= SMALL_PIECE_BYTES) return raw
  // Not from the pool, as `Buffer.concat` would: since Node 24 that is 64 KiB, and a field would keep all of it alive.
  const bytes = Buffer.allocUnsafeSlow(raw.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  return raw.map((field) => {
    field.copy(bytes, at)
    at += field.length
    return bytes.subarray(at - field.length, at)
  })
}

class RawReplyHeaders implements ReplyHeaders {
  readonly #raw: RawHeaders

  constructor(raw: RawHeaders) {
    this.#raw = raw
  }

  get(name: string): string | null {
    const raw = this.#raw
    for (let at = 0; at + 1 < raw.length; at += 2) {
      if (isNamed(raw[at]!, name)) return (name === 'location' ? locationsOf(raw) : headerValues(raw, name)).join(', ')
    }
    // Only here: we ask by lower-case names, and mostly for what is not there.
    const lower = name.toLowerCase()
    return lower === name ? null : this.get(lower)
  }

  toJSON(): Record<string, string> {
    const names = this.#raw.filter((_, at) => at % 2 === 0).map((name) => decodeField(name).toLowerCase())
    // Not by assignment: `__proto__` is a token too.
    return Object.fromEntries(names.map((name) => [name, this.get(name) ?? '']))
  }
}

/** All values of a header by its lower-case name, in order. */
export function headerValues(raw: RawHeaders, name: string): string[] {
  const values: string[] = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (isNamed(raw[i]!, name)) values.push(decodeField(raw[i + 1]!))
  }
  return values
}

/** Each Location once. Where it is not UTF-8 its bytes are kept as `%XX`, which is what curl and browsers then ask for. */
export function locationsOf(raw: RawHeaders): string[] {
  const values = new Set<string>()
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (isNamed(raw[i]!, 'location')) values.add(decodeUtf8(raw[i + 1]!) ?? percentEncoded(raw[i + 1]!))
  }
  return [...values]
}

function percentEncoded(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** The same byte for character (latin1), for what is sent back as it came. */
export function headerBytes(raw: RawHeaders, name: string): string[] {
  const values: string[] = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (isNamed(raw[i]!, name)) values.push(raw[i + 1]!.toString('latin1'))
  }
  return values
}

/** The Content-Length, or -1 where there is none that is a plain number. */
export function contentLengthOf(raw: RawHeaders): number {
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (!isNamed(raw[i]!, 'content-length')) continue
    const text = raw[i + 1]!.toString('latin1')
    return /^\d{1,15}$/.test(text) ? Number(text) : -1
  }
  return -1
}

function isNamed(field: Buffer, name: string): boolean {
  if (field.length !== name.length) return false
  for (let i = 0; i < name.length; i++) {
    const byte = field[i]!
    // ASCII letters to lower case; a name is a token, so nothing else differs by this bit.
    if ((byte >= 65 && byte <= 90 ? byte | 32 : byte) !== name.charCodeAt(i)) return false
  }
  return true
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes from the wire as text: UTF-8 where valid, else latin1. */
export function decodeField(bytes: Buffer): string {
  return decodeUtf8(bytes) ?? bytes.toString('latin1')
}

function decodeUtf8(bytes: Buffer): string | null {
  let ascii = true
  for (let i = 0; i < bytes.length && ascii; i++) ascii = bytes[i]! < 128
  if (ascii) return bytes.toString('latin1')
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}
