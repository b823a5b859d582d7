// The run as a whole.

/** Where every line went: `total` is the sum of all the others. */
export interface LineAccount {
  readonly total: number
  readonly checked: number
  readonly invalid: number
  readonly duplicate: number
  /** By filters, and by `skip=`: the latter have a row all the same. */
  readonly excluded: number
  readonly otherShard: number
  readonly notAsked: number
  /** Blank lines and comments. */
  readonly blank: number
}

/** Why a run ended before its list did. */
export type Unfinished = 'interrupted' | 'input-broke' | 'time-limit' | 'bail' | 'output-failed' | 'queue-broke'

/** The run as a whole; `schema/summary.schema.json` describes it. */
export interface Summary {
  /** Verdicts in all: ok + failed + inconclusive + skipped. */
  readonly verdicts: number
  readonly ok: number
  readonly failed: number
  readonly inconclusive: number
  readonly skipped: number
  readonly lines: LineAccount
  /** Final status codes and how often; without 0. */
  readonly statuses: Readonly<Record<string, number>>
  /** URLs that got no HTTP answer though they were asked. */
  readonly noAnswer: number
  /** URLs that are fine and at another address than the list says. */
  readonly redirected: number
  /** Those of them whose redirects are all permanent (301, 308): the list could name the new address. */
  readonly redirectedForGood: number
  /** Kinds and how often. */
  readonly kinds: Readonly<Record<string, number>>
  /** Of `durationMs` of what answered, in ms; null when nothing did. Exact to 1 ms below 1 s, to 1 % above. */
  readonly timeMs: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number } | null
  /** Wall time of the run in ms. */
  readonly durationMs: number
  /** RFC 3339. */
  readonly startedAt: string
  /** Why the run ended early; null when it is whole. */
  readonly unfinished: Unfinished | null
  /** With `--baseline`: how the run differs from it, in rows, and URLs of it that were not in a run that is whole. */
  readonly baseline: {
    readonly new: number
    readonly stillFailing: number
    readonly fixed: number
    readonly gone: number | null
  } | null
  /** Sentences about the run as a whole: an input that broke, an encoding that was guessed. */
  readonly notices: readonly string[]
  readonly exitCode: number
}

/** What reports are given. Of rows that were joined from files, nobody may know how many lines their list had. */
export interface ReportedSummary extends Omit<Summary, 'lines'> {
  /** Null: unknown. */
  readonly lines: LineAccount | null
}
