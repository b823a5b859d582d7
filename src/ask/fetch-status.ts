// The exercise that it began as: `(status, url)` for one URL, `(0, url)` for any error or timeout, and the same for
// many at once. What lies behind the tuple is in attempt.ts.

import { stopOf } from '../flow/stop.js'
import { parseUrl } from '../targets/parse-url.js'
import type { Reply } from '../words/reply.js'
import { attempt } from './attempt.js'
import { type AskOptions, askFrom, type Client, engineOf } from './client.js'
import { neverAsked } from './reply-of.js'

/** The status (0: no HTTP answer), the URL as it was asked for, and all that was found out. */
export type StatusTuple = readonly [status: number, url: string, reply: Reply]

/** Options of one call. */
export interface FetchStatusOptions extends AskOptions {
  /** Aborting ends the attempt at once with the kind `aborted`. */
  readonly signal?: AbortSignal
}

/**
 * Asks one URL once: a `GET` within the budget, redirects followed. Never rejects for anything that the network or the
 * URL does; `reply.kind` says what that was. The limits of the client hold, and waiting for them costs no budget.
 */
export async function fetchStatus(client: Client, url: string, options: FetchStatusOptions = {}): Promise<StatusTuple> {
  const engine = engineOf(client)
  const ask = askFrom(options, engine.ask)
  if (typeof url !== 'string') throw new TypeError(`fetchStatus: expected a URL as a string, got ${typeof url}`)
  const parsed = parseUrl(url)
  if (parsed.problem !== null) {
    const { kind, reason, hint } = parsed.problem
    return [0, url, neverAsked(ask.method, url, { kind, code: null, detail: reason, hint })]
  }
  const stop = options.signal ? stopOf(options.signal) : null
  const reply = await attempt(engine, parsed.url, ask, {
    permit: null,
    queuedMs: 0,
    front: false,
    stop,
    keepAlive: () => true,
    breaker: null,
    againSinceMs: null,
  })
  return [reply.status, url, reply]
}

/** One tuple per input in input order; never rejects for a URL. */
export function gatherStatuses(
  client: Client,
  urls: Iterable<string>,
  options: FetchStatusOptions = {},
): Promise<StatusTuple[]> {
  return Promise.all(Array.from(urls, (url) => fetchStatus(client, url, options)))
}
