// The judgement of one URL, as the library yields it and every report prints it.

import type { Kind } from './kinds.js'
import type { Method } from './method.js'
import type { Hop, Timings, TlsFacts } from './reply.js'

/** The judgement of one URL. `skipped` only for repeats under `dedupe` and for `skip=`. */
export type Outcome = 'ok' | 'failed' | 'inconclusive' | 'skipped'

/** How a URL differs from the baseline. */
export type Change = 'new-failure' | 'fixed' | 'still-failing' | 'changed' | 'same'

/** An expectation that did not hold. */
export interface FailedCheck {
  readonly check: string
  readonly expected: string
  readonly actual: string
}

/** One row of every report; `schema/verdict.schema.json` describes it. */
export interface Verdict {
  readonly index: number
  readonly line: number | null
  readonly source: string
  readonly input: string
  /** '' when the line holds no URL. */
  readonly url: string
  readonly host: string
  readonly outcome: Outcome
  readonly ok: boolean
  readonly status: number
  readonly kind: Kind
  readonly reason: string
  readonly hint: string | null
  readonly code: string | null
  readonly failedChecks: readonly FailedCheck[]
  readonly method: Method
  readonly attempts: number
  readonly finalUrl: string
  readonly redirects: readonly Hop[]
  readonly httpVersion: string | null
  readonly remoteAddress: string | null
  readonly contentType: string | null
  readonly contentLength: number | null
  readonly bodyBytes: number
  readonly durationMs: number | null
  readonly timingsMs: Timings
  readonly tls: TlsFacts | null
  readonly inferred: boolean
  readonly secondLook: boolean
  readonly duplicateOf: number | null
  readonly change: Change | null
  /** What the list keeps with the URL. */
  readonly extra: Readonly<Record<string, unknown>> | null
  readonly key: string | null
  readonly checkedAt: string
}
