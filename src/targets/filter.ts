// Which targets a run is about. Plain text matching; never asks anything, never hides a line that is wrong.

import { ValueError } from '../settings/errors.js'
import { patternFrom } from '../settings/patterns.js'
import type { Target } from '../settings/target.js'
import type { Pattern } from '../words/pattern.js'

/** `include`: any of them must match (none: all do); `exclude`: none of them may. */
export interface FilterOptions {
  readonly include: readonly (RegExp | Pattern)[]
  readonly exclude: readonly (RegExp | Pattern)[]
}

export interface Filter {
  keep(target: Target): boolean
  /** Of each pattern that no URL so far matched, a sentence. */
  unmatched(): readonly string[]
}

/**
 * A function that says whether a target stays. Patterns see the normalised URL; a target with a problem always stays,
 * so that a mistake in the list is never filtered away. Throws `TypeError` for a pattern that cannot run in linear time.
 */
export function createFilter({ include, exclude }: FilterOptions): Filter {
  if (include.length === 0 && exclude.length === 0) return { keep: () => true, unmatched: () => [] }
  const wanted = include.map((pattern) => checked('include', pattern))
  const unwanted = exclude.map((pattern) => checked('exclude', pattern))
  const matched = new Set<Pattern>()
  const someOf = (patterns: readonly Pattern[], url: string): boolean => {
    let isFound = false
    for (const one of patterns) {
      // One that has matched is only asked while no other has.
      if ((isFound && matched.has(one)) || !one.test(url)) continue
      isFound = true
      matched.add(one)
    }
    return isFound
  }
  return {
    keep({ url }) {
      if (url === null) return true
      return (wanted.length === 0 || someOf(wanted, url)) && !someOf(unwanted, url)
    },
    unmatched: () => [
      ...wanted.filter((one) => !matched.has(one)).map(({ source }) => `--include ${source} matched no URL`),
      ...unwanted.filter((one) => !matched.has(one)).map(({ source }) => `--exclude ${source} left out no URL`),
    ],
  }
}

function checked(name: string, pattern: RegExp | Pattern): Pattern {
  try {
    return patternFrom(pattern)
  } catch (error) {
    if (!(error instanceof ValueError)) throw error
    throw new TypeError(`${name}: expected ${error.expected}, got ${pattern}`)
  }
}
