// The start of a list in hand, with gzip taken off: what is needed to tell what it is, before any of it is read.

import { type ByteSource, CHUNK_BYTES, withHead } from './byte-source.js'
import { gunzip, isGzip } from './gunzip.js'
import { mayBecomeBom } from './sniff.js'

/** A list that was begun. */
export interface Unpacked {
  /** 64 KiB at most. */
  readonly head: Uint8Array
  /** There is no more than the head. */
  readonly isWhole: boolean
  /** All of it, the head included. */
  readonly source: ByteSource
  /** Why there is no more than the head, and not its end; null: nothing went wrong. */
  readonly broke: unknown
  /** How many layers of gzip were taken off. */
  readonly layers: number
}

/** Servers pack once more what is packed already. */
const MOST_LAYERS = 2

/** Reads until `isEnough` of what is unpacked. Whoever reads on is told of what broke meanwhile. */
export async function unpack(source: ByteSource, isEnough: (head: Uint8Array) => boolean): Promise<Unpacked> {
  let layers = 0
  let current = source
  for (;;) {
    const isPacked = (head: Uint8Array) => isGzip(head) && layers < MOST_LAYERS
    const start = await readHead(current, (head) => head.length > 1 && (isPacked(head) || isEnough(head)))
    const whole = withHead(start.head, current, start.broke)
    if (!isPacked(start.head)) {
      return { ...start, head: start.head.subarray(0, CHUNK_BYTES), source: whole, layers }
    }
    current = gunzip(whole)
    layers++
  }
}

/** The same layers taken off a list that is opened once more. */
export function unpackAgain(source: ByteSource, layers: number): ByteSource {
  return layers === 0 ? source : unpackAgain(gunzip(source), layers - 1)
}

interface Start {
  readonly head: Uint8Array
  readonly isWhole: boolean
  /** What went wrong; null: nothing. */
  readonly broke: unknown
}

async function readHead(source: ByteSource, isEnough: (head: Uint8Array) => boolean): Promise<Start> {
  let head = new Uint8Array(0)
  while (head.length === 0 || (head.length < CHUNK_BYTES && (mayBecomeBom(head) || !isEnough(head)))) {
    let chunk: Uint8Array | null
    try {
      chunk = await source.read()
    } catch (error) {
      return { head, isWhole: false, broke: error ?? new Error('the stream broke') }
    }
    if (chunk === null) return { head, isWhole: true, broke: null }
    head = Buffer.concat([head, chunk])
  }
  return { head, isWhole: false, broke: null }
}
