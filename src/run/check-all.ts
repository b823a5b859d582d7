// The library's run: a list, options and a client in, an iterator of verdicts out.

import type { Client } from '../ask/client.js'
import type { AskOptions, ClientOptions } from '../ask/client-options.js'
import { createClient } from '../ask/create-client.js'
import { engineOf } from '../ask/engine.js'
import { checkOptions, pickOptions } from '../settings/check-options.js'
import { ValueError } from '../settings/errors.js'
import type { OptionsOf } from '../settings/options.js'
import { DEFAULT_ASK, DEFAULT_EXPECT } from '../settings/target.js'
import { parseBaseUrl } from '../targets/base-url.js'
import { overrideOf } from '../targets/override-of.js'
import { createRules, parseRule } from '../targets/rules.js'
import { applyOverride } from '../targets/settings.js'
import { typeName } from '../words/url-text.js'
import type { Checking } from './checking.js'
import { createChecking } from './create-checking.js'
import { listSource } from './list-source.js'
import { checkTargets } from './pipeline.js'
import { shardSource } from './shard-source.js'
import { createTargetOf, type TargetInput } from './target-of.js'

/** What a run is asked with, beside a client. */
export interface RunSettings extends AskOptions, OptionsOf<'expect' | 'run'> {
  /** Where the names of `rules` are looked for, and those of proxies where the run makes its client. Default: nowhere. */
  readonly env?: ClientOptions['env']
}

/** With a client of yours, whose limits hold and which stays open. What a client is made with is not for it. */
export interface WithClient
  extends Readonly<Partial<Record<Exclude<keyof ClientOptions, keyof RunSettings>, undefined>>> {
  readonly client: Client
}

/** With a client of its own, made of these options and closed at the end. */
export interface WithoutClient extends OptionsOf<'client'> {
  readonly client?: undefined
}

/** What a run is asked with: a client, or the options to make one. */
export type CheckAllOptions = RunSettings & (WithClient | WithoutClient)

/**
 * Asks all targets and yields a verdict each, in completion order. Pulls from `targets` only as fast as it can ask, so
 * the list may be endless. Throws what `targets` throws; never for anything that a URL or the network does. Options that
 * make no sense throw at once, a `TypeError`.
 */
export function checkAll(
  targets: Iterable<TargetInput> | AsyncIterable<TargetInput>,
  options: CheckAllOptions = {},
): Checking {
  if (!isList(targets)) throw new TypeError(`targets: expected a list of URLs, got ${typeName(targets)}`)
  const checked = checkOptions(options, options?.client === undefined ? ALONE : WITH_CLIENT)
  if (options.client !== undefined && (checked.threads ?? 1) !== 1) {
    throw new TypeError('threads: not together with a client of yours, which is in this thread')
  }
  const own = options.client === undefined ? createClient(pickOptions(options, ['ask', 'client'])) : null
  const client = own ?? options.client!
  const ask = own === null ? engineOf(client).ask : DEFAULT_ASK
  const base = applyOverride({ ask, expect: DEFAULT_EXPECT, skip: null }, overrideOf(checked))
  const { rules = [], env = {}, shard = null, window, recheckMs = null, waitMs = null } = checked
  if (recheckMs !== null && waitMs !== null) throw new TypeError('recheckMs: not together with waitMs')
  const settingsOf = createRules(
    rules.map((text) => parseRule(text, env, 'rules')),
    base,
  )
  const targetOf = createTargetOf(settingsOf, baseOf(checked.baseUrl ?? null))
  const source = shardSource(listSource(targets, { targetOf, window }), shard)
  const run = checkTargets(source, client, pickOptions(checked, ['run']))
  return createChecking(run, async () => await own?.close())
}

const ALONE = { of: 'checkAll', parts: ['ask', 'expect', 'client', 'run'], besides: ['client'] } as const
const WITH_CLIENT = {
  of: 'checkAll with a client of yours; it is one of createClient',
  parts: ['ask', 'expect', 'run'],
  also: ['env'],
  besides: ['client'],
} as const

function isList(targets: unknown): boolean {
  if (typeof targets !== 'object' || targets === null) return false
  return Symbol.iterator in targets || Symbol.asyncIterator in targets
}

/** What the command line refuses is refused here too; the text may hold a password. */
function baseOf(baseUrl: string | null): string | null {
  try {
    return baseUrl === null ? null : parseBaseUrl(baseUrl)
  } catch (error) {
    throw error instanceof ValueError ? new TypeError(`baseUrl: ${error.message}`) : error
  }
}
