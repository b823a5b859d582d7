// Which targets repeat an earlier one. Remembers 96 bits of a hash a URL, never the URL, so that ten million fit into
// 240 MB; asks nothing and forgets nothing.

import { hash } from 'node:crypto'
import type { Ask, Expect, Target } from '../settings/target.js'

/** The index of the first target that asks the same, or null, and then the target is remembered. */
export interface Distinct {
  (target: Target): number | null
  /** Bytes of all tables, for tests. */
  bytes(): number
}

/** The tables grow one by one, so that no moment needs two copies of everything. */
const SEGMENTS = 256
const FIRST_SLOTS = 16
/** Between 0.85 / 1.25 and 0.85 full, 16 bytes a slot are 18.8 to 23.5 bytes a URL. */
const GROWTH = 1.25
const FULLEST = 0.85
/** Three words of hash and the index + 1 (0 = free): 16 bytes. */
const SLOT_WORDS = 4
const TWO_32 = 2 ** 32

/**
 * Two targets are the same when method, URL without fragment, user, headers, `follow`, `max-redirects`, `insecure` and
 * all that is expected are equal; how long they may take and how often they are retried does not count. A target with a problem is never a repeat.
 *
 * Told apart by 96 bits of SHA-256: among ten million URLs, the odds that any two different ones are taken for the same
 * are 1 in 1.6e15 (n² / 2^97), and nobody can choose URLs that collide. Costs about 1 µs a target, up to 2^32 - 2 targets.
 */
export function createDistinct(): Distinct {
  const segments: Segment[] = Array.from({ length: SEGMENTS }, () => ({ table: new Uint32Array(0), used: 0 }))
  let lastAsk: Ask | null = null
  let lastExpect: Expect | null = null
  let prefix = ''

  const distinct = (target: Target): number | null => {
    if (target.url === null) return null
    if (target.ask !== lastAsk || target.expect !== lastExpect) {
      lastAsk = target.ask
      lastExpect = target.expect
      prefix = describe(target.ask, target.expect)
    }
    const digest = hash('sha256', prefix + withoutFragment(target.url), 'hex')
    const a = Number.parseInt(digest.slice(0, 8), 16)
    const b = Number.parseInt(digest.slice(8, 16), 16)
    const c = Number.parseInt(digest.slice(16, 24), 16)
    return findOrAdd(segments[a % SEGMENTS]!, a, b, c, target.index)
  }
  const bytes = () => segments.reduce((sum, { table }) => sum + table.byteLength, 0)
  return Object.assign(distinct, { bytes })
}

interface Segment {
  table: Uint32Array
  used: number
}

function findOrAdd(segment: Segment, a: number, b: number, c: number, index: number): number | null {
  if ((segment.used + 1) * SLOT_WORDS > segment.table.length * FULLEST) grow(segment)
  const { table } = segment
  let at = slotOf(b, table)
  while (table[at + 3] !== 0) {
    if (table[at] === a && table[at + 1] === b && table[at + 2] === c) return table[at + 3]! - 1
    at += SLOT_WORDS
    if (at === table.length) at = 0
  }
  put(table, at, a, b, c, index + 1)
  segment.used++
  return null
}

function grow(segment: Segment): void {
  const old = segment.table
  const slots = Math.max(FIRST_SLOTS, Math.ceil((old.length / SLOT_WORDS) * GROWTH))
  const table = new Uint32Array(slots * SLOT_WORDS)
  for (let from = 0; from < old.length; from += SLOT_WORDS) {
    if (old[from + 3] === 0) continue
    let at = slotOf(old[from + 1]!, table)
    while (table[at + 3] !== 0) at = at + SLOT_WORDS === table.length ? 0 : at + SLOT_WORDS
    put(table, at, old[from]!, old[from + 1]!, old[from + 2]!, old[from + 3]!)
  }
  segment.table = table
}

function put(table: Uint32Array, at: number, a: number, b: number, c: number, mark: number): void {
  table[at] = a
  table[at + 1] = b
  table[at + 2] = c
  table[at + 3] = mark
}

/** A table may have any number of slots: the hash is scaled to it instead of masked. */
function slotOf(b: number, table: Uint32Array): number {
  return Math.floor((b / TWO_32) * (table.length / SLOT_WORDS)) * SLOT_WORDS
}

function withoutFragment(url: string): string {
  const hashMark = url.indexOf('#')
  return hashMark === -1 ? url : url.slice(0, hashMark)
}

/** Header names count without case; JSON keeps the parts apart, and the line break ends it. */
function describe({ method, user, headers, follow, maxRedirects, insecure }: Ask, expect: Expect): string {
  const { location, finalUrl, contains, maxLatencyMs, certDays } = expect
  const pairs = headers.map(([name, value]) => [name.toLowerCase(), value])
  const patterns = expect.headers.map(({ name, pattern }) => [name, `${pattern}`])
  const asked = [method, user, pairs, follow, maxRedirects, insecure]
  const expected = [expect.accept.toString(), location, finalUrl, contains, patterns, maxLatencyMs, certDays]
  return `${JSON.stringify([asked, expected])}\n`
}
