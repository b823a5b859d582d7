// What an earlier run knew of each URL, and how this run differs. Remembers 64 bits of a hash and the outcome a URL,
// 13 to 20 bytes, never the URL itself. Pure: who reads the file is not its business.

import type { Method } from '../words/method.js'
import { textHash, urlKey } from '../words/url-key.js'
import type { Change, Outcome, Verdict } from '../words/verdict.js'

/** What is needed of a row. `key` stands for the URL where that is redacted. */
export type BaselineRow = Pick<Verdict, 'method' | 'url' | 'input' | 'key' | 'outcome'>

/** How a run differs, in rows; `gone` in URLs of the baseline that were not in this run. */
export interface Changes {
  readonly new: number
  readonly fixed: number
  readonly stillFailing: number
  readonly gone: number
}

export interface Baseline {
  /** Takes in a row of the earlier run. Of several rows of one URL the worst counts; a skipped one says nothing. */
  add(row: BaselineRow): void
  /**
   * How a verdict of this run compares, by method + URL (or its other method, as HEAD may have become GET on the way).
   * ok or unknown → failed: `new-failure`; failed → failed: `still-failing`; failed → ok: `fixed`; to and from
   * inconclusive: `changed`; else `same`. Null where there is nothing to compare: skipped now, or unknown and not failed.
   */
  compare(verdict: BaselineRow): Change | null
  changes(): Changes
  /** URLs in it. */
  readonly size: number
  /** Bytes of memory, for tests. */
  bytes(): number
}

/** Worse is higher. */
const STATES: Readonly<Record<Outcome, number>> = { skipped: 0, ok: 1, inconclusive: 2, failed: 3 }
const STATE_MASK = 3
/** Set once a URL has come up in this run. */
const SEEN = 4

/** An empty one: everything that fails is new. */
export function createBaseline(): Baseline {
  const states = createStates()
  const counts = { new: 0, fixed: 0, stillFailing: 0 }
  let seen = 0

  /** By its key, or by the hash of the whole URL: up to 0.1 that was the key, and then fewer URLs had one. */
  const placeOf = (row: BaselineRow, method: Method): StatePlace | null => {
    const key = row.key ?? urlKey(method, row.url)
    const place = key === null ? null : states.find(key)
    return place ?? states.find(fingerprint({ ...row, key: null }, method))
  }
  const before = (row: BaselineRow): number => {
    const at = placeOf(row, row.method) ?? placeOf(row, otherMethod(row.method))
    if (at === null) return 0
    const found = states.get(at)
    if ((found & SEEN) === 0) seen++
    states.set(at, found | SEEN)
    return found & STATE_MASK
  }
  return {
    add(row) {
      const state = STATES[row.outcome]
      if (state === 0) return
      const at = states.findOrAdd(fingerprint(row, row.method))
      states.set(at, Math.max(states.get(at), state))
    },
    compare(row) {
      const change = changeBetween(before(row), STATES[row.outcome])
      if (change === 'new-failure') counts.new++
      else if (change === 'fixed') counts.fixed++
      else if (change === 'still-failing') counts.stillFailing++
      return change
    },
    changes: () => ({ ...counts, gone: states.size - seen }),
    get size() {
      return states.size
    },
    bytes: states.bytes,
  }
}

function changeBetween(before: number, now: number): Change | null {
  if (now === STATES.skipped) return null
  if (before === 0) return now === STATES.failed ? 'new-failure' : null
  if (before === STATES.inconclusive || now === STATES.inconclusive) return before === now ? 'same' : 'changed'
  if (before === now) return now === STATES.failed ? 'still-failing' : 'same'
  return now === STATES.failed ? 'new-failure' : 'fixed'
}

/** What stands for a row of the earlier run: its `key` where its URL is not shown whole. A line without a URL is its own text. */
function fingerprint({ url, input, key }: BaselineRow, method: Method): string {
  return key ?? textHash(method, url === '' ? input : url)
}

function otherMethod(method: Method): Method {
  return method === 'GET' ? 'HEAD' : 'GET'
}

/** Two words of hash and one of state: 12 bytes a slot. */
const SLOT_WORDS = 3
const FIRST_SLOTS = 4
/** Many small tables grow one by one, so that no moment needs two copies of everything. */
const SEGMENTS = 256
const FULLEST = 0.85
/** Between 0.85 / 1.4 and 0.85 full, 12 bytes a slot are 14.1 to 19.8 bytes a URL. */
const GROWTH = 1.4

interface Segment {
  table: Uint32Array
  used: number
}

/** Where a state is: its segment and the slot in it. Valid until the next `findOrAdd`. */
interface StatePlace {
  readonly segment: Segment
  readonly slot: number
}

/** States by fingerprint, in open addressing. A state is never 0 once it is set, and 0 in a slot means it is free. */
function createStates() {
  const segments: Segment[] = Array.from({ length: SEGMENTS }, () => ({
    table: new Uint32Array(FIRST_SLOTS * SLOT_WORDS),
    used: 0,
  }))
  let size = 0

  const placeOf = (mark: string): { place: StatePlace; isFree: boolean; a: number; b: number } => {
    const a = Number.parseInt(mark.slice(0, 8), 16)
    const b = Number.parseInt(mark.slice(8, 16), 16)
    const segment = segments[a % SEGMENTS]!
    const slot = probe(segment.table, a, b)
    return { place: { segment, slot }, isFree: segment.table[slot + 2] === 0, a, b }
  }
  return {
    find(mark: string): StatePlace | null {
      const { place, isFree } = placeOf(mark)
      return isFree ? null : place
    },
    findOrAdd(mark: string): StatePlace {
      const { place, isFree, a, b } = placeOf(mark)
      if (!isFree) return place
      const { segment } = place
      if ((segment.used + 1) * SLOT_WORDS > segment.table.length * FULLEST) grow(segment)
      segment.used++
      size++
      const slot = probe(segment.table, a, b)
      segment.table[slot] = a
      segment.table[slot + 1] = b
      return { segment, slot }
    },
    get: ({ segment, slot }: StatePlace): number => segment.table[slot + 2]!,
    set({ segment, slot }: StatePlace, state: number): void {
      segment.table[slot + 2] = state
    },
    get size() {
      return size
    },
    bytes: () => segments.reduce((sum, { table }) => sum + table.byteLength, 0),
  }
}

/** The slot of a hash, or the free one where it would go. */
function probe(table: Uint32Array, a: number, b: number): number {
  // A table may have any number of slots: the hash is scaled to it instead of masked.
  let slot = Math.floor((b / 2 ** 32) * (table.length / SLOT_WORDS)) * SLOT_WORDS
  while (table[slot + 2] !== 0 && (table[slot] !== a || table[slot + 1] !== b)) {
    slot += SLOT_WORDS
    if (slot === table.length) slot = 0
  }
  return slot
}

function grow(segment: Segment): void {
  const old = segment.table
  segment.table = new Uint32Array(Math.ceil((old.length / SLOT_WORDS) * GROWTH) * SLOT_WORDS)
  for (let from = 0; from < old.length; from += SLOT_WORDS) {
    if (old[from + 2] === 0) continue
    segment.table.set(old.subarray(from, from + SLOT_WORDS), probe(segment.table, old[from]!, old[from + 1]!))
  }
}
