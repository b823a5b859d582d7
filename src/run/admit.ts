// What of a list has to be asked: rows of an earlier run, what the filters leave out, and what is known without asking
// (a line that is wrong, `skip=`, a repeat) never come to the asker. Every target is in exactly one of these.

import { verdictOfDuplicate, verdictOfProblem, verdictOfSkip } from '../judge/judge.js'
import type { EarlierRuns } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import type { Distinct } from '../targets/distinct.js'
import type { Verdict } from '../words/verdict.js'
import type { ListOrder } from './list-order.js'
import { SettledRows } from './settled-rows.js'

export interface AdmitOptions {
  readonly keep: (target: Target) => boolean
  /** Null: repeats are asked. */
  readonly distinct: Distinct | null
  readonly earlier: EarlierRuns | null
  /** Targets read ahead. */
  readonly window?: number | undefined
  /** Told of every target that is asked. */
  begins(target: Target): void
  /** Told of every target that gets a row. */
  onTarget?(target: Target): void
  /** Holds rows back until those before them are done; null: rows come as they are done. */
  readonly order: Pick<ListOrder, 'begins' | 'room'> | null
  /** Ms since 1970. */
  wallNow(): number
}

export interface Admission {
  /** Pulls from the list as fast as it is pulled from, and as rows of `settled` are taken. */
  readonly toAsk: AsyncIterable<readonly Target[]>
  readonly settled: SettledRows
  /** Targets so far that get a row in this run. */
  readonly known: number
  /** Targets so far that the filters leave out. */
  readonly excluded: number
}

export function admit(batches: AsyncIterable<readonly Target[]>, options: AdmitOptions): Admission {
  const { keep, distinct, earlier, order, begins, onTarget, wallNow } = options
  const settled = new SettledRows(options.window)
  let known = 0
  let excluded = 0

  const rowWithoutAsking = (target: Target): Verdict | null => {
    if (target.problem !== null) return verdictOfProblem(target, wallNow())
    if (target.skip !== null) return verdictOfSkip(target, wallNow())
    const first = distinct?.(target) ?? null
    return first === null ? null : verdictOfDuplicate(target, first, wallNow())
  }
  /** True where it has to be asked. */
  const isToAsk = (target: Target): boolean => {
    if (earlier?.has(target)) {
      // A later repeat of it is one.
      if (target.skip === null) distinct?.(target)
      return false
    }
    if (!keep(target)) {
      excluded++
      return false
    }
    earlier?.passes(target)
    known++
    order?.begins(target.index)
    onTarget?.(target)
    const row = rowWithoutAsking(target)
    if (row === null) begins(target)
    else settled.add(row)
    return row === null
  }
  async function* toAsk() {
    for await (const batch of batches) {
      yield batch.filter(isToAsk)
      await settled.room()
      await order?.room()
    }
  }
  return {
    toAsk: toAsk(),
    settled,
    get known() {
      return known
    },
    get excluded() {
      return excluded
    },
  }
}
