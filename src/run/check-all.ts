// The library's run: a list, options and a client in, an iterable of verdicts out.

import type { Client } from '../ask/client.js'
import type { ClientOptions } from '../ask/client-options.js'
import { createClient } from '../ask/create-client.js'
import { engineOf } from '../ask/engine.js'
import { checkOptions, pickOptions } from '../settings/check-options.js'
import { ValueError } from '../settings/errors.js'
import type { OptionsOf } from '../settings/options.js'
import { DEFAULT_ASK, DEFAULT_EXPECT } from '../settings/target.js'
import { parseShard, type Shard } from '../settings/values.js'
import { parseBaseUrl } from '../targets/base-url.js'
import { overrideFrom } from '../targets/override-from.js'
import { createRules, parseRule } from '../targets/rules.js'
import { applyOverride } from '../targets/settings.js'
import { typeName } from '../targets/url-text.js'
import type { Checking } from './checking.js'
import { createChecking } from './create-checking.js'
import { listSource } from './list-source.js'
import { checkTargets } from './pipeline.js'
import { shardSource } from './shard-source.js'
import { createTargetOf, type TargetInput } from './target-of.js'

/** What a run is asked with. */
export interface CheckAllOptions extends ClientOptions, OptionsOf<'expect' | 'run'> {
  /** A client of yours; its limits hold and it stays open. Default: a new one, closed at the end. */
  readonly client?: Client | undefined
}

/**
 * Asks all targets and yields a verdict each, in completion order. Pulls from `targets` only as fast as it can ask, so
 * the list may be endless. Throws what `targets` throws; never for anything that a URL or the network does.
 */
export function checkAll(
  targets: Iterable<TargetInput> | AsyncIterable<TargetInput>,
  options: CheckAllOptions = {},
): Checking {
  if (!isList(targets)) throw new TypeError(`targets: expected a list of URLs, got ${typeName(targets)}`)
  const client = options.client ?? createClient(options)
  const engine = engineOf(client)
  const ask = options.client === undefined ? DEFAULT_ASK : engine.ask
  const override = overrideFrom(options, { of: 'checkAll', parts: ['ask', 'expect'] })
  const base = applyOverride({ ask, expect: DEFAULT_EXPECT, skip: null }, override)
  const rules = (options.rules ?? []).map((text) => parseRule(text, options.env ?? {}))
  const targetOf = createTargetOf(createRules(rules, base), baseFrom(options))
  const source = shardSource(listSource(targets, { targetOf, window: options.window }), shardFrom(options))
  const own = checkOptions(pickOptions(options, ['run']), { of: 'checkAll', parts: ['run'] })
  const run = checkTargets(source, client, own)
  return createChecking(run, async () => {
    if (options.client === undefined) await client.close()
  })
}

function isList(targets: unknown): boolean {
  if (typeof targets !== 'object' || targets === null) return false
  return Symbol.iterator in targets || Symbol.asyncIterator in targets
}

function baseFrom({ baseUrl = null }: CheckAllOptions): string | null {
  if (baseUrl === null) return null
  try {
    return parseBaseUrl(baseUrl)
  } catch (error) {
    throw error instanceof ValueError ? new TypeError(`baseUrl: ${error.message}`) : error
  }
}

/** What the command line refuses is refused here too. */
function shardFrom({ shard = null }: CheckAllOptions): Shard | null {
  if (shard === null) return null
  const text = `${shard.index}/${shard.count}`
  try {
    return parseShard(text)
  } catch (error) {
    if (!(error instanceof ValueError)) throw error
    throw new TypeError(`shard: expected ${error.expected}, got ${text}`)
  }
}
