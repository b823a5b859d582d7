// Which proxy a request goes through, from --proxy and the environment, by curl's rules. Pure: it opens nothing, and no
// error of it holds the text it was given, for that may hold a password.

import { domainToASCII } from 'node:url'
import { UsageError, ValueError } from '../../settings/errors.js'
import { withoutTrailingDot } from '../../words/without-trailing-dot.js'
import { addressBytes, isInSubnet, parseSubnet, type Subnet } from './is-public-address.js'

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

/** What of a request decides; `hostname` as in a URL: lower case, IPv6 in brackets. */
export interface ProxyTarget {
  readonly secure: boolean
  readonly hostname: string
  readonly port: number
}

/** The proxy for a request; null goes direct. */
export type ProxyChoice = (target: ProxyTarget) => ProxyServer | null

/** Whether a request is simply sent to the proxy, with the whole URL in its first line (RFC 9112 §3.2.2). */
export function isPlain({ protocol }: ProxyServer, { secure }: Pick<ProxyTarget, 'secure'>): boolean {
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

export interface ProxyChoiceOptions {
  /** The value of `--proxy`; `none` for no proxy whatever the environment says; null when it was not given. */
  readonly flag: string | null
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Reads flag and environment once. As in curl, the first that is set and not empty counts:
 *
 * | request | proxy                                                                         |
 * | ------- | ----------------------------------------------------------------------------- |
 * | any     | `--proxy URL`; `--proxy none` is direct                                        |
 * | http    | `http_proxy`, `HTTP_PROXY` (unless `REQUEST_METHOD` is set), `all_proxy`, `ALL_PROXY` |
 * | https   | `https_proxy`, `HTTPS_PROXY`, `all_proxy`, `ALL_PROXY`                         |
 *
 * In CGI a request's `Proxy:` header arrives as HTTP_PROXY (httpoxy, CVE-2016-5385), hence REQUEST_METHOD.
 * Past any of them, `--proxy` too, goes what `no_proxy`, else `NO_PROXY` names, in a list cut by commas and blanks:
 *
 * | entry                                           | goes direct                                                |
 * | ----------------------------------------------- | ---------------------------------------------------------- |
 * | `*`                                             | everything                                                 |
 * | `example.com`, `.example.com`, `*.example.com`  | the host and all below it, in any case, with or without a final dot |
 * | `example.com:8443`                              | the same, on this port                                     |
 * | `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:443` | the address, however it is spelled         |
 * | `10.0.0.0/8`, `fd00::/8`                        | URLs with such an address as host; names are not looked up |
 * | anything else                                   | nothing; it is passed over                                 |
 *
 * `localhost` and loopback addresses go through the proxy as any other unless they are in that list.
 * Throws a `UsageError` that names the flag or variable, not its value. A variable that cannot be chosen is not read.
 */
export function createProxyChoice({ flag, env }: ProxyChoiceOptions): ProxyChoice {
  if (flag?.trim().toLowerCase() === 'none') return () => null
  const bypass = parseNoProxy(firstSet(env, ['no_proxy', 'NO_PROXY'])?.value ?? '')
  const named = flag === null ? null : readProxy('--proxy', flag)
  const fromEnv = (...names: readonly string[]) => {
    const found = firstSet(env, [...names, 'all_proxy', 'ALL_PROXY'])
    return found === null ? null : readProxy(found.name, found.value)
  }
  const plain = named ?? fromEnv('http_proxy', ...(env.REQUEST_METHOD === undefined ? ['HTTP_PROXY'] : []))
  const secure = named ?? fromEnv('https_proxy', 'HTTPS_PROXY')
  return (target) => {
    const proxy = target.secure ? secure : plain
    return proxy === null || bypass(target) ? null : proxy
  }
}

function firstSet(env: ProxyChoiceOptions['env'], names: readonly string[]): { name: string; value: string } | null {
  for (const name of names) {
    const value = env[name]?.trim()
    if (value) return { name, value }
  }
  return null
}

function readProxy(source: string, text: string): ProxyServer {
  try {
    return parseProxy(text)
  } catch (error) {
    if (error instanceof ValueError) throw new UsageError(`${source}: ${error.message}`)
    throw error
  }
}

/** One entry of NO_PROXY. */
type Bypass =
  | { readonly type: 'all' }
  | { readonly type: 'subnet'; readonly subnet: Subnet; readonly port: number | null }
  | { readonly type: 'domain'; readonly domain: string; readonly port: number | null }

function parseNoProxy(list: string): (target: ProxyTarget) => boolean {
  const entries = list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map(parseBypass)
  return ({ hostname, port }) => {
    const bytes = addressBytes(hostname.replace(/^\[|\]$/g, ''))
    const name = withoutTrailingDot(hostname.toLowerCase())
    return entries.some((entry) => {
      if (entry.type === 'all') return true
      if (entry.port !== null && entry.port !== port) return false
      // An address has no domain above it: `2.1` is no suffix of 192.0.2.1.
      if (entry.type === 'subnet') return bytes !== null && isInSubnet(bytes, entry.subnet)
      return bytes === null && (name === entry.domain || name.endsWith(`.${entry.domain}`))
    })
  }
}

function parseBypass(entry: string): Bypass {
  if (entry === '*') return { type: 'all' }
  // The port is after the bracket, or after the only colon; `::1` has none.
  const [, bracketed, bits = '', port = null] = /^\[([^\]]*)\](\/\d+)?(?::(\d+))?$/.exec(entry) ?? []
  const [, host = entry, hostPort = null] = /^([^:]*):(\d+)$/.exec(entry) ?? []
  const subnet = parseSubnet(bracketed === undefined ? host : bracketed + bits)
  const number = port ?? hostPort
  const onPort = number === null ? null : Number(number)
  if (subnet !== null) return { type: 'subnet', subnet, port: onPort }
  const bare = withoutTrailingDot(host.replace(/^(?:\*?\.)/, ''))
  return { type: 'domain', domain: domainToASCII(bare) || bare.toLowerCase(), port: onPort }
}
