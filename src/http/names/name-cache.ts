// What came of names that were looked up, as long as it holds: addresses for their time to live, within bounds; a dead
// name for half a minute; a failing DNS for a moment. This machine's own trouble is never remembered.

import { LookupError } from '../wire/lookup-error.js'
import type { Address } from './address.js'
import type { Answer } from './dns-message.js'

/** Bounds of a time to live in s: 0 would ask for every connection of a host, a day would outlast a move. */
const TTL_MIN_S = 5
const TTL_MAX_S = 300
/** How long a dead name stays dead, in ms. */
const DEAD_MS = 30_000
/**
 * A failing DNS server is asked anew for a retry of the attempt, or that would be none; only URLs that fail in the same moment share
 * one question, in ms.
 */
const FAILED_MS = 200

/** What came of a name, and until when that holds (by `now`). */
export interface Resolved {
  readonly addresses: readonly Address[] | null
  readonly error: LookupError | null
  readonly until: number
}

export interface NameCache {
  /** Null: not known, or not any more. */
  get(name: string): Resolved | null
  /** Remembers what an answer means, and returns it. */
  put(name: string, answer: Answer): Resolved
  /** Forgets all, for good. */
  close(): void
}

export interface NameCacheOptions {
  /** Names that are remembered, those used last. */
  readonly size: number
  /** Monotonic ms. */
  now(): number
  /** The addresses that are wanted, in the order to try them. */
  wanted(addresses: readonly Address[]): readonly Address[]
}

export function createNameCache({ size, now, wanted }: NameCacheOptions): NameCache {
  /** In order of last use, oldest first. */
  const names = new Map<string, Resolved>()
  let isClosed = false

  const resolved = (name: string, answer: Answer): Resolved => {
    if ('addresses' in answer) {
      const ttlMs = 1000 * Math.min(TTL_MAX_S, Math.max(TTL_MIN_S, answer.ttlS))
      return { addresses: wanted(answer.addresses), error: null, until: now() + ttlMs }
    }
    const error = new LookupError(name, answer.code)
    return { addresses: null, error, until: now() + (error.kind === 'dns.name_not_resolved' ? DEAD_MS : FAILED_MS) }
  }

  return {
    get(name) {
      const found = names.get(name)
      if (!found || now() >= found.until) return null
      names.delete(name)
      names.set(name, found)
      return found
    },
    put(name, answer) {
      const fresh = resolved(name, answer)
      names.delete(name)
      if (isClosed || fresh.error?.kind.startsWith('local.')) return fresh
      if (names.size >= size) names.delete(names.keys().next().value!)
      names.set(name, fresh)
      return fresh
    },
    close() {
      isClosed = true
      names.clear()
    },
  }
}
