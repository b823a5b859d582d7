// The client: every request of every function goes through its one engine, so a plain `Promise.all` over `fetchStatus`
// obeys the same limits as the command.

import { checkOptions, pickOptions } from '../settings/check-options.js'
import { defaultsOf, type SettingsOf } from '../settings/options.js'
import { DEFAULT_ASK, DEFAULT_EXPECT } from '../settings/target.js'
import { overrideOf } from '../targets/override-of.js'
import { applyOverride } from '../targets/settings.js'
import type { Client } from './client.js'
import type { ClientOptions } from './client-options.js'
import { createEngine } from './create-engine.js'
import { clientOf } from './engine.js'

/** Makes a client. Throws `TypeError` for an option that makes no sense, `UsageError` for a proxy of `env` that does not. */
export function createClient(options: ClientOptions = {}): Client {
  const checked = checkOptions(options, { of: 'createClient', parts: ['ask', 'client'] })
  const settings: SettingsOf<'client'> = { ...defaultsOf(['client']), ...pickOptions(checked, ['client']) }
  const { ask } = applyOverride({ ask: DEFAULT_ASK, expect: DEFAULT_EXPECT, skip: null }, overrideOf(checked))
  const { engine, close } = createEngine({ settings, ask })
  return clientOf(engine, async () => close())
}
