// A proxy as the user writes it. Pure: no error holds the text that was given, for that may hold a password.

import { ValueError } from '../../settings/errors.js'

/** A proxy and how to talk to it. */
export interface ProxyServer {
  /** `https`: TLS to the proxy itself. `socks4` and `socks5`: names are looked up here; `socks4a` and `socks5h`: by the proxy. */
  readonly protocol: 'http' | 'https' | 'socks4' | 'socks4a' | 'socks5' | 'socks5h'
  /** As in a URL: lower case, IPv6 in brackets. */
  readonly hostname: string
  readonly port: number
  /** Percent-decoded; null without userinfo. */
  readonly credentials: { readonly username: string; readonly password: string } | null
  /** `http://proxy.example:3128`, always with the port, never with credentials: for messages and as a key. */
  readonly href: string
}

/** Whether a request is simply sent to the proxy, with the whole URL in its first line (RFC 9112 §3.2.2). */
export function isPlain({ protocol }: ProxyServer, { secure }: { readonly secure: boolean }): boolean {
  return !secure && !protocol.startsWith('socks')
}

const EXPECTED =
  'a proxy such as http://host:3128, https://host:443, socks5://host:1080 or socks5h://host:1080 (socks4, socks4a), ' +
  'with name:password@ before the host if it asks (/ ? # in a password are %2F %3F %23)'

/** RFC 1929 §2: one byte holds the length. */
const SOCKS_CREDENTIAL_MAX_BYTES = 255

/**
 * `http://`, `https://`, `socks4://`, `socks4a://`, `socks5://`, `socks5h://`, `socks://` (which is SOCKS4, as in curl)
 * or, without a scheme, `host:port` of an HTTP proxy. Without a port it is 1080, for https 443 (curl's defaults, not a
 * URL's). A path is passed over, as in curl. Throws a `ValueError` that does not hold the text.
 */
export function parseProxy(text: string): ProxyServer {
  const [, scheme = 'http', rest] = /^(?:([a-z][a-z0-9+.-]*):\/{1,3})?(.*)$/is.exec(text.trim())!
  const protocol = scheme.toLowerCase().replace(/^socks$/, 'socks4')
  if (!isProtocol(protocol) || /[\x00-\x20\x7f]/.test(rest!)) throw new ValueError(EXPECTED)
  // Read as http:// whatever it is, so that hosts are read as those of URLs are.
  const url = URL.canParse(`http://${rest}`) ? new URL(`http://${rest}`) : null
  // Behind a path with an @ the host is more likely to come still, and what looked like it was a name and password.
  if (url === null || `${url.pathname}${url.search}${url.hash}`.includes('@')) throw new ValueError(EXPECTED)
  const port = Number(url.port !== '' ? url.port : (explicitPort(rest!) ?? (protocol === 'https' ? 443 : 1080)))
  const credentials = credentialsOf(url)
  if (port === 0 || (protocol.startsWith('socks') && !fitsSocks(credentials))) throw new ValueError(EXPECTED)
  return { protocol, hostname: url.hostname, port, credentials, href: `${protocol}://${url.hostname}:${port}` }
}

const PROTOCOLS: readonly string[] = ['http', 'https', 'socks4', 'socks4a', 'socks5', 'socks5h']

function isProtocol(text: string): text is ProxyServer['protocol'] {
  return PROTOCOLS.includes(text)
}

/** `:80` is dropped by URL, being the default of http. */
function explicitPort(rest: string): string | undefined {
  const [authority] = rest.slice(rest.lastIndexOf('@') + 1).split(/[\\/?#]/, 1)
  return /:(\d+)$/.exec(authority!)?.[1]
}

function credentialsOf({ username, password }: URL): ProxyServer['credentials'] {
  if (username === '' && password === '') return null
  return { username: percentDecode(username), password: percentDecode(password) }
}

/** A lone `%` stays what it is, as in curl. */
function percentDecode(text: string): string {
  try {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, decodeURIComponent)
  } catch {
    throw new ValueError(EXPECTED)
  }
}

/** In SOCKS4 a NUL ends the name, and what follows would be read as the host. */
function fitsSocks(credentials: ProxyServer['credentials']): boolean {
  const values = Object.values(credentials ?? {})
  return values.every((value) => Buffer.byteLength(value) <= SOCKS_CREDENTIAL_MAX_BYTES && !value.includes('\0'))
}

/** The value of Proxy-Authorization (RFC 7617, UTF-8); null without credentials. */
export function proxyAuthorization({ credentials }: ProxyServer): string | null {
  if (credentials === null) return null
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`
}
