// Which requests go past a proxy: the list of NO_PROXY, by curl's rules.

import { domainToASCII } from 'node:url'
import { addressBytes, isInSubnet, parseSubnet, type Subnet } from '../../words/subnet.js'
import { withoutTrailingDot } from '../../words/without-trailing-dot.js'

/** What of a request decides; `hostname` as in a URL: lower case, IPv6 in brackets. */
export interface ProxyTarget {
  readonly secure: boolean
  readonly hostname: string
  readonly port: number
}

/** One entry of NO_PROXY. */
type Bypass =
  | { readonly type: 'all' }
  | { readonly type: 'subnet'; readonly subnet: Subnet; readonly port: number | null }
  | { readonly type: 'domain'; readonly domain: string; readonly port: number | null }

/** Whether a request goes direct, by a list cut by commas and blanks; what makes no sense in it is passed over. */
export function noProxy(list: string): (target: ProxyTarget) => boolean {
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
