// What a caller may say of how to ask.

import type { PinnedAddress } from '../settings/addresses.js'
import type { HeaderPair } from '../settings/headers.js'
import type { Method } from '../words/method.js'

/** How to ask one URL; what is left out is the client's. */
export interface AskOptions {
  /** `GET` (default) or `HEAD`. */
  readonly method?: Method | undefined
  /** The budget of one attempt in ms, redirects included, waiting in our own queue excluded. Default 10,000. */
  readonly timeoutMs?: number | undefined
  /** A smaller bound for making a connection, ms. Default: none. */
  readonly connectTimeoutMs?: number | null | undefined
  /** Default true. */
  readonly follow?: boolean | undefined
  /** Default 20. */
  readonly maxRedirects?: number | undefined
  /** Sent to the URL's own origin only, apart from `Accept`, `Accept-Language` and `User-Agent`. */
  readonly headers?: Readonly<Record<string, string>> | readonly HeaderPair[] | undefined
  /** `name:password` for HTTP Basic. Default: the URL's userinfo. */
  readonly user?: string | null | undefined
  /** Report the status in spite of a bad certificate. Default false. */
  readonly insecure?: boolean | undefined
  /** How often `checkAll` asks a failure again that may pass; `fetchStatus` makes one attempt always. Default 2. */
  readonly retries?: number | undefined
}

/** What a client is made with; its asking options are the defaults of all its requests. */
export interface ClientOptions extends AskOptions {
  /** Requests on the wire at once. Default 128. */
  readonly concurrency?: number | undefined
  /** Requests on the wire at once to one host. Default 20; for a public host 6 after its first 100 requests. */
  readonly perHost?: number | null | undefined
  /** Default `urlstatus/VERSION`. */
  readonly userAgent?: string | undefined
  /** PEM texts of certificates to trust beside what Node trusts: authorities of any rank, servers' own. Default: none. */
  readonly ca?: readonly string[] | undefined
  /** PEM text of a client certificate, with its key or with `key`; shown to the URL's own origin only. */
  readonly cert?: string | null | undefined
  readonly key?: string | null | undefined
  /** `http://`, `https://`, `socks4://`, `socks4a://`, `socks5://` or `socks5h://` proxy for all requests. Default: none. */
  readonly proxy?: string | null | undefined
  /** Where `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are looked for. Default: nowhere. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Only addresses of this family. Default: both. */
  readonly family?: 4 | 6 | null | undefined
  /** Addresses for a host and port, instead of asking DNS. */
  readonly resolve?: readonly PinnedAddress[] | undefined
  /** DNS servers to ask instead of the system: `ADDRESS` or `ADDRESS:PORT`. */
  readonly dnsServers?: readonly string[] | undefined
  /** Never connect to private, loopback and other special addresses. Default false. */
  readonly denyPrivate?: boolean | undefined
  /** Requests a second in all, and to one host. Default: as many as there is room for. */
  readonly rate?: number | null | undefined
  readonly ratePerHost?: number | null | undefined
  /** Monotonic ms; for tests. Default `performance.now`. */
  readonly now?: (() => number) | undefined
}
