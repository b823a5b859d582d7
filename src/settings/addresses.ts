// Addresses as people write them: where a host is, and whom to ask for names.

import { isIP } from 'node:net'
import { isIllEncoded } from '../words/is-ill-encoded.js'
import { withoutTrailingDot } from '../words/without-trailing-dot.js'
import { ValueError } from './errors.js'
import { textOf, type ValueType } from './value-type.js'

/** Where to connect for one host and port, instead of asking DNS. */
export interface PinnedAddress {
  /** As in a URL, IPv6 in brackets; `*` for every host. */
  readonly host: string
  readonly port: number
  /** One, or several with commas between them, which are raced. */
  readonly address: string
}

/**
 * `HOST:PORT:ADDRESS[,ADDRESS]`, as curl has it: the host in any spelling that a URL may have, or `*`; addresses with or
 * without brackets; a `+` before it, which only says how long curl remembers it, is passed over. Its `-HOST:PORT`, which
 * takes one back, is not.
 */
export function parseResolve(text: string): PinnedAddress {
  const match = /^\+?(\[[^\]]+\]|[^:[\]]+):(\d+):(.+)$/.exec(text)
  const [, written = '', portText = '', list = ''] = match ?? []
  const host = pinnedHost(written)
  const addresses = list.replace(/,$/, '').split(',').map(bare)
  const port = Number(portText)
  if (host === null || addresses.some((address) => isIP(address) === 0) || port < 1 || port > 65_535) {
    throw new ValueError(
      'HOST:PORT:ADDRESS, such as example.com:443:127.0.0.1; HOST may be *, addresses have commas between them',
    )
  }
  return { host, port, address: addresses.join(',') }
}

/** Where to connect. */
export const pinnedAddress: ValueType<PinnedAddress> = {
  read: parseResolve,
  check(given) {
    const { host, port, address } = Object(given) as PinnedAddress
    return parseResolve(`${host}:${port}:${address}`)
  },
}

function bare(address: string): string {
  return address.replace(/^\[(.*)\]$/, '$1')
}

/** The host as a URL has it: punycode, lower case, without a final dot; null where it is none. */
function pinnedHost(written: string): string | null {
  if (written === '*') return written
  // What would end the host in a URL, or be taken for more than one.
  if (/^-|[\s/\\?#@*%]/.test(written) || !URL.canParse(`http://${written}/`)) return null
  const host = withoutTrailingDot(new URL(`http://${written}/`).hostname)
  return host === '' || isIllEncoded(host) ? null : host
}

/** `ADDRESS` or `ADDRESS:PORT` of a DNS server; IPv6 with a port in brackets. */
export function parseServer(text: string): string {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? []
  const whole = isIP(text) !== 0
  const parts = isIP(bracketed ?? plain ?? '') !== 0 && Number(port ?? 53) >= 1 && Number(port ?? 53) <= 65_535
  if (!whole && !parts) throw new ValueError('an IP address with or without port, such as 127.0.0.1:5353')
  return text
}

/** Whom to ask for names. */
export const nameServer = textOf(parseServer)
