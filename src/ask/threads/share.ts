// What each of several may use of what the whole list may.

import type { LimiterOptions } from '../../flow/limiter.js'
import type { Portion } from './calls.js'

/**
 * Shares by what each has to do: who has less than an equal part gets what it can use, at least one, and the others share
 * the rest. A rate goes by the same shares.
 */
export function portionsOf({ concurrency, rate = null }: LimiterOptions, outstanding: readonly number[]): Portion[] {
  const among = outstanding.length
  const shares = outstanding.map(() => 0)
  let left = concurrency
  let open = among
  const places = outstanding.map((_, place) => place).toSorted((a, b) => outstanding[a]! - outstanding[b]!)
  for (const place of places) {
    const share = Math.max(1, Math.min(outstanding[place]!, Math.floor(left / open)))
    shares[place] = share
    left -= share
    open--
  }
  // What nobody can use now is for who gets work next.
  const spare = Math.floor(Math.max(0, left) / among)
  const sum = shares.reduce((all, share) => all + share, 0)
  return shares.map((share) => ({
    concurrency: share + spare,
    rate: rate === null ? null : (rate * share) / sum,
    among,
  }))
}
