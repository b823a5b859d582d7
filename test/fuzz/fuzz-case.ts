// The cases, each made from the seed and its number alone: any one of them can be had again by itself. First every answer
// cut, reset and split at every byte; then chance.

import type { Method } from '../../src/words/method.js'
import { createRandom, type Random } from './random.js'
import { idOf, RESPONSES, type ValidResponse } from './responses.js'

/** How the server leaves a connection: open for the next request (or silent, when the answer is not whole), FIN, RST. */
export type End = 'keep' | 'fin' | 'rst' | 'late-rst'

export interface FuzzCase {
  readonly index: number
  /** What was done to which answer, for the message of a failure. */
  readonly story: string
  readonly method: Method
  /** Written one by one, a turn of the event loop apart. */
  readonly pieces: readonly Buffer[]
  readonly end: End
  /** The status that must come out; null where the bytes decide. */
  readonly status: number | null
}

/** Which mutation is made where: every answer × every byte × these. */
const EVERYWHERE = ['cut and FIN', 'cut and RST', 'split'] as const
/** One case in so many is valid: what came over its connection before must not harm it. */
const VALID_EVERY = 5

const LENGTHS = RESPONSES.map(({ bytes }) => bytes(idOf(0)).length)
const PLACES = LENGTHS.reduce((sum, length) => sum + length, 0)

/** How many cases it takes to have been at every byte of every answer. */
export const EVERY_BYTE = Math.ceil((PLACES * EVERYWHERE.length * VALID_EVERY) / (VALID_EVERY - 1))

/** The case of that number. */
export function fuzzCase(seed: number, index: number): FuzzCase {
  const random = createRandom(seed, index)
  const id = idOf(index)
  if (index % VALID_EVERY === 0) {
    const response = RESPONSES[(index / VALID_EVERY) % RESPONSES.length]!
    const pieces = [Buffer.from(response.bytes(id), 'latin1')]
    return caseOf(index, response, 'untouched', pieces, response.end, response.status)
  }
  const mutated = index - Math.ceil(index / VALID_EVERY)
  return mutated < PLACES * EVERYWHERE.length ? atOneByte(index, mutated, id) : byChance(index, random, id)
}

function caseOf(
  index: number,
  response: ValidResponse,
  what: string,
  pieces: readonly Buffer[],
  end: End,
  status: number | null,
): FuzzCase {
  return { index, story: `${response.name}: ${what}, ${end}`, method: response.method, pieces, end, status }
}

function atOneByte(index: number, mutated: number, id: string): FuzzCase {
  const what = EVERYWHERE[Math.floor(mutated / PLACES)]!
  let at = mutated % PLACES
  let which = 0
  while (at >= LENGTHS[which]!) at -= LENGTHS[which++]!
  const response = RESPONSES[which]!
  const bytes = Buffer.from(response.bytes(id), 'latin1')
  const head = bytes.subarray(0, at)
  if (what === 'split') {
    return caseOf(index, response, `split at ${at}`, [head, bytes.subarray(at)], response.end, response.status)
  }
  const end: End = what === 'cut and FIN' ? 'fin' : at % 2 === 0 ? 'rst' : 'late-rst'
  return caseOf(index, response, `cut at ${at}`, [head], end, null)
}

/** Bytes that mean something in HTTP, and some that mean nothing there. */
const BYTES = [0, 9, 10, 13, 32, 33, 34, 44, 45, 47, 48, 49, 57, 58, 59, 65, 97, 127, 128, 255]
const TEXTS = [
  '\r\n',
  '\r\n\r\n',
  '0\r\n\r\n',
  'HTTP/1.1 ',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'Content-Length: 7\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Connection: close\r\n',
  'Upgrade: h2c\r\n',
  'Location: /final?x\r\n',
  ' ',
  '999999999999999999999',
  '-1',
]

function byChance(index: number, random: Random, id: string): FuzzCase {
  const response = random.pick(RESPONSES)
  let bytes = Buffer.from(response.bytes(id), 'latin1')
  const stories: string[] = []
  const times = 1 + random.below(3)
  for (let time = 0; time < times; time++) {
    const mutation = random.pick(MUTATIONS)
    const at = random.below(bytes.length + 1)
    const length = random.chance(0.5) ? 1 : 1 + random.below(40)
    bytes = mutation.apply(bytes, at, length, random)
    stories.push(`${mutation.name} at ${at}`)
  }
  // A server that is silent in the middle costs its timeout, so most hang up.
  const end: End = random.chance(0.15) ? 'keep' : random.pick(['fin', 'fin', 'rst', 'late-rst'] as const)
  // What comes a moment after an answer and begins like another one is taken for the next URL's by every client.
  const mayPause = bytes.lastIndexOf('H') <= 0
  const pieces = mayPause && random.chance(0.3) ? split(bytes, random) : [bytes]
  return caseOf(index, response, `${stories.join(', ')}, in ${pieces.length}`, pieces, end, null)
}

interface Mutation {
  readonly name: string
  readonly apply: (bytes: Buffer, at: number, length: number, random: Random) => Buffer<ArrayBuffer>
}

const around = (bytes: Buffer, at: number, middle: Buffer, resumeAt: number) =>
  Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(resumeAt)])

const MUTATIONS: readonly Mutation[] = [
  { name: 'cut', apply: (bytes, at) => Buffer.from(bytes.subarray(0, at)) },
  {
    name: 'flip',
    apply: (bytes, at, _length, random) =>
      around(bytes, at, Buffer.of((bytes[at] ?? 0) ^ (1 << random.below(8))), at + 1),
  },
  {
    name: 'replace',
    apply: (bytes, at, _length, random) => around(bytes, at, Buffer.of(random.pick(BYTES)), at + 1),
  },
  { name: 'delete', apply: (bytes, at, length) => around(bytes, at, Buffer.alloc(0), at + length) },
  { name: 'duplicate', apply: (bytes, at, length) => around(bytes, at, bytes.subarray(at, at + length), at) },
  { name: 'twice', apply: (bytes) => Buffer.concat([bytes, bytes]) },
  {
    name: 'insert',
    apply: (bytes, at, _length, random) => around(bytes, at, Buffer.from(random.pick(TEXTS), 'latin1'), at),
  },
  {
    name: 'noise',
    apply: (bytes, at, length, random) =>
      around(bytes, at, Buffer.from(Array.from({ length }, () => random.below(256))), at),
  },
]

function split(bytes: Buffer, random: Random): Buffer[] {
  if (bytes.length > 1 && random.chance(0.05)) return Array.from(bytes, (byte) => Buffer.of(byte))
  const edges = Array.from({ length: 1 + random.below(4) }, () => random.below(bytes.length + 1)).sort((a, b) => a - b)
  return [0, ...edges].map((from, place) => bytes.subarray(from, edges[place]))
}
