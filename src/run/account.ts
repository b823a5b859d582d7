// Where every line of a run went: verdicts counted as they pass, and the summary made of parts whose sum is the whole.

import { exitCodeOf } from '../judge/exit-code.js'
import type { HintFacts } from '../judge/hints.js'
import { createTally, type Tally } from '../judge/tally.js'
import type { EarlierRuns, TargetSource } from '../settings/seams.js'
import type { FailureBudget } from '../settings/values.js'
import { grouped } from '../words/counted.js'
import type { Time } from '../words/limits.js'
import type { LineAccount, Summary, Unfinished } from '../words/summary.js'
import type { Verdict } from '../words/verdict.js'

export interface AccountOptions {
  readonly source: TargetSource
  readonly earlier: EarlierRuns | null
  readonly time: Pick<Time, 'now' | 'wallNow'>
  readonly strict?: boolean | undefined
  readonly maxFailures?: FailureBudget | undefined
  /** What hints about the run as a whole depend on; null: none are made. */
  readonly hints: HintFacts | null
}

/** What only the caller knows at the end. */
export interface RunEnd {
  readonly signal: 'SIGINT' | 'SIGTERM' | null
  readonly outputFailed: string | null
  /** It goes on, and is to be counted as if it were left now. Default false. */
  readonly isLeft?: boolean
}

/** What is known of the run beside its rows. */
export interface RunState {
  readonly unfinished: Unfinished | null
  readonly excluded: number
  readonly notAsked: number
  /** What is said of patterns that matched nothing. */
  readonly unmatched: readonly string[]
}

export interface Account {
  /** Counts rows; gives them with what the baseline says of them. */
  add(rows: readonly Verdict[]): readonly Verdict[]
  readonly counts: Tally['counts']
  /** Keeps a sentence for the summary. */
  note(text: string): void
  summary(state: RunState, end: RunEnd): Summary
}

export function createAccount(options: AccountOptions): Account {
  const { source, earlier, time, strict, maxFailures, hints } = options
  const startedAt = time.now()
  const startedAtMs = time.wallNow()
  const tally = createTally()
  const notes: string[] = []
  const inferred = { down: 0, limited: 0 }

  const notices = () => {
    const broke = source.broke()
    return [
      ...notes,
      ...inferenceNotices(inferred),
      ...source.notices,
      ...(broke === null ? [] : [broke]),
      ...(hints === null ? [] : tally.hints(hints)),
    ]
  }
  return {
    add(rows) {
      const compared = earlier === null ? rows : rows.map(earlier.compare)
      for (const verdict of compared) {
        tally.add(verdict)
        if (verdict.inferred) inferred[verdict.status > 0 ? 'limited' : 'down']++
      }
      return compared
    },
    counts: tally.counts,
    note: (text) => notes.push(text),
    summary({ unfinished, excluded, notAsked, unmatched }, end) {
      const blank = source.blank()
      const otherShard = source.otherShard()
      const exitCode = exitCodeOf({
        ...tally.counts(),
        ...(strict === undefined ? {} : { strict }),
        ...(maxFailures === undefined ? {} : { budget: maxFailures }),
        newFailures: earlier?.newFailures() ?? null,
        unfinished,
        ...end,
      })
      return tally.summary({
        lines: lineAccount(tally, { blank, otherShard, excluded, notAsked }),
        durationMs: Math.round(time.now() - startedAt),
        startedAt: new Date(startedAtMs).toISOString(),
        unfinished,
        baseline: earlier?.changes(unfinished === null) ?? null,
        notices: [...notices(), ...unmatched],
        exitCode: exitCode.code,
      })
    },
  }
}

/** Where every line went; the total is their sum. */
function lineAccount(
  tally: Tally,
  rest: Pick<LineAccount, 'blank' | 'otherShard' | 'excluded' | 'notAsked'>,
): LineAccount {
  const { verdicts, kinds } = tally.counts()
  const invalid = (kinds['url.invalid'] ?? 0) + (kinds['line.invalid'] ?? 0)
  const duplicate = kinds.duplicate ?? 0
  // They have a row and are counted with what the filters leave out.
  const skipped = kinds.skipped ?? 0
  return {
    total: verdicts + rest.excluded + rest.otherShard + rest.notAsked + rest.blank,
    checked: verdicts - invalid - duplicate - skipped,
    invalid,
    duplicate,
    excluded: rest.excluded + skipped,
    otherShard: rest.otherShard,
    notAsked: rest.notAsked,
    blank: rest.blank,
  }
}

function inferenceNotices({ down, limited }: { readonly down: number; readonly limited: number }): readonly string[] {
  const urls = (count: number) => (count === 1 ? '1 URL was' : `${grouped(count)} URLs were`)
  return [
    ...(down > 0 ? [`${urls(down)} not asked: others of the same host found no connection, four times in a row`] : []),
    ...(limited > 0
      ? [`${urls(limited)} not asked: the host asked for fewer requests, and answered nothing else`]
      : []),
  ]
}
