// Cookies for one redirect chain, as browsers keep them (RFC 6265bis §5.6 to §5.8). Nothing is kept between URLs. Dates,
// public suffixes and what matches are tough-cookie's; its own jar and parser are not used, because they decode the
// path, take a byte of the value for a blank (0xA0 ends `voilà`), and know no two cookies that differ by Domain alone.

import { createRequire } from 'node:module'
import { withoutTrailingDot } from '../../words/without-trailing-dot.js'

/** The cookies of one chain. */
export interface CookieJar {
  /** Takes the values of all Set-Cookie headers of an answer from `url`, a character a byte. */
  store(url: URL, setCookies: readonly string[]): void
  /** The Cookie header for `url`; '' when there is none. */
  header(url: URL): string
}

interface Cookie {
  /** '' for a value without a name, which is sent alone. */
  readonly name: string
  readonly value: string
  readonly domain: string
  readonly hostOnly: boolean
  readonly path: string
  readonly secure: boolean
  /** Wall-clock ms; Infinity: as long as the chain. */
  readonly expiresMs: number
}

/** The names of the attributes that matter, as the last one of each has them. */
interface Attributes {
  readonly [name: string]: string | undefined
}

type Rules = typeof import('tough-cookie')

/** Chromium's, for a site. */
const MAX_COOKIES = 180
/** RFC 6265bis §5.6: of name and value together, and of an attribute's value. */
const MAX_PAIR_LENGTH = 4096
const MAX_ATTRIBUTE_LENGTH = 1024
/** Of all names and values together: as much as an answer's header may hold. */
const MAX_JAR_LENGTH = 262_144

/** `now` is wall-clock ms. */
export function createCookieJar(now: () => number): CookieJar {
  /** By identity, in the order of their first setting; one that is set again keeps its place. */
  const cookies = new Map<string, Cookie>()
  let length = 0
  let loaded: Rules | null = null
  const load = () => {
    loaded ??= loadRules()
    return loaded
  }

  const remove = (id: string) => {
    const cookie = cookies.get(id)
    if (cookie === undefined) return
    cookies.delete(id)
    length -= lengthOf(cookie)
  }
  const put = (cookie: Cookie) => {
    const id = [cookie.name, cookie.domain, cookie.hostOnly, cookie.path].join(';')
    if (cookie.expiresMs <= now()) return remove(id)
    length += lengthOf(cookie) - lengthOf(cookies.get(id))
    cookies.set(id, cookie)
    while (cookies.size > MAX_COOKIES || length > MAX_JAR_LENGTH) remove(cookies.keys().next().value!)
  }

  return {
    store(url, setCookies) {
      if (setCookies.length === 0) return
      const rules = load()
      for (const text of setCookies) {
        const cookie = parseSetCookie(text, { url, nowMs: now(), rules })
        if (cookie !== null && !hidesSecureOne(cookie, cookies.values(), { url, rules })) put(cookie)
      }
    },
    header(url) {
      if (cookies.size === 0) return ''
      const rules = load()
      return [...cookies.values()]
        .filter((cookie) => cookie.expiresMs > now() && fits(cookie, url, rules))
        .sort((a, b) => b.path.length - a.path.length)
        .map(({ name, value }) => (name === '' ? value : `${name}=${value}`))
        .join('; ')
    },
  }
}

/** On the first Set-Cookie of a run: the list of public suffixes costs 40 ms (measured). */
const loadRules = () => createRequire(import.meta.url)('tough-cookie') as Rules

function lengthOf(cookie: Cookie | undefined): number {
  return cookie === undefined ? 0 : cookie.name.length + cookie.value.length
}

/** Where and when a cookie is set. */
interface Setting {
  readonly url: URL
  readonly nowMs: number
  readonly rules: Rules
}

/** RFC 6265bis §5.6 and §5.7; null: not to be kept. */
function parseSetCookie(text: string, { url, nowMs, rules }: Setting): Cookie | null {
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(text)) return null
  const [pair = '', ...rest] = text.split(';')
  const [name, value] = nameAndValue(pair)
  if (name.length + value.length > MAX_PAIR_LENGTH || name + value === '') return null
  const attributes = attributesOf(rest, rules)
  const scope = scopeOf(attributes.domain ?? '', url, rules)
  if (scope === null) return null
  const secure = attributes.secure !== undefined
  if (secure && !isTrustworthy(url)) return null
  const given = attributes.path?.startsWith('/') ? attributes.path : null
  if (!keepsPrefix({ name, value, secure, hostOnly: scope.hostOnly, path: given })) return null
  const path = given ?? rules.defaultPath(url.pathname)
  const expiresMs = expiryOf(attributes, nowMs, rules)
  const kept = { name: copied(name), value: copied(value), domain: copied(scope.domain), path: copied(path) }
  return { ...kept, hostOnly: scope.hostOnly, secure, expiresMs }
}

