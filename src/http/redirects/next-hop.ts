// Where a redirect leads (RFC 9110 §15.4, Fetch standard "HTTP-redirect fetch"). Pure: an answer in, the next URL or the
// reason why there is none out. undici's own redirect interceptor loses the status and leaks headers, so it is not used.

import { isIllEncoded } from '../../words/is-ill-encoded.js'
import type { Hop } from '../../words/reply.js'
import type { Failure } from '../wire/exchange-error.js'

/** The answer that may be a redirect. `locations` is what `locationsOf` read. */
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

/** Real ones are below 2 KiB, servers take 8 KiB of request line; what is longer is kept by nobody. */
const MAX_LOCATION_LENGTH = 16_384
/** Relative ones add up, and what is not ASCII grows threefold. */
const MAX_URL_LENGTH = 65_536
/** What all URLs and Locations of a chain may take together: it is kept until the verdict is written. */
const MAX_CHAIN_LENGTH = 1_048_576
/** Of a Location that is too long, as much as anybody wants to see. */
const SHOWN_LENGTH = 4096

/** Whether a status asks for another URL. */
export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status)
}

/** Whether a Location says anything. Only HTTP's blanks are none: U+00A0 is a path like another (RFC 9110 §5.6.3). */
export function isBlank(location: string): boolean {
  return /^[\t\n\r ]*$/.test(location)
}

/** The hop to record: a Location that is too long to follow is cut. */
export function hopOf({ url, status, locations }: Answer): Hop {
  const [location = null] = locations
  if (location === null || location.length <= MAX_LOCATION_LENGTH) return { url, status, location }
  // A slice would keep the whole alive.
  const start = Buffer.from(location.slice(0, SHOWN_LENGTH)).toString()
  return { url, status, location: `${start}…` }
}

/** The redirects so far, and how far they may go. */
export interface Course {
  /** The hops already taken. */
  readonly before: readonly Hop[]
  readonly maxRedirects: number
  /** Whether to ask a URL now would be going round in circles: as often before, with the same cookies. */
  isLoop(url: string): boolean
}

/** Decides what follows `answer`. */
export function nextHop(answer: Answer, { before, maxRedirects, isLoop }: Course): NextHop {
  const [location, another] = answer.locations
  if (!isRedirect(answer.status) || location === undefined || isBlank(location)) return FINAL
  if (another !== undefined) return invalid('two different Location headers')
  if (location.length > MAX_LOCATION_LENGTH) return invalid('the Location is longer than 16 KiB')

  const next = parseUrl(location, answer.url)
  if (next === null || isIllEncoded(next.hostname)) return invalid('the Location is not a URL')
  if (next.protocol !== 'http:' && next.protocol !== 'https:') return invalid(`a redirect to ${next.protocol}`)
  if (next.hostname === '' || next.port === '0') return invalid('the Location is not a web address')
  // A fragment is inherited (RFC 9110 §10.2.2); userinfo in a Location is never sent (HOSTILE case 74).
  if (next.hash === '') next.hash = hashOf(answer.url)
  next.username = ''
  next.password = ''

  if (next.href.length > MAX_URL_LENGTH) return invalid('the URL of the redirect is longer than 64 KiB')
  if (isLoop(next.href)) return failed('http.response.redirect_loop', null)
  if (before.length >= maxRedirects) {
    return failed('http.response.too_many_redirects', `more than ${maxRedirects} redirects`)
  }
  if (lengthOf(before) > MAX_CHAIN_LENGTH) return invalid('the Locations of the chain are longer than 1 MiB together')
  return { type: 'next', url: next.href }
}

function lengthOf(hops: readonly Hop[]): number {
  return hops.reduce((sum, { url, location }) => sum + url.length + (location?.length ?? 0), 0)
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
