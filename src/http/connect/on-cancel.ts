// How a step of connecting hears that the attempt is called off.

import type { ExchangeError } from '../wire/exchange-error.js'

/** Registers what to do when an attempt is called off; replaces what was registered before. */
export type OnCancel = (handler: (error: ExchangeError) => void) => void