/** A slice would keep the whole header alive, which may have 256 KiB. */
function copied(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

/** Without `=` it is all value. */
function nameAndValue(pair: string): [name: string, value: string] {
  const equals = pair.indexOf('=')
  return equals < 0 ? ['', trim(pair)] : [trim(pair.slice(0, equals)), trim(pair.slice(equals + 1))]
}

/** Blanks are the two of HTTP; `String.prototype.trim` would take bytes of the value. */
function trim(text: string): string {
  return text.replace(/^[\t ]+|(?<![\t ])[\t ]+$/g, '')
}

function attributesOf(texts: readonly string[], rules: Rules): Attributes {
  const attributes: Record<string, string> = Object.create(null)
  for (const text of texts) {
    const equals = text.indexOf('=')
    const name = trim(equals < 0 ? text : text.slice(0, equals)).toLowerCase()
    const value = equals < 0 ? '' : trim(text.slice(equals + 1))
    if (value.length > MAX_ATTRIBUTE_LENGTH) continue
    // What cannot be read does not replace what could (§5.6.1, §5.6.2).
    if (name === 'max-age' && !/^-?\d+$/.test(value)) continue
    if (name === 'expires' && rules.parseDate(value) === undefined) continue
    attributes[name] = value
  }
  return attributes
}

/** Whose cookie it is (§5.7, steps 8 to 11); null: not this host's to set. */
function scopeOf(wanted: string, url: URL, rules: Rules): Pick<Cookie, 'domain' | 'hostOnly'> | null {
  const host = hostOf(url)
  const domain = unbracketed(wanted.replace(/^\./, '').toLowerCase())
  if (domain === '') return { domain: host, hostOnly: true }
  if (/[^\x00-\x7f]/.test(domain)) return null
  if (isPublicSuffix(domain, rules)) return domain === host ? { domain: host, hostOnly: true } : null
  return rules.domainMatch(host, domain, false) ? { domain, hostOnly: false } : null
}

/** A name without a dot is one by the list's last rule; addresses have none, and so match themselves only. */
function isPublicSuffix(domain: string, rules: Rules): boolean {
  const options = { allowSpecialUseDomain: true, ignoreError: true }
  return !domain.includes('.') || rules.getPublicSuffix(domain, options) === undefined
}

/** §5.7, steps 20 to 22. `path` is that of the attribute. */
function keepsPrefix(cookie: Pick<Cookie, 'name' | 'value' | 'secure' | 'hostOnly'> & { path: string | null }) {
  const text = (cookie.name === '' ? cookie.value : cookie.name).toLowerCase()
  const isHost = text.startsWith('__host-')
  if (!isHost && !text.startsWith('__secure-')) return true
  if (cookie.name === '' || !cookie.secure) return false
  return !isHost || (cookie.hostOnly && cookie.path === '/')
}

function expiryOf(attributes: Attributes, nowMs: number, rules: Rules): number {
  const { 'max-age': maxAge, expires } = attributes
  if (maxAge !== undefined) return Number(maxAge) <= 0 ? -Infinity : nowMs + Number(maxAge) * 1000
  // `0`, `-1` and the like are no date (§5.1.1), so the cookie lives on.
  return rules.parseDate(expires)?.getTime() ?? Infinity
}

/** In the clear nobody writes over what was set in secret (§5.7, step 16). */
function hidesSecureOne(cookie: Cookie, others: Iterable<Cookie>, { url, rules }: Omit<Setting, 'nowMs'>): boolean {
  if (cookie.secure || isTrustworthy(url)) return false
  const isRelated = (a: string, b: string) => rules.domainMatch(a, b, false) || rules.domainMatch(b, a, false)
  for (const { secure, name, domain, path } of others) {
    if (!secure || name !== cookie.name || !isRelated(domain, cookie.domain)) continue
    if (rules.pathMatch(cookie.path, path)) return true
  }
  return false
}

function fits({ domain, hostOnly, path, secure }: Cookie, url: URL, rules: Rules): boolean {
  const host = hostOf(url)
  if (host !== domain && (hostOnly || !rules.domainMatch(host, domain, false))) return false
  return (!secure || isTrustworthy(url)) && rules.pathMatch(url.pathname, path)
}

/** TLS, or this machine itself (Secure Contexts §3.1), as Chromium and Firefox have it. */
function isTrustworthy(url: URL): boolean {
  const host = withoutTrailingDot(hostOf(url))
  return url.protocol === 'https:' || host === '::1' || /^127(\.\d+){3}$|^(.+\.)?localhost$/.test(host)
}

function hostOf(url: URL): string {
  return unbracketed(url.hostname)
}

function unbracketed(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}
