// What is asked and what is expected: a line of a list as the program knows it.

import type { Method } from '../words/method.js'
import type { HeaderPair, HeaderPattern } from './headers.js'
import type { StatusSet } from './status-set.js'

/** How to ask one URL. Targets without keys of their own share one frozen `Ask`. */
export interface Ask {
  readonly method: Method
  /** The budget of one attempt in ms: DNS, connect, TLS, redirects and body. */
  readonly timeoutMs: number
  /** A smaller budget for making one connection in ms; null: the attempt's budget alone. */
  readonly connectTimeoutMs: number | null
  readonly follow: boolean
  readonly maxRedirects: number
  /** In order; a later one replaces an earlier one of the same name (case-insensitive). */
  readonly headers: readonly HeaderPair[]
  /** `name:password` for HTTP Basic (RFC 7617); null: what the URL's userinfo says, else none. */
  readonly user: string | null
  /** Report the status in spite of a bad certificate; the fault stays in `tls.error`. */
  readonly insecure: boolean
  /** How often a failure that may pass is asked again. */
  readonly retries: number
  /** Read the body, up to 1 MiB of text, until this was seen in it; then it is part of the answer. null: not read. */
  readonly readsUntil: string | null
  /** Read the dates of the whole certificate chain. */
  readonly readsChain: boolean
}

/** What must hold of the answer; null: nothing is expected there. */
export interface Expect {
  readonly accept: StatusSet
  /** True when the user named statuses; then a marker of a blocked checker does not count. */
  readonly acceptIsExplicit: boolean
  /** Where the first answer redirects to, a URL or a path on the same host; compared WHATWG-normalised, without fragment. */
  readonly location: string | null
  /** Where the chain ends; compared likewise. */
  readonly finalUrl: string | null
  /** Text in the body of the final answer. */
  readonly contains: string | null
  readonly headers: readonly HeaderPattern[]
  /** The longest `durationMs`. */
  readonly maxLatencyMs: number | null
  /** Days that the certificate still has to be valid. */
  readonly certDays: number | null
}

/** What is wrong with a line, found without asking anything. */
export interface LineProblem {
  readonly kind: 'url.invalid' | 'line.invalid'
  /** One plain sentence, without the line number. */
  readonly reason: string
  readonly hint: string | null
  /** The key that is wrong, and its 1-based column; null where it is the line as a whole. */
  readonly key: string | null
  readonly column: number | null
}

/** One URL of the list. `url` is WHATWG-normalised, may hold userinfo and a fragment; null exactly when there is a problem. */
export interface Target {
  /** 0-based place among all targets of the run, the same in every shard and resumed run. */
  readonly index: number
  /** 1-based line in `source`; null for arguments. */
  readonly line: number | null
  /** The file as named, `-` for stdin, `argv` for an argument. */
  readonly source: string
  /** As written, without the keys. */
  readonly input: string
  readonly url: string | null
  /** Lower-case host name without port, IPv6 in brackets; '' when there is a problem. */
  readonly host: string
  readonly problem: LineProblem | null
  readonly ask: Ask
  readonly expect: Expect
  /** Why it is not asked (`skip="reason"`); null: it is. */
  readonly skip: string | null
  /** The whole line as written, without white space and invisible characters at its end, where the reader was told to keep it; it may hold secrets. */
  readonly raw?: string | null
  /** What the caller keeps with it; the verdict has it as it is. */
  readonly extra?: Readonly<Record<string, unknown>> | null
}
