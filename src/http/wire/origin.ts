// Cuts a normalised URL into what a connection and a request line need. By index, not by `new URL`: the text is
// WHATWG-normalised already, and this runs once a hop.

import type { Where } from '../../words/limits.js'
import { withoutTrailingDot } from '../../words/without-trailing-dot.js'

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

/** Of the URL before: most lists name a host many times in a row, and one object is found faster than equal ones. */
let last: UrlParts | null = null

/** `url` is the `href` of an http or https URL. */
export function splitUrl(url: string, insecure: boolean): UrlParts {
  const parts =
    last !== null && last.origin.insecure === insecure && isOn(last.origin, url)
      ? onSame(last, url)
      : cut(url, insecure)
  last = parts
  return parts
}

/** Without userinfo: that stands between the scheme and the host. */
function isOn({ href }: Origin, url: string): boolean {
  return url.startsWith(href) && url[href.length] === '/'
}

function onSame({ origin, where }: UrlParts, url: string): UrlParts {
  return { origin, path: pathOf(url, origin.href.length), where, userinfo: null }
}

function pathOf(url: string, pathAt: number): string {
  const hash = url.indexOf('#', pathAt)
  return hash < 0 ? url.slice(pathAt) : url.slice(pathAt, hash)
}

function cut(url: string, insecure: boolean): UrlParts {
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

/** Where to connect. `insecure` and `anonymous` origins have connections of their own. */
export interface Origin {
  /** `https://example.com:8443`, as in a URL. */
  readonly href: string
  readonly secure: boolean
  /** As in a URL: lower case, IPv6 in brackets. */
  readonly hostname: string
  readonly port: number
  readonly insecure: boolean
  /** The client's certificate is not for it. Default false. */
  readonly anonymous?: boolean
}
