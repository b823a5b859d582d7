// Questions to DNS and what its messages say (RFC 1035 §4). Whatever a server sends, reading it never throws, and nothing
// is read that is not there.

import { withoutTrailingDot } from '../../words/without-trailing-dot.js'
import type { Address } from './address.js'

/** Addresses and how long they hold in s. */
export interface Found {
  readonly addresses: readonly Address[]
  readonly ttlS: number
}

/** The code of what went wrong, in c-ares' names. `ENODATA`: the name exists, but has no address of that family. */
export interface NoAddress {
  readonly code: string
}

/** What came of a question. */
export type Answer = Found | NoAddress

/** What is asked of a name. Of `NS` and `SOA` only this is told: the name exists (`ENODATA`), or what is wrong. */
export interface Query {
  readonly hostname: string
  readonly type: 'A' | 'AAAA' | 'NS' | 'SOA'
}

/** A question as it was sent. */
export interface SentQuery {
  readonly bytes: Buffer
  readonly type: Query['type']
}

/** What a message says: an answer, which may be only the beginning of one (to be asked again over TCP). */
export interface Reading {
  readonly answer: Answer
  readonly isTruncated: boolean
}

const TYPES = { A: 1, NS: 2, CNAME: 5, SOA: 6, AAAA: 28 } as const
const INTERNET = 1
/** RFC 1035 §4.1.1, and the second and third byte of its flags. */
const HEADER_BYTES = 12
const FLAGS = { isAnswer: 0x80, isAuthority: 0x04, isTruncated: 0x02, wantsRecursion: 0x01, asksOthers: 0x80 } as const
const CODES: Readonly<Record<number, string>> = {
  1: 'EFORMERR',
  2: 'ESERVFAIL',
  3: 'ENOTFOUND',
  4: 'ENOTIMP',
  5: 'EREFUSED',
}
const BAD: Answer = { code: 'EBADRESP' }

/** Whether DNS can hold a name: 253 characters, labels of 1 to 63 (RFC 1035 §2.3.4). A dot at the end is no label. */
export function isDnsName(hostname: string): boolean {
  const name = withoutTrailingDot(hostname)
  return name.length <= 253 && name.split('.').every((label) => label.length > 0 && label.length <= 63)
}

/** The bytes of a question about a name that DNS can hold. */
export function writeQuery(id: number, { hostname, type }: Query): Buffer {
  const name = withoutTrailingDot(hostname)
  const message = Buffer.alloc(HEADER_BYTES + name.length + 2 + 4)
  message.writeUInt16BE(id, 0)
  message[2] = FLAGS.wantsRecursion
  message[5] = 1
  let at = HEADER_BYTES
  for (const label of name.split('.')) {
    message[at] = label.length
    message.write(label, at + 1, 'latin1')
    at += 1 + label.length
  }
  message.writeUInt16BE(TYPES[type], at + 1)
  message.writeUInt16BE(INTERNET, at + 3)
  return message
}

/** The id of a message; null when it is no answer at all. */
export function idOf(message: Buffer): number | null {
  return message.length >= HEADER_BYTES && (message[2]! & FLAGS.isAnswer) !== 0 ? message.readUInt16BE(0) : null
}

/** What a message says to a question as it was sent; null when it is about another one, or about nothing. */
export function readMessage(message: Buffer, { bytes: query, type }: SentQuery): Reading | null {
  const isTruncated = (message[2]! & FLAGS.isTruncated) !== 0
  const code = message[3]! & 0x0f
  const isBare = message.readUInt16BE(4) === 0
  // A server that fails may do so with nothing but a header; one that knows, or does not know, a name has to name it.
  if (isBare) return code === 0 || code === 3 ? null : { answer: { code: codeOf(code) }, isTruncated: false }
  if (message.readUInt16BE(4) !== 1) return { answer: BAD, isTruncated }
  const isShort = message.length < query.length
  if (isShort) return { answer: BAD, isTruncated }
  if (!isSameQuestion(message, query)) return null
  return { answer: answerOf(message, { at: query.length, code, type }), isTruncated }
}

