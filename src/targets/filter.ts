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

/**
 * A function that says whether a target stays. Patterns see the normalised URL; a target with a problem always stays,
 * so that a mistake in the list is never filtered away. Throws `TypeError` for a pattern that cannot run in linear time.
 */
export function createFilter({ include, exclude }: FilterOptions): (target: Target) => boolean {
  if (include.length === 0 && exclude.length === 0) return () => true
  const wanted = include.map((pattern) => checked('include', pattern))
  const unwanted = exclude.map((pattern) => checked('exclude', pattern))
  return ({ url }) => {
    if (url === null) return true
    return (wanted.length === 0 || wanted.some((one) => one.test(url))) && !unwanted.some((one) => one.test(url))
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
