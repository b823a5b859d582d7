// What can be the name of a host, and one string for all URLs of a host in a row.

import { isIllEncoded } from '../words/is-ill-encoded.js'

/** The host names of one list, in its order: lists are sorted by host more often than not. */
export class HostNames {
  #last = ''

  /** The name, null where it cannot be one. In a row it is one string: looked at once, hashed once and found at once. */
  checked(host: string): string | null {
    if (host === this.#last) return this.#last
    if (!isHost(host) || isIllEncoded(host)) return null
    this.#last = host
    return host
  }
}

/** Whether it can be one after IDNA: WHATWG lets `$(x)`, `a,b`, `*` and `-` pass, of which no request can be made. A loop costs a third of a pattern. */
export function isHost(host: string): boolean {
  if (host.startsWith('[')) return true
  let isNamed = false
  for (let at = 0; at < host.length; at++) {
    const code = host.charCodeAt(at)
    const isLetter = code >= 0x61 && code <= 0x7a
    if (isLetter || (code >= 0x30 && code <= 0x39)) isNamed = true
    else if (code !== DOT && code !== HYPHEN && code !== UNDERSCORE) return false
  }
  // `---` is the start of a YAML file and no host.
  return isNamed
}

const HYPHEN = 0x2d
const DOT = 0x2e
const UNDERSCORE = 0x5f