/** Letters may come back in another case. */
function isSameQuestion(message: Buffer, query: Buffer): boolean {
  for (let at = HEADER_BYTES; at < query.length; at++) {
    if (lower(message[at]!) !== lower(query[at]!)) return false
  }
  return true
}

function answerOf(message: Buffer, about: { at: number; code: number; type: Query['type'] }): Answer {
  const { code, type } = about
  const [answers, authorities, more] = [6, 8, 10].map((at) => message.readUInt16BE(at)) as [number, number, number]
  const wanted = type === 'A' || type === 'AAAA' ? type : null
  const found = readRecords(message, { at: about.at, count: answers, wanted })
  if (found === null) return BAD
  if (code === 0 && found.addresses.length > 0) return { addresses: found.addresses, ttlS: found.ttlS }
  // What says no is read to its end: a name is not dead because of bytes that make no sense.
  if (readRecords(message, { at: found.end, count: authorities + more, wanted: null }) === null) return BAD
  if (code !== 0) return { code: codeOf(code) }
  // One that neither knows of the name nor asks others says so with nothing at all, which is no answer (so glibc).
  const isLame = answers + authorities + more === 0 && (message[2]! & FLAGS.isAuthority) === 0
  return { code: isLame && (message[3]! & FLAGS.asksOthers) === 0 ? 'EREFUSED' : 'ENODATA' }
}

/** The addresses of so many records, and where they end; null when they are not all there. */
function readRecords(
  message: Buffer,
  { at, count, wanted }: { at: number; count: number; wanted: 'A' | 'AAAA' | null },
): (Found & { readonly end: number }) | null {
  const addresses: Address[] = []
  let ttlS = Number.POSITIVE_INFINITY
  let end = at
  for (let left = count; left > 0; left--) {
    const start = endOfName(message, end)
    if (start === null || start + 10 > message.length) return null
    const type = message.readUInt16BE(start)
    const bytes = message.readUInt16BE(start + 8)
    const data = start + 10
    end = data + bytes
    if (end > message.length) return null
    if (wanted === null || (type !== TYPES[wanted] && type !== TYPES.CNAME)) continue
    ttlS = Math.min(ttlS, ttlAt(message, start + 4))
    if (type === TYPES.CNAME) continue
    if (bytes !== (wanted === 'A' ? 4 : 16)) return null
    addresses.push(wanted === 'A' ? ipv4At(message, data) : ipv6At(message, data))
  }
  return { addresses, ttlS, end }
}

/** A name has 127 labels at most (RFC 1035 §2.3.4), and needs no more pointers. */
const NAME_STEPS = 255

/** Where a name ends that begins there; null when it does not. Pointers go back only (RFC 1035 §4.1.4), so there is no circle. */
function endOfName(message: Buffer, start: number): number | null {
  let at = start
  let end: number | null = null
  let before = start
  for (let step = 0; step < NAME_STEPS; step++) {
    const length = message[at]
    if (length === undefined) return null
    if (length === 0) return end ?? at + 1
    if (length < 0x40) {
      at += 1 + length
      continue
    }
    if (length < 0xc0 || at + 1 >= message.length) return null
    end ??= at + 2
    at = message.readUInt16BE(at) & 0x3fff
    if (at >= before || at < HEADER_BYTES) return null
    before = at
  }
  return null
}

/** In s; one with its first bit set is 0 (RFC 2181 §8). */
function ttlAt(message: Buffer, at: number): number {
  const ttlS = message.readUInt32BE(at)
  return ttlS >= 2 ** 31 ? 0 : ttlS
}

function ipv4At(message: Buffer, at: number): Address {
  return { address: `${message[at]}.${message[at + 1]}.${message[at + 2]}.${message[at + 3]}`, family: 4 }
}

/** As everybody writes it, which is for the URL parser to know (RFC 5952). */
function ipv6At(message: Buffer, start: number): Address {
  const groups: string[] = []
  for (let at = start; at < start + 16; at += 2) groups.push(message.readUInt16BE(at).toString(16))
  return { address: new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1), family: 6 }
}

function codeOf(code: number): string {
  return CODES[code] ?? 'EBADRESP'
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte
}
