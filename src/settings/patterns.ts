// Regular expressions as settings: JavaScript's syntax, without what cannot run in linear time.

import { compilePattern, type Pattern, PatternError } from '../words/pattern.js'
import { ValueError } from './errors.js'
import type { ValueType } from './value-type.js'

/** A regular expression in JavaScript's syntax, case-sensitive, without what cannot run in linear time. */
export function parseRegExp(text: string): Pattern {
  return parsePattern(text, '')
}

/** The same of one that is compiled already. */
export function patternFrom(pattern: RegExp | Pattern): Pattern {
  const { source } = Object(pattern) as Pattern
  if (typeof source !== 'string') throw new ValueError('a regular expression')
  return 'flags' in pattern ? parsePattern(pattern.source, pattern.flags) : pattern
}

function parsePattern(source: string, flags: string): Pattern {
  try {
    return compilePattern(source, flags)
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    throw new ValueError(error.message)
  }
}

/** What a text may have to match. */
export const pattern: ValueType<Pattern, RegExp | Pattern> = { read: parseRegExp, check: patternFrom }
