// How connections of a client are made: through what proxy, to what addresses, with what certificates.

import { isIP } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { Anchors } from '../http/connect/anchors.js'
import { createAnchors } from '../http/connect/anchors.js'
import type { ConnectorOptions } from '../http/connect/connector.js'
import { createProxyChoice, type ProxyChoice } from '../http/connect/proxy-choice.js'
import { parseProxy } from '../http/connect/proxy-server.js'
import { createSecureContext } from '../http/connect/secure-context.js'
import { type PinnedAddress, parseResolve } from '../settings/addresses.js'
import type { ClientOptions } from './client-options.js'

/** Throws `TypeError` for options that make no sense, before the first request. */
export function connectionSettings(options: ClientOptions): Omit<ConnectorOptions, 'lookup' | 'now'> {
  const { proxy = null, env = {}, denyPrivate = false, ca = [] } = options
  if (proxy !== null) checkProxy(proxy)
  const proxyFor = createProxyChoice({ flag: proxy, env })
  if (denyPrivate && usesProxy(proxyFor)) {
    throw new TypeError("denyPrivate: not with a proxy, which looks names up by itself; proxy: 'none' for no proxy")
  }
  let trusted: Anchors | null = null
  return {
    pinned: pinnedFrom(options.resolve ?? [], options.family ?? null),
    denyPrivate,
    secureContext: secureContexts(options),
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
function secureContexts({ ca = [], cert = null, key = null }: ClientOptions): ConnectorOptions['secureContext'] {
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
  if (ca.length > 0 || cert !== null) {
    try {
      secureContext(false)
    } catch (cause) {
      const what =
        cert === null ? 'ca: not a certificate in PEM format' : 'cert: not a certificate with its key in PEM format'
      throw new TypeError(`${what} (${(cause as NodeJS.ErrnoException).code})`, { cause })
    }
  }
  return secureContext
}

/** Read as the flag is, so that a host in any spelling is the one in a URL. With a family, only its addresses where there are some. */
function pinnedFrom(resolve: readonly PinnedAddress[], family: 4 | 6 | null): readonly PinnedAddress[] {
  return resolve.map(({ host, port, address }) => {
    try {
      const pinned = parseResolve(`${host}:${port}:${address}`)
      const all = pinned.address.split(',')
      const fitting = all.filter((text) => family === null || isIP(text) === family)
      return fitting.length === 0 ? pinned : { ...pinned, address: fitting.join(',') }
    } catch (error) {
      throw new TypeError(`resolve: ${host}:${port}:${address}: ${(error as Error).message}`)
    }
  })
}
