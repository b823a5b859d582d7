// The library's run: a list, options and a client in, an iterable of verdicts out.

import { askFrom } from '../ask/ask-from.js'
import type { Client } from '../ask/client.js'
import type { ClientOptions } from '../ask/client-options.js'
import { createClient } from '../ask/create-client.js'
import { engineOf } from '../ask/engine.js'
import { ValueError } from '../settings/errors.js'
import { DEFAULT_EXPECT } from '../settings/table.js'
import { type FailureBudget, parseShard, type Shard } from '../settings/values.js'
import { parseBaseUrl } from '../targets/base-url.js'
import { type ExpectOptions, overrideFrom } from '../targets/expect-from.js'
import { createRules, parseRule } from '../targets/rules.js'
import { applyOverride } from '../targets/settings.js'
import { typeName } from '../targets/url-text.js'
import type { SignalLike } from '../words/web-types.js'
import type { Checking } from './checking.js'
import { createChecking } from './create-checking.js'
import { listSource } from './list-source.js'
import { checkTargets } from './pipeline.js'
import { shardSource } from './shard-source.js'
import { createTargetOf, type TargetInput } from './target-of.js'

export interface CheckAllOptions extends ClientOptions, Omit<ExpectOptions, 'skip'> {
  /** A client of yours; its limits hold and it stays open. Default: a new one, closed at the end. */
  readonly client?: Client | undefined
  /** Settings for hosts, as in `--rule`: `*.example.com accept=404 user=$NAME`, names from `env`, where each must be set. */
  readonly rules?: readonly string[] | undefined
  /** What targets that are paths (`/healthz`) are paths of: an http or https URL. Default: such a target is invalid. */
  readonly baseUrl?: string | null | undefined
  /** Inconclusive URLs fail the run too, in `summary.exitCode`. Default false. */
  readonly strict?: boolean | undefined
  /** How many failures are still exit code 0. Default: none. */
  readonly maxFailures?: FailureBudget | undefined
  /** Ask only what is in this part of the list, by `shardOf`; `{ index: 3, count: 8 }` as `--shard 3/8`. Default: all. */
  readonly shard?: Shard | null | undefined
  /**
   * Ask only URLs that match one of these. Default: all. As everywhere, what cannot run in time linear in the text
   * (look-around, back references) is a `TypeError`.
   */
  readonly include?: readonly RegExp[] | undefined
  /** Leave out URLs that match one of these. */
  readonly exclude?: readonly RegExp[] | undefined
  /** Ask every URL once; repeats are verdicts with the outcome `skipped`. Default false. */
  readonly dedupe?: boolean | undefined
  /** Ask again after a timeout too. Default false. */
  readonly retryTimeouts?: boolean | undefined
  /**
   * How far the list is read ahead: targets that were read and have no verdict yet, to within an eighth. Default: 32,768,
   * enough for a list that is sorted by host, and 4,096 while all there is room for is asked.
   */
  readonly window?: number | undefined
  /** All waits for retries of one URL, ms. Default 30,000. */
  readonly maxWaitMs?: number | undefined
  /** Ask failures that may pass once more, gently, this long after the first pass, ms. Default: not. */
  readonly recheckMs?: number | null | undefined
  /** Ask failures again every 2 s until all is fine or this time is over, ms. Default: not. */
  readonly waitMs?: number | null | undefined
  /** Stop after so many failures. Default: never. */
  readonly bail?: number | null | undefined
  /** Stop after this time, ms. Default: never. */
  readonly timeLimitMs?: number | null | undefined
  /** Told in a sentence when a server asks for a long wait or this machine ran into a limit. Default: nobody. */
  readonly notify?: ((text: string) => void) | undefined
  /** Aborting begins nothing any more and ends what is on the wire; those targets have no verdict. */
  readonly signal?: SignalLike | undefined
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
  const ask = options.client === undefined ? engine.ask : askFrom(options, engine.ask)
  const base = applyOverride({ ask, expect: DEFAULT_EXPECT, skip: null }, overrideFrom(options, options))
  const rules = (options.rules ?? []).map((text) => parseRule(text, options.env ?? {}))
  const targetOf = createTargetOf(createRules(rules, base), baseFrom(options))
  const source = shardSource(listSource(targets, { targetOf, window: options.window }), shardFrom(options))
  const run = checkTargets(source, client, options)
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
