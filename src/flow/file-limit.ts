// How many requests the open-file limit of this process allows at once. Linux tells by /proc; elsewhere nothing is known
// and nothing is lowered.

import { readdirSync, readFileSync } from 'node:fs'

/** Kept free for files, pipes and the resolver. */
const RESERVE = 16
/** A request may hold more than its socket: a second address in the race, an idle connection. */
const SHARE = 1.5

/** `concurrency`, lowered where descriptors would run out: `max(1, floor((limit - open now - 16) / 1.5))`. */
export function withinFileLimit(concurrency: number, limits: () => FileLimits | null = readFileLimits): number {
  const found = limits()
  if (found === null) return concurrency
  return Math.min(concurrency, Math.max(1, Math.floor((found.limit - found.open - RESERVE) / SHARE)))
}

/** Beyond this they cost more memory than the connections save: about 15 KB each. */
const MOST_IDLE = 1024

/**
 * How many connections may be kept for later beside so many requests: half of the descriptors that are left, at most
 * 1024, at least half as many as there are requests.
 */
export function idleWithinFileLimit(concurrency: number, limits: () => FileLimits | null = readFileLimits): number {
  const found = limits()
  const left = found === null ? 0 : found.limit - found.open - RESERVE - concurrency
  return Math.max(1, Math.floor(concurrency / 2), Math.min(MOST_IDLE, Math.floor(left / 2)))
}

/** The soft limit of open files, and how many are open now. */
export interface FileLimits {
  readonly limit: number
  readonly open: number
}

function readFileLimits(): FileLimits | null {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))
    return limit === null ? null : { limit: Number(limit[1]), open: readdirSync('/proc/self/fd').length }
  } catch {
    return null
  }
}
