// What one redirect chain remembers: its cookies, and which URLs it has asked with which of them. It lives as long as
// the chain.

import { createCookieJar } from './cookie-jar.js'

export interface RedirectChain {
  /** Takes the Set-Cookie values of an answer from `url`. */
  take(url: string, setCookies: readonly string[]): void
  /** The Cookie header for `url`; '' when there is none. */
  cookies(url: string): string
  /** Whether `url` was asked before with the cookies that it would get now. */
  readonly visited: (url: string) => boolean
  visit(url: string): void
}

/** `now` is wall-clock ms, for the expiry of cookies. */
export function createRedirectChain(start: string, now: () => number): RedirectChain {
  const jar = createCookieJar(now)
  const cookies = (url: string) => jar.header(new URL(url))
  const id = (url: string) => `${withoutFragment(url)} ${cookies(url)}`
  const seen = new Set([id(start)])
  return {
    take: (url, setCookies) => {
      if (setCookies.length > 0) jar.store(new URL(url), setCookies)
    },
    cookies,
    visited: (url) => seen.has(id(url)),
    visit: (url) => seen.add(id(url)),
  }
}

function withoutFragment(url: string): string {
  const hash = url.indexOf('#')
  return hash < 0 ? url : url.slice(0, hash)
}
