// What a request says of us, and what it must not say to another origin: everything that the user added is for the
// origin of the list, and is not sent on when a redirect leaves it (curl CVE-2018-1000007, CVE-2022-27774).

import type { Ask } from '../../settings/target.js'
import { type ProxyServer, proxyAuthorization } from '../connect/proxy-server.js'
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

/** What one hop adds to the headers of its origin. */
export interface HopFacts {
  /** `name:password`; null: none. */
  readonly user: string | null
  /** The Cookie header; '' when there is none. */
  readonly cookies: string
  /** The proxy that the request is sent to whole; null: none. */
  readonly proxy: ProxyServer | null
}

/** The headers of one hop; the very same where it adds nothing. */
export function hopHeaders(base: readonly string[], { user, cookies, proxy }: HopFacts): readonly string[] {
  if (user === null && cookies === '' && proxy === null) return base
  const headers = [...base]
  // A header that the user wrote goes before userinfo, and there is only ever one Cookie header (RFC 6265 §5.4).
  if (user !== null && placeOf(base, 'authorization') < 0) headers.push('Authorization', basicAuthorization(user))
  const cookieAt = placeOf(base, 'cookie')
  if (cookies !== '' && cookieAt < 0) headers.push('Cookie', cookies)
  else if (cookies !== '') headers[cookieAt + 1] += `; ${cookies}`
  const proxyUser = proxy === null ? null : proxyAuthorization(proxy)
  if (proxyUser !== null) headers.push('Proxy-Authorization', proxyUser)
  return headers
}

/** Where a header of this lower-case name stands among name, value, name, value; -1 where it does not. */
function placeOf(headers: readonly string[], name: string): number {
  return headers.findIndex((written, index) => index % 2 === 0 && written.toLowerCase() === name)
}
