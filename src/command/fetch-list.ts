// Fetches lists that are behind a URL, by the client of the run: its limits, rules and what it may not reach hold for them
// as they do for the URLs of a list.

import type { Client } from '../ask/client.js'
import { fetchBody } from '../ask/fetch-body.js'
import { reasonOfStatus } from '../judge/reason.js'
import { kindFacts } from '../settings/kinds.js'
import { DEFAULT_EXPECT, type Target } from '../settings/target.js'
import type { FetchedList, FetchList } from '../targets/fetched-list.js'
import type { LineContext } from '../targets/parse-line.js'
import { parseUrl } from '../targets/parse-url.js'
import type { Reply } from '../words/reply.js'
import { Download } from './download.js'

export interface FetchListOptions {
  /** The settings of flags and rules, also for the hosts of lists. */
  readonly lines: LineContext
  /** Sentences for the user. */
  notify(text: string): void
}

/** A function that fetches lists. */
export function createFetchList(client: Client, options: FetchListOptions): FetchList {
  return async (written, signal) => {
    const parsed = parseUrl(written)
    if (parsed.problem !== null) return { source: null, reason: parsed.problem.reason, isOurs: false }
    return fetchOne(client, targetOf(parsed, options.lines), { signal, notify: options.notify })
  }
}

interface Fetching {
  readonly signal: AbortSignal
  notify(text: string): void
}

/** Resolves once the answer has begun, or when there is none. */
function fetchOne(client: Client, target: Target, { signal, notify }: Fetching): Promise<FetchedList> {
  const ending = new AbortController()
  const stop = () => ending.abort()
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  const download = new Download(stop)
  return new Promise((resolve, reject) => {
    const taker = {
      begin(url: string) {
        // Half of it was read: what comes now is another one.
        if (!download.restart()) {
          download.finish(new Error('the answer broke off'))
          return false
        }
        resolve({ source: download, url })
        return true
      },
      take: (chunk: Buffer) => download.push(chunk),
    }
    fetchBody(client, target, { taker, signal: ending.signal, notify })
      .then((reply) => {
        const reason = reply.kind === 'ok' && reply.body !== null ? null : whyNot(reply)
        download.finish(reason === null ? null : new Error(reason))
        const isOurs = reply.kind.startsWith('local.') || reply.kind === 'aborted'
        if (reason !== null) resolve({ source: null, reason, isOurs })
      })
      .catch(reject)
      .finally(() => signal.removeEventListener('abort', stop))
  })
}

function whyNot({ kind, status, statusText, detail }: Reply): string {
  return kind === 'ok' ? reasonOfStatus(status, statusText) : (detail ?? kindFacts(kind).meaning)
}

/** Packed lists are unpacked by what they are, however they are sent; to take gzip costs the server less. */
function targetOf({ url, host }: { readonly url: string; readonly host: string }, lines: LineContext): Target {
  const { ask } = lines.settingsOf?.(host) ?? lines
  const packed = { ...ask, headers: [...ask.headers, ['Accept-Encoding', 'gzip'] as const] }
  const place = { index: 0, line: null, source: 'argv', input: url, url, host }
  return { ...place, problem: null, ask: packed, expect: DEFAULT_EXPECT, skip: null }
}
