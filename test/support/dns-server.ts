// A scriptable DNS server: what it says of each name and type is data, and it counts what it was asked. On UDP, and on TCP
// for what it calls truncated.

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, isIPv4 } from 'node:net'
import type { Closable } from './close-after-test.js'

/** The types a lookup asks for. */
export type DnsType = 'A' | 'AAAA' | 'NS' | 'SOA'

/** What the server says to one question; everything left out is the ordinary answer. */
export interface DnsReply {
  /** IPv4 for A, IPv6 for AAAA; default none, which is NODATA. */
  readonly addresses?: readonly string[]
  /** Time to live in s; default 60. */
  readonly ttl?: number
  readonly rcode?: keyof typeof RCODES
  /** Answered when this many ms are over, or when the promise resolves; default at once. */
  readonly after?: number | Promise<unknown>
  /** Never answered. */
  readonly drop?: boolean
  /** Bytes made of the question instead of an answer. */
  readonly bytes?: (query: Buffer) => Buffer
  /** Over UDP only the head, with the mark that there is more. */
  readonly truncated?: boolean
}

/** Names in lower case without a dot at the end. A list: one reply a question in turn, the last one again and again. */
export type DnsZone = Readonly<Record<string, Readonly<Partial<Record<DnsType, DnsReply | readonly DnsReply[]>>>>>

export interface DnsServer extends Closable {
  /** `127.0.0.1:port`, as `--dns-server` takes it. */
  readonly address: string
  /** How often this was asked; without a type of both, without a name of all. */
  asked(name?: string, type?: DnsType): number
}

const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const
const TYPES: Readonly<Record<number, DnsType>> = { 1: 'A', 2: 'NS', 6: 'SOA', 28: 'AAAA' }
const NXDOMAIN: DnsReply = { rcode: 'NXDOMAIN' }

export const dropped: DnsReply = { drop: true }
export const nodata: DnsReply = {}
export const answer = (...addresses: string[]): DnsReply => ({ addresses })
export const failing = (rcode: keyof typeof RCODES): DnsReply => ({ rcode })
export const sending = (bytes: (query: Buffer) => Buffer): DnsReply => ({ bytes })

/** Listens on 127.0.0.1. A name that is not in the zone is NXDOMAIN, a type that is not there NODATA. */
export async function startDnsServer(zone: DnsZone): Promise<DnsServer> {
  const socket = createSocket('udp4')
  const questions: { name: string; type: DnsType }[] = []
  let isOpen = true

  const asked = (name?: string, type?: DnsType) =>
    questions.filter((one) => (name ?? one.name) === one.name && (type ?? one.type) === one.type).length

  const answerTo = async (query: Buffer, send: (bytes: Buffer) => void, isUdp: boolean) => {
    const { name, type, end } = readQuestion(query)
    const replies = zone[name] ? (zone[name][type] ?? nodata) : NXDOMAIN
    const list: readonly DnsReply[] = Array.isArray(replies) ? replies : [replies]
    const reply = list[Math.min(asked(name, type), list.length - 1)]!
    questions.push({ name, type })
    if (reply.drop) return
    if (typeof reply.after === 'number') await new Promise((resolve) => setTimeout(resolve, Number(reply.after)))
    else await reply.after
    if (!isOpen) return
    const question = query.subarray(0, end)
    if (isUdp && reply.truncated) {
      const head = writeReply(question, type, {})
      head[2]! |= 0x02
      send(head)
    } else send(reply.bytes ? reply.bytes(question) : writeReply(question, type, reply))
  }
  socket.on('message', (query, from) => answerTo(query, (bytes) => socket.send(bytes, from.port, from.address), true))
  const streams = createServer((stream) => {
    stream.on('error', () => {})
    stream.once('data', (message) => {
      const send = (bytes: Buffer) =>
        stream.end(Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 255), bytes]))
      void answerTo(message.subarray(2), send, false)
    })
  })
  const isLong = Object.values(zone).some((types) =>
    Object.values(types)
      .flat()
      .some(({ truncated }) => truncated),
  )
  // TCP first: a port that is free there is free for UDP more often than the other way round.
  if (isLong) await once(streams.listen(0, '127.0.0.1'), 'listening')
  socket.bind(isLong ? (streams.address() as AddressInfo).port : 0, '127.0.0.1')
  await once(socket, 'listening')

  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    async close() {
      if (!isOpen) return
      isOpen = false
      const closed = once(socket, 'close')
      socket.close()
      streams.close()
      await closed
    },
  }
}

/** The one question of a query (RFC 1035 §4.1.2); `end` is where it ends. */
function readQuestion(query: Buffer): { name: string; type: DnsType; end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: TYPES[query.readUInt16BE(at + 1)]!, end: at + 5 }
}

/** Header, question and answers (RFC 1035 §4.1); each answer names the question's name by a pointer to byte 12. */
function writeReply(
  question: Buffer,
  type: DnsType,
  { addresses = [], ttl = 60, rcode = 'NOERROR' }: DnsReply,
): Buffer {
  const head = Buffer.from(question)
  head.set([0x81, 0x80 | RCODES[rcode], 0, 1, 0, addresses.length, 0, 0, 0, 0], 2)
  const records = addresses.map((address) => {
    const bytes = isIPv4(address) ? address.split('.').map(Number) : ipv6Bytes(address)
    const record = Buffer.from([0xc0, 12, 0, type === 'A' ? 1 : 28, 0, 1, 0, 0, 0, 0, 0, bytes.length, ...bytes])
    record.writeUInt32BE(ttl, 6)
    return record
  })
  return Buffer.concat([head, ...records])
}

function ipv6Bytes(address: string): number[] {
  const [left = '', right] = address.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const tail = right === undefined ? [] : groups(right)
  const zeros = Array(8 - groups(left).length - tail.length).fill(0)
  return [...groups(left), ...zeros, ...tail].flatMap((group) => [group >> 8, group & 255])
}
