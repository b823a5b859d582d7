// Cookies for one redirect chain (RFC 6265 §5, reduced to what a login or consent redirect needs). It lives as long as
// the chain; nothing is kept between URLs, and nothing goes to a host that did not set it.

/** The cookies of one chain. */
export interface CookieJar {
  /** Takes the values of all Set-Cookie headers of an answer from `url`. */
  store(url: URL, setCookies: readonly string[]): void
  /** The Cookie header for `url`; '' when there is none. */
  header(url: URL): string
}

interface Cookie {
  readonly name: string
  readonly value: string
  readonly domain: string
  readonly hostOnly: boolean
  readonly path: string
  readonly secure: boolean
}

/** A chain has at most a few dozen hops; a server may not make it carry more than this. */
const MAX_COOKIES = 50
const MAX_COOKIE_LENGTH = 4096

export function createCookieJar(now: () => number): CookieJar {
  const cookies = new Map<string, Cookie>()
  return {
    store(url, setCookies) {
      for (const text of setCookies) {
        const { cookie, expired } = parseSetCookie(text, url, now())
        if (cookie === null) continue
        const id = `${cookie.name};${cookie.domain};${cookie.path}`
        cookies.delete(id)
        if (!expired && cookies.size < MAX_COOKIES) cookies.set(id, cookie)
      }
    },
    header(url) {
      const fitting: string[] = []
      for (const cookie of cookies.values()) if (fits(cookie, url)) fitting.push(`${cookie.name}=${cookie.value}`)
      return fitting.join('; ')
    },
  }
}

function parseSetCookie(text: string, url: URL, nowMs: number): { cookie: Cookie | null; expired: boolean } {
  const none = { cookie: null, expired: false }
  if (text.length > MAX_COOKIE_LENGTH || /[\x00-\x08\x0a-\x1f\x7f]/.test(text)) return none
  const [pair = '', ...attributes] = text.split(';')
  const equals = pair.indexOf('=')
  if (equals < 1) return none
  let domain = url.hostname
  let hostOnly = true
  let path = url.pathname.slice(0, Math.max(1, url.pathname.lastIndexOf('/')))
  let secure = false
  let expired = false
  let maxAgeSeen = false
  for (const attribute of attributes) {
    const [name = '', ...rest] = attribute.split('=')
    const value = rest.join('=').trim()
    switch (name.trim().toLowerCase()) {
      case 'domain': {
        const wanted = value.replace(/^\./, '').toLowerCase()
        if (wanted === '' || wanted === url.hostname) break
        // A single label is a public suffix for our purpose; the jar's chain is too short-lived for the full list.
        if (!wanted.includes('.') || !url.hostname.endsWith(`.${wanted}`)) return none
        domain = wanted
        hostOnly = false
        break
      }
      case 'path':
        if (value.startsWith('/')) path = value
        break
      case 'secure':
        secure = true
        break
      case 'max-age':
        if (/^-?\d+$/.test(value)) {
          maxAgeSeen = true
          expired = Number(value) <= 0
        }
        break
      case 'expires':
        if (!maxAgeSeen) expired = Date.parse(value) <= nowMs
        break
    }
  }
  const name = pair.slice(0, equals).trim()
  return { cookie: { name, value: pair.slice(equals + 1).trim(), domain, hostOnly, path, secure }, expired }
}

function fits(cookie: Cookie, url: URL): boolean {
  if (cookie.secure && url.protocol !== 'https:') return false
  const host = url.hostname
  if (host !== cookie.domain && (cookie.hostOnly || !host.endsWith(`.${cookie.domain}`))) return false
  const path = url.pathname
  return (
    path === cookie.path ||
    (path.startsWith(cookie.path) && (cookie.path.endsWith('/') || path[cookie.path.length] === '/'))
  )
}
