// The parts of an exchange put together as the client does it, with a lookup of the test's. The root of the
// test certificates is trusted.

import { onTestFinished } from 'vitest'
import { createConnector } from '../../../src/http/connect/connector.js'
import { createSecureContext } from '../../../src/http/connect/secure-context.js'
import { askHop } from '../../../src/http/exchange/ask-hop.js'
import { createDecoders } from '../../../src/http/exchange/decoders.js'
import type { HopRequest, HopResult } from '../../../src/http/exchange/hop-request.js'
import { createTransport, type Transport } from '../../../src/http/exchange/transport.js'
import type { Address } from '../../../src/http/names/address.js'
import type { Lookup } from '../../../src/http/names/lookup.js'
import { createDeadline } from '../../../src/http/wire/deadline.js'
import { splitUrl } from '../../../src/http/wire/split-url.js'
import { testCertificates } from '../../support/certificates.js'

export interface ExchangeRig {
  /** Asks once. Default: GET, a budget of 5 s, the connection is wanted again. */
  ask(url: string, options?: Partial<HopRequest> & { readonly insecure?: boolean }): Promise<HopResult>
  readonly transport: Transport
}

/** A lookup of which only this is ever asked. */
export function asLookup(lookup: (name: string) => Promise<readonly Address[]>): Lookup {
  return Object.assign(lookup, {
    cached: () => null,
    isKnownHere: () => false,
    zoneExists: async () => 'unknown' as const,
    limitTo: () => {},
    close: () => {},
  })
}

/** `lookup` gives the addresses of every name; default: none is looked up. `decoders` default: those of the client. */
export function createExchangeRig(
  lookup: (name: string) => Promise<readonly Address[]> = () => Promise.reject(new Error('no lookup expected')),
  decoders = createDecoders(),
): ExchangeRig {
  const now = () => performance.now()
  const whole: Lookup = asLookup(lookup)
  const connector = createConnector({
    lookup: whole,
    now,
    pinned: [],
    denyPrivate: false,
    secureContext: () => createSecureContext({ ca: [testCertificates().root.cert], cert: null, key: null }),
    proxyFor: () => null,
  })
  const transport = createTransport(connector, 256)
  const deadline = createDeadline(now)
  onTestFinished(() => {
    transport.close()
    deadline.close()
  })
  return {
    transport,
    ask(url, { insecure = false, ...options } = {}) {
      const { origin, path } = splitUrl(new URL(url).href, insecure)
      const budgetMs = options.budgetMs ?? 5000
      const request: HopRequest = {
        origin,
        path,
        method: 'GET',
        headers: ['User-Agent', 'test'],
        budgetMs,
        timeoutMs: budgetMs,
        connectTimeoutMs: null,
        search: null,
        keepAlive: () => true,
        stop: null,
        ...options,
      }
      return askHop(request, { transport, deadline, decoders, now })
    },
  }
}

/** IPv4 addresses as a lookup gives them. */
export const v4 = (...addresses: string[]): readonly Address[] =>
  addresses.map((address) => ({ address, family: 4 as const }))

/** What of a result says how it ended. */
export const ending = ({ status, failure }: HopResult) => (failure === null ? status : failure.kind)
