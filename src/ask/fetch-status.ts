// The exercise that it began as: `(status, url)` for one URL, `(0, url)` for any error or timeout, and the same for
// many at once. What lies behind the tuple is in attempt.ts.

import { eitherStop, stopOf } from '../flow/stop.js'
import { reasonOfStatus } from '../judge/reason.js'
import { checkOptions } from '../settings/check-options.js'
import { kindFacts } from '../settings/kinds.js'
import { DEFAULT_EXPECT } from '../settings/target.js'
import { overrideOf } from '../targets/override-of.js'
import { parseUrl } from '../targets/parse-url.js'
import { applyOverride } from '../targets/settings.js'
import type { Reply } from '../words/reply.js'
import { urlText } from '../words/url-text.js'
import type { SignalLike, UrlLike } from '../words/web-types.js'
import { attempt } from './attempt.js'
import type { Client } from './client.js'
import type { AskOptions } from './client-options.js'
import { type Engine, engineOf } from './engine.js'
import { neverAsked } from './reply-of.js'

/** What one attempt found, and the same in words. */
export interface StatusReply extends Reply {
  /** One plain sentence, as `reason` of a verdict has it: `404 Not Found`, `no such host`. */
  readonly reason: string
}

/** The status (0: no HTTP answer), the URL as it was asked for, and all that was found out. */
export type StatusTuple = readonly [status: number, url: string, reply: StatusReply]

/** Options of one call. `fetchStatus` makes one attempt always, so it has no `retries`; `checkUrl` has. */
export interface FetchStatusOptions extends Omit<AskOptions, 'retries'> {
  /** Aborting ends the attempt at once with the kind `aborted`. */
  readonly signal?: SignalLike | undefined
}

const TAKES = { of: 'fetchStatus', parts: ['ask'], also: ['signal'], without: ['retries'] } as const

/**
 * Asks one URL once: a `GET` within the budget, redirects followed. Never rejects for anything that the network or the
 * URL does; `reply.kind` says what that was. The limits of the client hold, and waiting for them costs no budget.
 * Rejects with a `TypeError` for what only a program can do wrong: an option that makes no sense, a closed client.
 */
export async function fetchStatus(
  client: Client,
  url: string | UrlLike,
  options: FetchStatusOptions = {},
): Promise<StatusTuple> {
  const engine = engineOf(client)
  const { signal, ...asked } = checkOptions(options, TAKES)
  const { ask } = applyOverride({ ask: engine.ask, expect: DEFAULT_EXPECT, skip: null }, overrideOf(asked))
  const written = urlText(url)
  const parsed = parseUrl(written)
  if (parsed.problem !== null) {
    const { kind, reason, hint } = parsed.problem
    return tupleOf(written, neverAsked(ask.method, written, { kind, code: null, detail: reason, hint }))
  }
  const stop = stopFor(engine, signal)
  try {
    const surroundings = { engine, stop: stop.either, givesPermits: false, keepAlive: () => true, breaker: null }
    const reply = await attempt(surroundings, { url: parsed.url, ask }, { permit: null, queuedMs: 0 })
    return tupleOf(written, reply)
  } finally {
    stop.release()
  }
}

/** One tuple per input in input order; never rejects for a URL. */
export async function gatherStatuses(
  client: Client,
  urls: Iterable<string | UrlLike>,
  options: FetchStatusOptions = {},
): Promise<StatusTuple[]> {
  engineOf(client)
  checkOptions(options, TAKES)
  if (typeof urls === 'string') throw new TypeError('gatherStatuses: expected a list of URLs, got one string')
  return await Promise.all(Array.from(urls, (url) => fetchStatus(client, url, options)))
}

/** Ends with the client, and with the caller's signal. */
function stopFor({ closed }: Engine, signal: SignalLike | undefined) {
  if (signal === undefined) return { either: closed, release() {} }
  const either = eitherStop(closed, stopOf(signal))
  return { either, release: either.release }
}

function tupleOf(url: string, reply: Reply): StatusTuple {
  const { status, kind, detail } = reply
  const reason = kind === 'ok' ? reasonOfStatus(status, reply.statusText) : (detail ?? kindFacts(kind).meaning)
  return [status, url, { ...reply, reason }]
}
