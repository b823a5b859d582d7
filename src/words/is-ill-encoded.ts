// Whether an internationalised host name is none. The URL standard asks such names as they stand since June 2026, and
// Node with it (24.21, 26.7), where older ones refuse the URL: the verdict must not depend on the Node.

import { domainToUnicode } from 'node:url'

/** A label that says it is Punycode (RFC 5891 §4.2.2) and cannot be read as that stays as it is. `host` is lower-case. */
export function isIllEncoded(host: string): boolean {
  return host.includes('xn--') && /(?:^|\.)xn--/.test(domainToUnicode(host) || host)
}
