// Who made a certificate: one of the authorities of the public web, or a network or a machine on the way.

import type { X509Certificate } from 'node:crypto'
import { isPublicName } from '../../words/is-public-name.js'

/** The signed certificate timestamps of RFC 6962 §3.3, 1.3.6.1.4.1.11129.2.4.2, as the DER of an OID. */
const LOGGED = Buffer.from('060a2b06010401d679020402', 'hex')

/**
 * Whether a public authority made it: it is in the public logs, or says where on the public web its issuer is. What a
 * network signs on the way has neither.
 */
export function isOfPublicAuthority({ raw, infoAccess }: X509Certificate): boolean {
  if (raw.includes(LOGGED)) return true
  const urls = infoAccess?.matchAll(/URI:"?(https?:\/\/[^\s"]+)/gi) ?? []
  return [...urls].some(([, url]) => URL.canParse(url!) && isPublicName(new URL(url!).hostname))
}
