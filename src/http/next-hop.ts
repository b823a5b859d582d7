// Where a redirect leads (RFC 9110 §15.4, Fetch standard "HTTP-redirect fetch"). Pure: an answer in, the next URL or the
// reason why there is none out. undici's own redirect interceptor loses the status and leaks headers, so it is not used.

import type { Hop } from '../types.js'
import type { Failure } from './failure.js'

/** The answer that may be a redirect. `locations` holds each Location header once, decoded. */
export interface Answer {
  readonly url: string
  readonly status: number
  readonly locations: readonly string[]
}

/** `final`: the answer is the last one. `next`: ask this URL. `failed`: a redirect that cannot be followed. */
export type NextHop =
  | { readonly type: 'final' }
  | { readonly type: 'next'; readonly url: string }
  | { readonly type: 'failed'; readonly failure: Failure }

const FINAL: NextHop = { type: 'final' }

/** 304 and 305 never redirect; 300 does where it has a Location (RFC 9110 §15.4.1). */
const REDIRECTS = new Set([300, 301, 302, 303, 307, 308])

/** Whether a status asks for another URL. */
export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status)
}

/**
 * Decides what follows `answer`. `before` are the hops already taken; `visited` says whether a URL was asked before
 * with the same cookies: a page that sets a cookie and redirects to itself is no loop.
 */
export function nextHop(
  answer: Answer,
  before: readonly Hop[],
  maxRedirects: number,
  visited: (url: string) => boolean,
): NextHop {
  const [location, another] = answer.locations
  if (!isRedirect(answer.status) || location === undefined || location.trim() === '') return FINAL
  if (another !== undefined) return invalid('two different Location headers')

  const next = parseUrl(location.trim(), answer.url)
  if (next === null) return invalid('the Location is not a URL')
  if (next.protocol !== 'http:' && next.protocol !== 'https:') return invalid(`a redirect to ${next.protocol}`)
  if (next.hostname === '' || next.port === '0') return invalid('the Location is not a web address')
  // A fragment is inherited (RFC 9110 §10.2.2); userinfo in a Location is never sent (HOSTILE case 74).
  if (next.hash === '') next.hash = hashOf(answer.url)
  next.username = ''
  next.password = ''

  if (visited(next.href)) return failed('http.response.redirect_loop', null)
  if (before.length >= maxRedirects) {
    return failed('http.response.too_many_redirects', `more than ${maxRedirects} redirects`)
  }
  return { type: 'next', url: next.href }
}

/** `URL.parse` is not in every Node 20. */
function parseUrl(text: string, base: string): URL | null {
  try {
    return new URL(text, base)
  } catch {
    return null
  }
}

function hashOf(url: string): string {
  const hash = url.indexOf('#')
  return hash < 0 ? '' : url.slice(hash)
}

function invalid(detail: string): NextHop {
  return failed('http.response.invalid_redirect', detail)
}

function failed(kind: Failure['kind'], detail: string | null): NextHop {
  return { type: 'failed', failure: { kind, code: null, detail, hint: null } }
}
