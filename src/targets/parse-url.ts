// One written URL to its normalised form, or the reason why it cannot be asked. `new URL` (WHATWG) is the parser; here
// stand only the scheme for bare hosts and what WHATWG lets pass though no request can be made of it.

import type { LineProblem } from '../settings/target.js'
import { nearest } from '../words/nearest.js'
import { withoutTrailingDot } from '../words/without-trailing-dot.js'
import { MARKDOWN_HINT } from './before-the-url.js'
import { HostNames } from './host-names.js'
import { INVISIBLE, nameCharacter } from './invisible.js'

/** `url` is `URL.href`; `host` lower-case without port and last dot, IPv6 in brackets. */
export type ParsedUrl =
  | { readonly url: string; readonly host: string; readonly problem: null }
  | { readonly url: null; readonly host: ''; readonly problem: LineProblem }

/** Longer ones are refused; servers refuse them far earlier (RFC 9110 §4.1 asks for 8000 octets). */
const MAX_URL_LENGTH = 65_536
/** RFC 1035 §2.3.4, without the dot of the root. */
const MAX_NAME_LENGTH = 253
const MAX_LABEL_LENGTH = 63

const WEB = /^https?:/i
/** With a dot in it, it is one only before `//`: `example.com:8080` is a host. */
const SCHEME = /^([a-z][a-z0-9+-]*|[a-z][a-z0-9+.-]*(?=:\/\/)):/i
/** `localhost:3000` reads as a scheme, but what follows it is a port. */
const HOST_AND_PORT = /^[^:]+:\d+(?:[/?#\\]|$)/
/** Their numbers are not ports. */
const NUMBERED_SCHEME = /^(?:tel|sms|fax|callto|data|urn):/i
const FORBIDDEN = new RegExp(`[\\x00-\\x20\\x7f-\\x9f${INVISIBLE}]`)
const LAST_CONTROL = 0x9f
/** `/x`, `./x`, `../x` and `?x`: what cannot be a host. For WHATWG `/\\x` is one. */
const PATH = /^(?:\/(?![/\\])|\.\.?(?:\/|$)|\?)/
const MAY_BE_LOCAL = /^[\d[]|localhost/i
/** `[` may begin an IPv6 address. */
const IN_QUOTES = /^(?:["'<(`\u201c\u201d\u2018\u2019\u00ab\u00bb]|\[(?![\da-f:.]*[\]%]))/i
const MARKDOWN_LINK = /^!?\[[^\]]{0,256}\]\(/
const IPV4 = /^\d+\.\d+\.\d+\.\d+$/
/** A URL behind a scheme: its host is then the second scheme, and its path the rest. */
const SECOND_SCHEME = /^https?:[\\/]*(?:[a-z][a-z0-9+-]*:[\\/]{2}|https?:[\\/])/i
/** From here a search finds a second `:/` only. */
const AFTER_SCHEME = 'https:/'.length
/** Slips of `http`, and not `ftp`. */
const LIKE_HTTP = /^(?:h|tt)/i
/** What is said of a URL looks at no more of it: patterns take longer than the text is long. */
const LOOKED_AT = 1000

/**
 * Reads one URL without white space around it. A bare host gets `https://`; this machine, IP literals and port 80 get
 * `http://`. With a `base`, a path is one of it, by the rules of a link in a page. `hosts` are those of the list it is from.
 */
export function parseUrl(text: string, base: string | null = null, hosts: HostNames = new HostNames()): ParsedUrl {
  if (text.length > MAX_URL_LENGTH) return refuse('the URL is longer than 64 KiB')
  if (FORBIDDEN.test(text)) return refuseCharacter(FORBIDDEN.exec(text)![0])
  if (WEB.test(text)) {
    if (text.indexOf(':/', AFTER_SCHEME) !== -1) {
      if (SECOND_SCHEME.test(text)) return refuse('two schemes; write one')
      if (isTwoUrls(text)) return refuse('two URLs with a comma between them', 'A table is read by csv=FILE')
    }
    return finish(tryUrl(text), text, hosts)
  }
  const scheme = SCHEME.exec(text)?.[1]
  if (scheme !== undefined && (!HOST_AND_PORT.test(text) || NUMBERED_SCHEME.test(text))) {
    return refuse(`only http and https: ${scheme.toLowerCase()}`, slipOf(scheme))
  }
  if (text.startsWith('//')) return finish(tryUrl(`https:${text}`), text, hosts)
  if (PATH.test(text)) {
    if (base === null) return refuse('a path without a host', 'Write https://HOST/PATH, or say whose: --base-url URL')
    const url = tryUrl(text, base)
    return finish(url, url?.href ?? text, hosts)
  }
  if (text.startsWith('/') || text.startsWith('\\')) return refuse('a path that begins with a backslash')
  if (MARKDOWN_LINK.test(text)) return refuse('a link in Markdown', MARKDOWN_HINT)
  if (IN_QUOTES.test(text)) return refuse('a URL in quotes or brackets', 'Write it without them')
  if (isCount(text)) return refuse('a number, not a host name')
  return finish(parseBare(text), text, hosts)
}

/** A number is an IPv4 address for WHATWG; a small one is of `0.0.0.0/8`, where nothing is (RFC 1122 §3.2.1.3). */
function isCount(text: string): boolean {
  const digits = /^(\d{1,8})\.?(?:$|[/?#])/.exec(text)?.[1]
  return digits !== undefined && Number(digits) > 0 && Number(digits) < 2 ** 24
}

/** A parameter may have a list of URLs as its value; whoever writes two URLs on a line begins the second like the first. */
function isTwoUrls(text: string): boolean {
  const comma = /[,;]https?:\/\//i.exec(text)?.index ?? -1
  return comma !== -1 && !/[?&#][^,;]*=https?(?::|%3A)/i.test(text.slice(0, comma).slice(-LOOKED_AT))
}

function slipOf(scheme: string): string | null {
  const near = LIKE_HTTP.test(scheme) && scheme.length < 8 ? nearest(scheme.toLowerCase(), ['http', 'https']) : null
  return near === null ? null : `Did you mean ${near}://?`
}

/** Guesses the scheme by the looks, and corrects it by the parsed host: `①②⑦.0.0.1` is an IP literal too. */
function parseBare(text: string): URL | null {
  const guess = MAY_BE_LOCAL.test(text) ? 'http:' : 'https:'
  const url = tryUrl(`${guess}//${text}`)
  if (url === null) return null
  const scheme = isLocal(url.hostname) || url.port === '80' ? 'http:' : 'https:'
  return scheme === guess ? url : tryUrl(`${scheme}//${text}`)
}

function isLocal(hostname: string): boolean {
  const name = withoutTrailingDot(hostname)
  return name === 'localhost' || name.endsWith('.localhost') || name.startsWith('[') || IPV4.test(name)
}

function finish(url: URL | null, text: string, hosts: HostNames): ParsedUrl {
  if (url === null) return refuse(whyNot(text))
  const host = withoutTrailingDot(url.hostname)
  if (url.port === '0') return refuse('the port must be 1 to 65535')
  if (host === '' || host.startsWith('.') || host.includes('..') || host.endsWith('.')) {
    return refuse('the host name has an empty label')
  }
  // `http//x` and `https://http//x`; a machine of that name may have a path, but not one that begins like this.
  if ((host === 'http' || host === 'https') && (!WEB.test(text) || url.pathname.startsWith('//'))) {
    return refuse(`a colon is missing: ${host}://`)
  }
  if (host.length > MAX_LABEL_LENGTH) {
    if (host.length > MAX_NAME_LENGTH) return refuse(`the host name is longer than ${MAX_NAME_LENGTH} characters`)
    if (host.split('.').some((label) => label.length > MAX_LABEL_LENGTH)) {
      return refuse(`a label of the host name is longer than ${MAX_LABEL_LENGTH} characters`)
    }
  }
  const checked = hosts.checked(host)
  return checked === null ? refuse(whyNot(text)) : { url: url.href, host: checked, problem: null }
}

/** A sentence about what `new URL` refused; userinfo is a secret and never part of it. */
function whyNot(text: string): string {
  const start = text.slice(0, LOOKED_AT)
  const authority = /^(?:[a-z]+:)?[\\/]*([^\\/?#]*)/i.exec(HOST_AND_PORT.test(start) ? `//${start}` : start)?.[1] ?? ''
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  if (host === '') return 'no host'
  if (/^\[[^\]]*%/.test(host)) return 'an IPv6 zone only means something on one machine; write the address without it'
  if (/:\d+$/.test(host) && Number(/\d+$/.exec(host)?.[0]) > 65_535) return 'the port must be 1 to 65535'
  if (/^[^[\]:]+:[^:]*[^\d:][^:]*$|\]:.*\D/.test(host)) return 'the port is not a number'
  return `not a host name: ${host.length > 100 ? `${host.slice(0, 100)}…` : host}`
}

function refuseCharacter(found: string): ParsedUrl {
  if (found === ' ') return refuse('a space in the URL; write %20')
  if (found === '\t') return refuse('a tab in the URL; write %09')
  const name = nameCharacter(found)
  if (found.charCodeAt(0) <= LAST_CONTROL) return refuse(`a control character (${name}) in the URL`)
  return refuse(`an invisible character (${name}) in the URL`, `If it is meant: ${encodeURIComponent(found)}`)
}

function tryUrl(text: string, base?: string): URL | null {
  try {
    return new URL(text, base)
  } catch {
    return null
  }
}

function refuse(reason: string, hint: string | null = null): ParsedUrl {
  return { url: null, host: '', problem: { kind: 'url.invalid', reason, hint, key: null, column: null } }
}
