// Cuts a normalised URL into what a connection and a request line need. By index, not by `new URL`: the text is
// WHATWG-normalised already, and this runs once a hop.

import type { Where } from '../../words/limits.js'
import { withoutTrailingDot } from '../../words/without-trailing-dot.js'
import type { Origin } from './origin.js'

/** A URL in the parts that a hop uses. */
export interface UrlParts {
  readonly origin: Origin
  /** Path and query, without the fragment; starts with a slash. */
  readonly path: string
  /** For limits: the host without a trailing dot, and the origin. */
  readonly where: Where
  /** `user:password`, decoded; null when there is none. */
  readonly userinfo: string | null
}

/** Splits URLs, most cheaply those of one origin in a row. `url` is the `href` of an http or https URL. */
export type SplitUrl = (url: string, insecure: boolean) => UrlParts

/**
 * Makes one that remembers the URL before: most lists name a host many times in a row, and one object is found faster
 * than equal ones. Who asks and who plans the asking should share one.
 */
export function createSplitUrl(): SplitUrl {
  let last: UrlParts | null = null
  return (url, insecure) => {
    last = last !== null && isOn(last.origin, url, insecure) ? onSame(last, url) : splitUrl(url, insecure)
    return last
  }
}

/** Without userinfo: that stands between the scheme and the host. */
function isOn({ href, secure, insecure: isInsecure }: Origin, url: string, insecure: boolean): boolean {
  return isInsecure === (insecure && secure) && url.startsWith(href) && url[href.length] === '/'
}

function onSame({ origin, where }: UrlParts, url: string): UrlParts {
  return { origin, path: pathOf(url, origin.href.length), where, userinfo: null }
}

/** Splits one URL, the `href` of an http or https one. */
export function splitUrl(url: string, insecure: boolean): UrlParts {
  const secure = url.startsWith('https:')
  const authorityAt = secure ? 8 : 7
  const pathAt = url.indexOf('/', authorityAt)
  const at = url.lastIndexOf('@', pathAt)
  const hostAt = at < authorityAt ? authorityAt : at + 1
  const colon = url.lastIndexOf(':', pathAt)
  const hasPort = colon > hostAt && !url.slice(colon, pathAt).includes(']')
  const hostname = url.slice(hostAt, hasPort ? colon : pathAt)
  const href = `${secure ? 'https://' : 'http://'}${url.slice(hostAt, pathAt)}`
  return {
    origin: {
      href,
      secure,
      hostname,
      port: hasPort ? Number(url.slice(colon + 1, pathAt)) : secure ? 443 : 80,
      insecure: insecure && secure,
    },
    path: pathOf(url, pathAt),
    where: { host: withoutTrailingDot(hostname), origin: href },
    userinfo: at < authorityAt ? null : decodeUserinfo(url.slice(authorityAt, at)),
  }
}

function pathOf(url: string, pathAt: number): string {
  const hash = url.indexOf('#', pathAt)
  return hash < 0 ? url.slice(pathAt) : url.slice(pathAt, hash)
}

function decodeUserinfo(text: string): string {
  const decoded = (part: string) => {
    try {
      return decodeURIComponent(part)
    } catch {
      return part
    }
  }
  const colon = text.indexOf(':')
  return colon < 0 ? `${decoded(text)}:` : `${decoded(text.slice(0, colon))}:${decoded(text.slice(colon + 1))}`
}
