// What an earlier run knew of each URL, and how this run differs. Remembers 64 bits of a hash and the outcome a URL,
// 13 to 20 bytes, never the URL itself. Pure: who reads the file is not its business.

import { type Digest, DigestTable } from '../words/digest-table.js'
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
  // Between 0.85 / 1.4 and 0.85 full, 12 bytes an entry are 14.1 to 19.8. A state is never 0 once it is set.
  const states = new DigestTable({ words: 2, growth: 1.4 })
  const counts = { new: 0, fixed: 0, stillFailing: 0 }
  let seen = 0

  /** By its key, or by the hash of the whole URL: up to 0.1 that was the key, and then fewer URLs had one. */
  const digestIn = (row: BaselineRow, method: Method): Digest | null => {
    const key = row.key ?? urlKey(method, row.url)
    const marks = [...(key === null ? [] : [key]), fingerprint({ ...row, key: null }, method)]
    return marks.map(digestOf).find((digest) => states.get(digest) !== 0) ?? null
  }
  const before = (row: BaselineRow): number => {
    const digest = digestIn(row, row.method) ?? digestIn(row, otherMethod(row.method))
    if (digest === null) return 0
    const found = states.get(digest)
    if ((found & SEEN) === 0) seen++
    states.set(digest, found | SEEN)
    return found & STATE_MASK
  }
  return {
    add(row) {
      const state = STATES[row.outcome]
      if (state === 0) return
      const digest = digestOf(fingerprint(row, row.method))
      states.set(digest, Math.max(states.get(digest), state))
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
    bytes: () => states.bytes,
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

/** The first 64 bits of a fingerprint. */
function digestOf(mark: string): Digest {
  return [Number.parseInt(mark.slice(0, 8), 16), Number.parseInt(mark.slice(8, 16), 16)]
}
