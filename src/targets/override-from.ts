// Settings as the library's users write them, in the words that the lines of a list use: so that the same names mean the
// same everywhere, what they imply included.

import { checkOptions, type OptionsCheck, pickOptions } from '../settings/check-options.js'
import type { OptionsOf } from '../settings/options.js'
import { contradiction, NO_OVERRIDE, type Override } from './settings.js'

/** Of whom they are, and whether a line's own are among them. */
type Check = OptionsCheck<'ask' | 'expect' | 'line'>

/**
 * What the options say of a target; `NO_OVERRIDE` where they name nothing of these parts. Options of other parts are for
 * others to check. Throws `TypeError` for a value that makes no sense, and where one denies what another one needs.
 */
export function overrideFrom(given: OptionsOf<'ask' | 'expect' | 'line'>, check: Check): Override {
  const override: Override = checkOptions(pickOptions(given, check.parts), check)
  if (Object.keys(override).length === 0) return NO_OVERRIDE
  const reason = contradiction(override)
  if (reason !== null) throw new TypeError(reason)
  return override
}
