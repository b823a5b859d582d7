// The one place that turns a run into an exit code. Pure; 2 (used wrongly) is not here, because then nothing ran.

import type { FailureBudget } from '../settings/values.js'
import { counted } from '../words/counted.js'
import { isLocal, type Kind } from '../words/kinds.js'
import type { Unfinished } from '../words/summary.js'

/** What the exit code depends on. */
export interface RunOutcome {
  readonly ok: number
  readonly failed: number
  readonly inconclusive: number
  /** Kinds and how often. */
  readonly kinds: Readonly<Record<string, number>>
  readonly unfinished: Unfinished | null
  /** The signal that ended the run; null also for an abort by the library's user, which counts as SIGINT. */
  readonly signal?: 'SIGINT' | 'SIGTERM' | null
  /** With `--fail-on new`: the failures that count; null: all of them. */
  readonly newFailures?: number | null
  /** What could not be written (`FILE: no space left`); null when all was. */
  readonly outputFailed?: string | null
  /** Inconclusive URLs fail the run too. Default false. */
  readonly strict?: boolean
  /** How many failures are still exit code 0. Default: none. */
  readonly budget?: FailureBudget
}

/** The exit code and, where it is not plain from the totals, a sentence that says why. */
export interface ExitCode {
  readonly code: 0 | 1 | 3 | 4 | 130 | 143
  readonly why: string | null
}

/** 0 all ok or within the budget, 1 some failed or bailed out, 3 internal error or failed output, 4 not finished or nothing could be judged, 130 and 143 on signals. */
export function exitCodeOf(run: RunOutcome): ExitCode {
  if (run.unfinished === 'interrupted' || (run.signal ?? null) !== null) {
    return run.signal === 'SIGTERM' ? { code: 143, why: 'stopped by SIGTERM' } : { code: 130, why: 'interrupted' }
  }
  const bugs = run.kinds.internal ?? 0
  if (bugs > 0) return { code: 3, why: `${counted(bugs, 'URL')} met an error in this program` }
  if (run.outputFailed != null) return { code: 3, why: run.outputFailed }
  if (run.unfinished === 'output-failed') return { code: 3, why: 'no output is left that keeps rows' }
  if (run.unfinished === 'input-broke') {
    return { code: 4, why: 'the input broke before its end; what was read is reported' }
  }
  if (run.unfinished === 'queue-broke') return { code: 4, why: 'the queue broke; what was found out is reported' }
  if (run.unfinished === 'time-limit') return { code: 4, why: 'the time limit was over before the list' }
  const local = Object.entries(run.kinds).filter(([kind]) => isLocal(kind as Kind))
  if (local.length > 0) {
    const count = local.reduce((sum, [, often]) => sum + often, 0)
    const codes = local.map(([kind]) => kind.slice('local.'.length)).join(', ')
    return { code: 4, why: `${counted(count, 'URL')} could not be judged because of this machine (${codes})` }
  }
  if (run.inconclusive > 0 && run.ok === 0 && run.failed === 0) {
    const isProxy = run.kinds['proxy.failed'] === run.inconclusive
    const what = isProxy
      ? `the proxy failed for ${counted(run.inconclusive, 'URL')}`
      : `${counted(run.inconclusive, 'URL')}, all inconclusive`
    return { code: 4, why: `nothing could be judged: ${what}` }
  }
  if (run.unfinished === 'bail')
    return { code: 1, why: `stopped after ${counted(run.failed, 'failure')}, as --bail asked` }
  return ofFailures(run)
}

/** Failures against what the run may have of them. Inconclusive URLs were never failures of a baseline: all of them count. */
function ofFailures(run: RunOutcome): ExitCode {
  const { ok, failed, inconclusive, strict = false, budget } = run
  const held = (run.newFailures ?? failed) + (strict ? inconclusive : 0)
  if (held === 0) {
    const isKnown = failed > 0 && run.newFailures === 0
    return { code: 0, why: isKnown ? `${counted(failed, 'failure')} as before, not counted (--fail-on new)` : null }
  }
  const judged = ok + failed + (strict ? inconclusive : 0)
  const { count = 0, percent = null } = budget ?? {}
  const isWithin = percent === null ? held <= count : held * 100 <= percent * judged
  const allowed = percent === null ? `${count}` : `${percent}% of ${judged}`
  if (isWithin) return { code: 0, why: `${counted(held, 'failure')}, within --max-failures ${allowed}` }
  if (count > 0 || percent !== null)
    return { code: 1, why: `${counted(held, 'failure')}, more than --max-failures ${allowed}` }
  return {
    code: 1,
    why: failed === 0 ? `${counted(inconclusive, 'URL')} inconclusive, which --strict counts as failed` : null,
  }
}
