// One URL, judged: what `checkAll` does for a list, retries and expectations included.

import { askFrom } from '../ask/ask-from.js'
import type { Client } from '../ask/client.js'
import type { AskOptions } from '../ask/client-options.js'
import { engineOf } from '../ask/engine.js'
import { neverAsked } from '../ask/reply-of.js'
import { judge } from '../judge/judge.js'
import type { TargetSource } from '../settings/seams.js'
import { DEFAULT_EXPECT } from '../settings/table.js'
import type { Target } from '../settings/target.js'
import { type ExpectOptions, overrideFrom } from '../targets/expect-from.js'
import { parseUrl } from '../targets/parse-url.js'
import { applyOverride } from '../targets/settings.js'
import { urlText } from '../targets/url-text.js'
import type { Verdict } from '../words/verdict.js'
import type { SignalLike, UrlLike } from '../words/web-types.js'
import { checkTargets } from './pipeline.js'

/** Options of one call. */
export interface CheckUrlOptions extends AskOptions, Omit<ExpectOptions, 'skip'> {
  /** Ask again after a timeout too. Default false. */
  readonly retryTimeouts?: boolean | undefined
  /** All waits for retries, ms. Default 30,000. */
  readonly maxWaitMs?: number | undefined
  /** Told in a sentence when a server asks for a long wait or this machine ran into a limit. Default: nobody. */
  readonly notify?: ((text: string) => void) | undefined
  /** Aborting ends it at once; the verdict is `inconclusive` with the kind `aborted`. */
  readonly signal?: SignalLike | undefined
}

/**
 * Asks one URL, again where a failure may pass, and judges it. Never rejects for anything that the network or the URL
 * does. Rejects with a `TypeError` for an option that makes no sense, and for a closed client.
 */
export async function checkUrl(client: Client, url: string | UrlLike, options: CheckUrlOptions = {}): Promise<Verdict> {
  const target = targetOf(client, url, options)
  const run = checkTargets(sourceOfOne(target), client, options)
  for await (const [verdict] of run.batches) if (verdict !== undefined) return verdict
  // Aborted: a list has no verdict then, but whoever asks for one gets it.
  const failure = { kind: 'aborted', code: null, detail: null, hint: null } as const
  return judge(target, neverAsked(target.ask.method, target.url ?? '', failure))
}

function targetOf(client: Client, url: string | UrlLike, options: CheckUrlOptions): Target {
  const { ask } = engineOf(client)
  const input = urlText(url)
  const base = { ask: askFrom(options, ask), expect: DEFAULT_EXPECT, skip: null }
  const settings = applyOverride(base, overrideFrom(options, options))
  return { index: 0, line: null, source: 'argv', input, ...parseUrl(input), ...settings }
}

function sourceOfOne(target: Target): TargetSource {
  async function* batches() {
    yield [target]
  }
  const nothing = { blank: () => 0, otherShard: () => 0, notices: [], broke: () => null }
  return { ...nothing, batches: batches(), close() {} }
}
