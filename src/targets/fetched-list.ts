// Lists that are behind a URL. How they are fetched is not known here: whoever reads lists is given a function for it.

import type { ByteSource } from './byte-source.js'

/** What came of fetching a list: its bytes, as soon as there are some, and the URL where the redirects ended; or why not. */
export type FetchedList =
  | { readonly source: ByteSource; readonly url: string }
  | {
      readonly source: null
      /** `404 Not Found`. */
      readonly reason: string
      /** It says nothing of the list: this machine is offline, or the run is stopped. */
      readonly isOurs: boolean
    }

/** Fetches a list, http or https. Never rejects; `signal` ends it, and the bytes that are still to come. */
export type FetchList = (url: string, signal: AbortSignal) => Promise<FetchedList>
