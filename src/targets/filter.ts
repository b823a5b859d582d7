// Which targets a run is about. Plain text matching; never asks anything, never hides a line that is wrong.

import type { Target } from '../types.js'

/** `include`: any of them must match (none: all do); `exclude`: none of them may. */
export interface FilterOptions {
  readonly include: readonly RegExp[]
  readonly exclude: readonly RegExp[]
}

/**
 * A function that says whether a target stays. Patterns see the normalised URL; a target with a problem always stays,
 * so that a mistake in the list is never filtered away.
 */
export function createFilter({ include, exclude }: FilterOptions): (target: Target) => boolean {
  if (include.length === 0 && exclude.length === 0) return () => true
  return ({ url }) => {
    if (url === null) return true
    return (include.length === 0 || include.some((re) => matches(re, url))) && !exclude.some((re) => matches(re, url))
  }
}

/** `search`, not `test`: a pattern with the flags `g` or `y` remembers where `test` stopped. */
function matches(pattern: RegExp, url: string): boolean {
  return url.search(pattern) !== -1
}
