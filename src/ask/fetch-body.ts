// The body of one URL, as it comes: for lists that are behind a URL. Asked as every URL is, with the limits, retries and
// rules of its client; nothing is judged.

import { eitherStop, stopOf } from '../flow/stop.js'
import type { BodyReader } from '../http/exchange/body-reader.js'
import type { Target } from '../settings/target.js'
import type { RestOfList } from '../words/limits.js'
import type { Reply } from '../words/reply.js'
import { createCheck } from './check.js'
import type { Client } from './client.js'
import { engineOf } from './engine.js'

/** Takes a body. */
export interface BodyTaker {
  /** An answer with a status of 200 to 299 has come, by this URL; false: it is not wanted, there was one before. */
  begin(url: string): boolean
  /** A piece of it; false: that was enough. Valid until it returns. */
  take(chunk: Buffer): boolean
}

export interface FetchBodyOptions {
  readonly taker: BodyTaker
  /** Ends it with the kind `aborted`. */
  readonly signal: AbortSignal
  /** Sentences for the user. */
  notify(text: string): void
}

/** Nothing else is to be done meanwhile that a retry could wait for. */
const NO_REST: RestOfList = { hasSome: () => false, isPressed: () => false, onEnd: () => () => {} }

/** Asks with `GET`, redirects followed. Never rejects; the reply is `ok` once the body has come to its end. */
export async function fetchBody(client: Client, target: Target, options: FetchBodyOptions): Promise<Reply> {
  const { taker, signal, notify } = options
  const engine = engineOf(client)
  const stop = eitherStop(engine.closed, stopOf(signal))
  const ask = { ...target.ask, method: 'GET', follow: true, readsUntil: null, readsChain: false } as const
  const body = (url: string) => ({
    text: '',
    isWanted: (status: number) => status >= 200 && status < 300,
    keep: (done: Parameters<typeof readerFor>[1]) => readerFor({ taker, url }, done),
  })
  try {
    const check = createCheck(engine, { stop, rest: NO_REST, notify, body })
    return await check.ask({ ...target, ask }, { permit: null, queuedMs: 0 })
  } finally {
    stop.release()
  }
}

function readerFor(
  { taker, url }: { readonly taker: BodyTaker; readonly url: string },
  done: (found: 'absent' | 'beyond') => void,
): BodyReader {
  let isWanted = taker.begin(url)
  return {
    push(chunk) {
      isWanted &&= taker.take(chunk)
      if (!isWanted) done('beyond')
      return isWanted
    },
    end: () => done('absent'),
    close() {},
  }
}
