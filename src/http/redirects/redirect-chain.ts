// What one redirect chain remembers: its cookies, and which URLs it has asked with which of them. It lives as long as
// the chain.

import { hash } from 'node:crypto'
import { createCookieJar } from './cookie-jar.js'

export interface RedirectChain {
  /** Takes the Set-Cookie values of an answer from `url`. */
  take(url: string, setCookies: readonly string[]): void
  /** The Cookie header for `url`; '' when there is none. */
  cookies(url: string): string
  /**
   * Whether `url` was asked twice before with the cookies that it would get now. Once is no loop: a page may redirect to
   * itself while it wakes something up.
   */
  readonly isLoop: (url: string) => boolean
  visit(url: string): void
}

/** How often the same is asked; what comes back the third time goes round. */
const ASKED_MOST = 2

/** `now` is wall-clock ms, for the expiry of cookies. */
export function createRedirectChain(start: string, now: () => number): RedirectChain {
  const jar = createCookieJar(now)
  const cookies = (url: string) => jar.header(new URL(url))
  // Hashed, because URL and cookies together may be 100 KB and a chain may have hundreds of hops.
  const id = (url: string) => hash('sha256', `${withoutFragment(url)} ${cookies(url)}`, 'base64')
  const asked = new Map([[id(start), 1]])
  return {
    take: (url, setCookies) => {
      if (setCookies.length > 0) jar.store(new URL(url), setCookies)
    },
    cookies,
    isLoop: (url) => (asked.get(id(url)) ?? 0) >= ASKED_MOST,
    visit(url) {
      const key = id(url)
      asked.set(key, (asked.get(key) ?? 0) + 1)
    },
  }
}

function withoutFragment(url: string): string {
  const hash = url.indexOf('#')
  return hash < 0 ? url : url.slice(0, hash)
}
