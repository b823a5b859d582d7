// What a caller may say of how to ask. Which options there are, and what they mean, is in the table of settings.

import type { OptionsOf } from '../settings/options.js'

/** How to ask one URL; what is left out is the client's. */
export interface AskOptions extends OptionsOf<'ask'> {}

/** What a client is made with; its asking options are the defaults of all its requests. */
export interface ClientOptions extends AskOptions, OptionsOf<'client'> {}
