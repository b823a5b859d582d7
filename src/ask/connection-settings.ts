// How connections of a client are made: through what proxy, to what addresses, with what certificates.

import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { Anchors } from '../http/connect/anchors.js'
import { createAnchors } from '../http/connect/anchors.js'
import type { ConnectorOptions } from '../http/connect/connector.js'
import { createProxyChoice, type ProxyChoice } from '../http/connect/proxy-choice.js'
import { parseProxy } from '../http/connect/proxy-server.js'
import { createSecureContext } from '../http/connect/secure-context.js'
import type { PinnedAddress } from '../settings/addresses.js'
import type { SettingsOf } from '../settings/options.js'

/** Throws `TypeError` for options that make no sense, before the first request. */
export function connectionSettings(settings: SettingsOf<'client'>): Omit<ConnectorOptions, 'lookup' | 'now'> {
  const { proxy, env, denyPrivate, ca, resolve, family } = settings
  if (proxy !== null) checkProxy(proxy)
  const proxyFor = createProxyChoice({ flag: proxy, env })
  if (denyPrivate && usesProxy(proxyFor)) {
    throw new TypeError("denyPrivate: not with a proxy, which looks names up by itself; proxy: 'none' for no proxy")
  }
  let trusted: Anchors | null = null
  return {
    pinned: family === null ? resolve : resolve.map((pinned) => ofFamily(pinned, family)),
    denyPrivate,
    secureContext: secureContexts(settings),
    anchors: () => {
      trusted ??= createAnchors(ca)
      return trusted
    },
    proxyFor,
  }
}

/** The text may hold a password. */
function checkProxy(proxy: string): void {
  try {
    if (proxy !== 'none') parseProxy(proxy)
  } catch (error) {
    throw new TypeError(`proxy: ${(error as Error).message}`)
  }
}

/** Whether any request goes through a proxy. */
export function usesProxy(proxyFor: ProxyChoice): boolean {
  // A name that no NO_PROXY can hold, so that only one of `*` says that there is none.
  return [false, true].some((secure) => proxyFor({ secure, hostname: '\0', port: 1 }) !== null)
}

/** The TLS settings with the client's certificate, and without it for origins that are not asked first. */
function secureContexts({ ca, cert, key }: SettingsOf<'client'>): ConnectorOptions['secureContext'] {
  if (key !== null && cert === null) throw new TypeError('key: only together with cert')
  // OpenSSL takes a text that holds no certificate without a word.
  for (const pem of ca) checkPem(() => new X509Certificate(pem), 'ca')
  let own: SecureContext | null = null
  let anonymous: SecureContext | null = null
  const secureContext = (isAnonymous: boolean) => {
    if (!isAnonymous || cert === null) {
      own ??= createSecureContext({ ca, cert, key })
      return own
    }
    anonymous ??= createSecureContext({ ca, cert: null, key: null })
    return anonymous
  }
  // At once where there is something to be wrong, so that it is said before the first request.
  if (ca.length > 0 || cert !== null) checkPem(() => secureContext(false), cert === null ? 'ca' : 'cert')
  return secureContext
}

/** Says in the words of the library what OpenSSL says. */
function checkPem(read: () => unknown, name: 'ca' | 'cert'): void {
  try {
    read()
  } catch (cause) {
    const what = name === 'ca' ? 'not a certificate' : 'not a certificate with its key'
    throw new TypeError(`${name}: ${what} in PEM format (${(cause as NodeJS.ErrnoException).code})`, { cause })
  }
}

/** Only its addresses of this family where there are some. */
function ofFamily(pinned: PinnedAddress, family: 4 | 6): PinnedAddress {
  const fitting = pinned.address.split(',').filter((text) => isIP(text) === family)
  return fitting.length === 0 ? pinned : { ...pinned, address: fitting.join(',') }
}
