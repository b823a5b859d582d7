// What to do about answers that are wrong only because of how was asked: a status set that leaves out what everybody
// means, redirects that were followed though they are what is expected, time-outs that are not asked again.

import type { StatusSet } from '../settings/status-set.js'
import { parseStatusSet, SUCCESSFUL } from '../settings/status-set.js'
import type { Expect } from '../settings/target.js'
import type { Hop } from '../words/reply.js'
import type { Verdict } from '../words/verdict.js'

/** How the run was asked for, as far as hints depend on it. */
export interface HintFacts {
  /** What `--accept` says, as written or as a set; null: nothing. */
  readonly accept: string | null
  /** Whether time-outs are not asked again though other failures are. */
  readonly sparesTimeouts: boolean
}

/** Different sets and statuses that are counted. */
const COUNTED_MAX = 100
/** Sentences of one sort; more is for the reports. */
const SAID_MAX = 3

/** What to say beside a status outside `accept`; null: nothing. */
export function hintOfStatus(
  { accept, acceptIsExplicit }: Expect,
  status: number,
  redirects: readonly Hop[],
): string | null {
  if (!acceptIsExplicit) return null
  const [first] = redirects
  if (first !== undefined && accept.has(first.status)) {
    return `It answered ${first.status}, which was followed; to judge that answer: add follow=no`
  }
  if (!SUCCESSFUL.has(status) || acceptsSuccess(accept)) return null
  return `accept=${accept} leaves out ${status}; did you mean +${accept}?`
}

/** Counts what sentences about the run as a whole depend on. */
export interface HintCounter {
  add(verdict: Verdict): void
  sentences(facts: HintFacts): readonly string[]
}

/** Nothing counted yet. */
export function createHintCounter(): HintCounter {
  const leftOut = new Map<string, number>()
  let followed = 0
  let timeouts = 0

  return {
    add(verdict) {
      const { kind } = verdict
      if (kind === 'timeout' && verdict.attempts === 1) timeouts++
      if (kind !== 'http.error' || verdict.hint === null) return
      if (verdict.hint.includes('follow=no')) followed++
      else if (verdict.hint.includes('; did you mean +')) {
        const id = `${verdict.status} ${verdict.failedChecks[0]?.expected ?? ''}`
        if (leftOut.has(id) || leftOut.size < COUNTED_MAX) leftOut.set(id, (leftOut.get(id) ?? 0) + 1)
      }
    },
    sentences({ accept, sparesTimeouts }) {
      const ofFlag = accept === null ? null : (parseStatusSet(accept)?.toString() ?? null)
      const biggest = [...leftOut].sort((a, b) => b[1] - a[1]).slice(0, SAID_MAX)
      return [
        ...biggest.map(([id, often]) => {
          const [status, set = ''] = id.split(' ')
          const name = set === ofFlag ? '--accept ' : 'accept='
          return `${urls(often)} answered ${status}, which ${name}${set} leaves out; did you mean +${set}?`
        }),
        ...(followed > 0
          ? [`${urls(followed)} answered an accepted redirect, which was followed; to judge it: add follow=no`]
          : []),
        ...(timeouts > 0 && sparesTimeouts ? [`${urls(timeouts)} timed out, not retried: --retry-timeouts`] : []),
      ]
    },
  }
}

function acceptsSuccess(accept: StatusSet): boolean {
  for (let status = 200; status <= 299; status++) if (accept.has(status)) return true
  return false
}

function urls(count: number): string {
  return count === 1 ? '1 URL' : `${count} URLs`
}
