// What to do about answers that are wrong only because of how was asked: a status set that leaves out what everybody
// means, redirects that were followed though they are what is expected, time-outs that are not asked again.

import type { StatusSet } from '../settings/status-set.js'
import { parseStatusSet, SUCCESSFUL } from '../settings/status-set.js'
import type { Expect } from '../settings/target.js'
import { counted } from '../words/counted.js'
import type { Hop } from '../words/reply.js'
import type { Verdict } from '../words/verdict.js'
import { cleanPhrase } from './reason.js'

/** How the run was asked for, as far as hints depend on it. */
export interface HintFacts {
  /** What `--accept` says, as written or as a set; null: nothing. */
  readonly accept: string | null
  /** Whether time-outs are not asked again though other failures are. */
  readonly sparesTimeouts: boolean
}

/** Longest Location that is repeated, in characters. */
const SHOWN_URL_MAX = 300
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
  const [first] = redirects
  // Only where redirects are not followed a redirect is the last answer.
  if (!acceptIsExplicit && redirects.length === 1 && first!.status === status) {
    const to = first!.location === null ? '' : ` to ${cleanPhrase(first!.location, SHOWN_URL_MAX)}`
    return `It redirects${to}; where that is fine: accept=3xx`
  }
  if (!acceptIsExplicit) return null
  if (first !== undefined && accept.has(first.status)) {
    return `It answered ${first.status}, which was followed; to judge that answer: add follow=no`
  }
  if (!SUCCESSFUL.has(status) || acceptsSuccess(accept)) return null
  return `accept=${accept} leaves out ${status}; did you mean +${accept}?`
}

/** What stands behind a URL in a sentence or in a list of another kind. */
const BEHIND = /[,;.)\]>"']$/
/** What a server says of a page that it does not know. */
const UNKNOWN: ReadonlySet<number> = new Set([400, 404, 410])

/** What to say of a URL that was perhaps taken out of a text, with what stood behind it; null: nothing. */
export function hintOfEnd(input: string, status: number): string | null {
  if (!UNKNOWN.has(status)) return null
  const last = BEHIND.exec(input)?.[0]
  if (last === undefined || (last === ')' && input.includes('(')) || (last === ']' && input.includes('['))) return null
  return `The URL ends in ${last} and may not have to`
}

/** Counts what sentences about the run as a whole depend on. */
export interface HintCounter {
  add(verdict: Verdict): void
  sentences(facts: HintFacts): readonly string[]
  /** What was counted so far, as plain data. */
  snapshot(): HintCounts
  /** Counts what another one has counted. */
  merge(part: HintCounts): void
}

/** How often what was met that a sentence is about. */
export interface HintCounts {
  /** By the status and the set that leaves it out: `301 200-299`. */
  readonly leftOut: Readonly<Record<string, number>>
  readonly followed: number
  readonly timeouts: number
}

/** Nothing counted yet. */
export function createHintCounter(): HintCounter {
  const leftOut = new Map<string, number>()
  let followed = 0
  let timeouts = 0
  const countLeftOut = (id: string, often: number): void => {
    if (leftOut.has(id) || leftOut.size < COUNTED_MAX) leftOut.set(id, (leftOut.get(id) ?? 0) + often)
  }

  return {
    add(verdict) {
      const { kind } = verdict
      if (kind === 'timeout' && verdict.attempts === 1) timeouts++
      if (kind !== 'http.error' || verdict.hint === null) return
      if (verdict.hint.includes('follow=no')) followed++
      else if (verdict.hint.includes('; did you mean +')) {
        countLeftOut(`${verdict.status} ${verdict.failedChecks[0]?.expected ?? ''}`, 1)
      }
    },
    snapshot: () => ({ leftOut: Object.fromEntries(leftOut), followed, timeouts }),
    merge(part) {
      for (const [id, often] of Object.entries(part.leftOut)) countLeftOut(id, often)
      followed += part.followed
      timeouts += part.timeouts
    },
    sentences({ accept, sparesTimeouts }) {
      const ofFlag = accept === null ? null : (parseStatusSet(accept)?.toString() ?? null)
      const biggest = [...leftOut].sort(byCountThenName).slice(0, SAID_MAX)
      return [
        ...biggest.map(([id, often]) => {
          const [status, set = ''] = id.split(' ')
          const name = set === ofFlag ? '--accept ' : 'accept='
          return `${counted(often, 'URL')} answered ${status}, which ${name}${set} leaves out; did you mean +${set}?`
        }),
        ...(followed > 0
          ? [
              `${counted(followed, 'URL')} answered an accepted redirect, which was followed; to judge it: add follow=no`,
            ]
          : []),
        ...(timeouts > 0 && sparesTimeouts
          ? [`${counted(timeouts, 'URL')} timed out, not retried: --retry-timeouts`]
          : []),
      ]
    },
  }
}

/** The name decides among equals, so that parts that were counted apart say what the whole says. */
function byCountThenName([a, often]: readonly [string, number], [b, other]: readonly [string, number]): number {
  return other - often || (a < b ? -1 : 1)
}

function acceptsSuccess(accept: StatusSet): boolean {
  for (let status = 200; status <= 299; status++) if (accept.has(status)) return true
  return false
}
