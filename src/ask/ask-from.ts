// Asking options laid over what holds without them.

import { type Ask, DEFAULT_EXPECT } from '../settings/target.js'
import { overrideFrom } from '../targets/override-from.js'
import { applyOverride } from '../targets/settings.js'
import type { AskOptions } from './client-options.js'

/** `base` with what `options` name; the very same object when they name nothing. Throws `TypeError`. */
export function askFrom(options: AskOptions, base: Ask): Ask {
  const override = overrideFrom(options, { of: 'a request', parts: ['ask'] })
  return applyOverride({ ask: base, expect: DEFAULT_EXPECT, skip: null }, override).ask
}
