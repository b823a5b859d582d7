// What a request says of us, and what it must not say to another origin: everything that the user added is for the
// origin of the list, and is not sent on when a redirect leaves it (curl CVE-2018-1000007, CVE-2022-27774).

import type { Ask } from '../types.js'
import { ACCEPT_ENCODING } from './body-reader.js'

/** Headers as undici takes them: name, value, name, value. */
export interface RequestHeaders {
  /** For the origin that the list names. */
  readonly own: readonly string[]
  /** For any other origin: only what describes the client. */
  readonly foreign: readonly string[]
}

/** These say who asks and what may be answered, nothing about the user. */
const ALLOWED_ABROAD = new Set(['user-agent', 'accept', 'accept-language', 'accept-charset', 'accept-encoding'])

/** The last one of a name wins, as in the order: defaults, flags, the line. */
export function requestHeaders(ask: Ask, userAgent: string): RequestHeaders {
  const byName = new Map<string, readonly [string, string]>([
    ['user-agent', ['User-Agent', userAgent]],
    ['accept', ['Accept', '*/*']],
  ])
  if (ask.readsUntil !== null) byName.set('accept-encoding', ['Accept-Encoding', ACCEPT_ENCODING])
  for (const pair of ask.headers) byName.set(pair[0].toLowerCase(), pair)
  const own: string[] = []
  const foreign: string[] = []
  for (const [name, [written, value]] of byName) {
    own.push(written, value)
    if (ALLOWED_ABROAD.has(name)) foreign.push(written, value)
  }
  return { own, foreign }
}

/** HTTP Basic (RFC 7617), UTF-8. `user` is `name:password`. */
export function basicAuthorization(user: string): string {
  return `Basic ${Buffer.from(user, 'utf8').toString('base64')}`
}
