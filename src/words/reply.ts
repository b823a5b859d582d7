// What an attempt found: facts, no judgement.

import type { Kind } from './kinds.js'
import type { Method } from './method.js'

/** A redirect that was answered: the URL asked, the 3xx, and its Location as received. */
export interface Hop {
  readonly url: string
  readonly status: number
  readonly location: string | null
}

/** Phases in ms, not cumulative; null where a phase did not happen (a reused connection has no dns, connect and tls). */
export interface Timings {
  readonly queue: number | null
  readonly dns: number | null
  readonly connect: number | null
  readonly tls: number | null
  readonly firstByte: number | null
}

/** What TLS said on the final hop. */
export interface TlsFacts {
  /** `TLSv1.3`. */
  readonly protocol: string | null
  readonly issuer: string | null
  /** RFC 3339. */
  readonly validTo: string | null
  /** The code of what is wrong with the certificate, kept under `insecure`; null when nothing is. */
  readonly error: string | null
  /** Of a reply: the dates of all certificates of the chain, the server's own first; only where they were needed. */
  readonly chain?: readonly CertificateDates[]
  /** Of a reply: an issuer that is not known here is a public one all the same. */
  readonly isPublic?: boolean
}

/** When a certificate of a chain is valid, RFC 3339. */
export interface CertificateDates {
  /** The common name of an authority; null for the server's own. */
  readonly subject: string | null
  readonly validFrom: string
  readonly validTo: string
}

/** The headers of the final answer; nothing is decoded before it is asked for. */
export interface ReplyHeaders {
  /** The value of a header, by its name in any case, repeats joined by `, ` (RFC 9110 §5.3); null when absent. */
  get(name: string): string | null
  /** All of them by their lower-case names, each as `get` has it; so `JSON.stringify` shows them. */
  toJSON(): Record<string, string>
}

/** Whether the text was in the body: `beyond` is not within its first 1 MiB, `undecodable` a body that cannot be read. */
export type BodySearch = 'found' | 'absent' | 'beyond' | 'undecodable'

/** What one attempt found: facts, no judgement. */
export interface Reply {
  /** The final answer's code; 0 when no HTTP answer came. */
  readonly status: number
  /** `ok` means only that an answer came; whether it is accepted is the judge's matter. */
  readonly kind: Kind
  /** The raw code (`ECONNREFUSED`), or the phase for a timeout (`dns` `connect` `tls` `firstByte` `body`). */
  readonly code: string | null
  /** A plain sentence where more is known than the kind says; null: the kind's own meaning. */
  readonly detail: string | null
  /** What to do about it, where more is known than the kind says. */
  readonly hint: string | null
  /** The reason phrase as received, decoded; '' when there is none. */
  readonly statusText: string
  readonly headers: ReplyHeaders
  readonly finalUrl: string
  readonly redirects: readonly Hop[]
  readonly httpVersion: string | null
  readonly remoteAddress: string | null
  readonly bodyBytes: number
  /** What the search for `ask.readsUntil` found; null where no body was read. */
  readonly body: BodySearch | null
  /** From the first hop's start until the head of the final answer, without queueing; null when never asked. */
  readonly durationMs: number | null
  readonly timingsMs: Timings
  readonly tls: TlsFacts | null
  readonly secondLook: boolean
  /** When it ended, ms since 1970 (wall clock). */
  readonly checkedAtMs: number
  readonly method: Method
  readonly attempts: number
  /** Not asked: its host is down, as others have found. */
  readonly inferred: boolean
}
