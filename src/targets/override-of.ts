// Options of the library, checked, as what they say of a target: in the words that the lines of a list use, so that the same
// names mean the same everywhere, what they imply included.

import { type Checked, pickOptions } from '../settings/check-options.js'
import { contradiction, NO_OVERRIDE, type Override } from './settings.js'

/**
 * What checked options say of a target; `NO_OVERRIDE` where they name nothing of it. Throws `TypeError` where one denies
 * what another one needs.
 */
export function overrideOf(checked: Checked<'ask' | 'expect' | 'line'>): Override {
  const override: Override = pickOptions(checked, ['ask', 'expect', 'line'])
  if (Object.keys(override).length === 0) return NO_OVERRIDE
  const reason = contradiction(override)
  if (reason !== null) throw new TypeError(reason)
  return override
}
