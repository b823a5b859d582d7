// Targets and replies for the policies' tests, and a check that answers from a function instead of a network.

import { NO_HEADERS } from '../../src/http/wire/reply-headers.js'
import type { Check, CheckContext } from '../../src/settings/seams.js'
import type { Ask, Target } from '../../src/settings/target.js'
import { DEFAULT_ASK, DEFAULT_EXPECT } from '../../src/settings/target.js'
import type { Kind } from '../../src/words/kinds.js'
import type { Stop } from '../../src/words/limits.js'
import type { Reply } from '../../src/words/reply.js'

/** A target as the reader makes it of a URL and keys. */
export function targetOf(url: string, ask: Partial<Ask> = {}, index = 0): Target {
  const { href, hostname } = new URL(url)
  return {
    index,
    line: index + 1,
    source: 'urls.txt',
    input: url,
    url: href,
    host: hostname,
    problem: null,
    skip: null,
    ask: { ...DEFAULT_ASK, ...ask },
    expect: DEFAULT_EXPECT,
  }
}

/** An answer of this status. */
export function answered(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  rest: Partial<Reply> = {},
): Reply {
  const get = (name: string) => headers[name] ?? null
  return {
    ...NOTHING,
    status,
    kind: 'ok',
    headers: { get, toJSON: () => headers },
    remoteAddress: '127.0.0.1',
    ...rest,
  }
}

/** No answer. */
export function failed(kind: Kind, code: string | null = null, rest: Partial<Reply> = {}): Reply {
  return { ...NOTHING, kind, code, ...rest }
}

const NOTHING: Reply = {
  status: 0,
  kind: 'ok',
  code: null,
  detail: null,
  hint: null,
  statusText: '',
  headers: NO_HEADERS,
  finalUrl: 'http://a.test/',
  redirects: [],
  httpVersion: null,
  remoteAddress: null,
  bodyBytes: 0,
  body: null,
  durationMs: 1,
  timingsMs: { queue: 0, dns: null, connect: null, tls: null, firstByte: null },
  tls: null,
  secondLook: false,
  checkedAtMs: 0,
  method: 'GET',
  attempts: 1,
  inferred: false,
}

/** A check that gives these replies in turn, the last of them for ever, and how it was asked. */
export function playing(...replies: readonly Reply[]) {
  const asked: { readonly target: Target; readonly context: CheckContext }[] = []
  const check: Check = async (target, context) => {
    asked.push({ target, context })
    return replies[Math.min(asked.length, replies.length) - 1]!
  }
  return { check, asked }
}

/** What a check without a permit of its own is called with. */
export const FIRST: CheckContext = { permit: null, queuedMs: 0 }

/** A stop that the test pulls. */
export function createStop(): Stop & { stopped: boolean } {
  return { running: new Set(), stopped: false }
}
