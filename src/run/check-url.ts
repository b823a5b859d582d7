// One URL, judged: what `checkAll` does for a list, retries and expectations included.

import type { Client } from '../ask/client.js'
import { engineOf } from '../ask/engine.js'
import { neverAsked } from '../ask/reply-of.js'
import { judge } from '../judge/judge.js'
import { checkOptions, pickOptions } from '../settings/check-options.js'
import type { OptionsOf } from '../settings/options.js'
import type { TargetSource } from '../settings/seams.js'
import { DEFAULT_EXPECT, type Target } from '../settings/target.js'
import { overrideOf } from '../targets/override-of.js'
import { parseUrl } from '../targets/parse-url.js'
import { applyOverride } from '../targets/settings.js'
import { urlText } from '../words/url-text.js'
import type { Verdict } from '../words/verdict.js'
import type { SignalLike, UrlLike } from '../words/web-types.js'
import { checkTargets } from './pipeline.js'

const TAKES = {
  of: 'checkUrl',
  parts: ['ask', 'expect'],
  also: ['retryTimeouts', 'maxWaitMs', 'notify', 'signal'],
} as const

type PolicyOptions = Pick<OptionsOf<'run'>, 'retryTimeouts' | 'maxWaitMs' | 'notify'>

/** Options of one call. */
export interface CheckUrlOptions extends OptionsOf<'ask' | 'expect'>, PolicyOptions {
  /** Aborting ends it at once; the verdict is `inconclusive` with the kind `aborted`. */
  readonly signal?: SignalLike | undefined
}

/**
 * Asks one URL, again where a failure may pass, and judges it. Never rejects for anything that the network or the URL
 * does. Rejects with a `TypeError` for an option that makes no sense, and for a closed client.
 */
export async function checkUrl(client: Client, url: string | UrlLike, options: CheckUrlOptions = {}): Promise<Verdict> {
  const { ask } = engineOf(client)
  const checked = checkOptions(options, TAKES)
  const settings = applyOverride({ ask, expect: DEFAULT_EXPECT, skip: null }, overrideOf(checked))
  const input = urlText(url)
  const target = { index: 0, line: null, source: 'argv', input, ...parseUrl(input), ...settings }
  const run = checkTargets(sourceOfOne(target), client, pickOptions(checked, ['run']))
  for await (const [verdict] of run.batches) if (verdict !== undefined) return verdict
  // Aborted: a list has no verdict then, but whoever asks for one gets it.
  const failure = { kind: 'aborted', code: null, detail: null, hint: null } as const
  return judge(target, neverAsked(target.ask.method, target.url ?? '', failure))
}

function sourceOfOne(target: Target): TargetSource {
  async function* batches() {
    yield [target]
  }
  const nothing = { blank: () => 0, otherShard: () => 0, notices: [], broke: () => null }
  return { ...nothing, batches: batches(), close() {} }
}
