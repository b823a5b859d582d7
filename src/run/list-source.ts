// The lists of library users as targets, from any iterable.

import type { TargetSource } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import type { TargetInput } from './target-of.js'

/** Targets handed on at once; small enough that the first request leaves early. */
const BATCH = 1000

export interface ListOptions {
  readonly targetOf: (input: TargetInput, index: number) => Target
  /** Targets read ahead at most. */
  readonly window?: number | undefined
}

/** Pulls only as fast as it is pulled from. */
export function listSource(
  inputs: Iterable<TargetInput> | AsyncIterable<TargetInput>,
  { targetOf, window = Number.POSITIVE_INFINITY }: ListOptions,
): TargetSource {
  // What is read is begun by the batch, whatever the window: so a batch is a small part of it.
  const most = Math.min(BATCH, Math.max(1, window / 8))
  let iterator: AsyncIterator<TargetInput> | null = null
  const batches = async function* () {
    let index = 0
    if (Symbol.asyncIterator in inputs) {
      const opened = inputs[Symbol.asyncIterator]()
      iterator = opened
      for await (const input of { [Symbol.asyncIterator]: () => opened }) yield [targetOf(input, index++)]
      return
    }
    let batch: Target[] = []
    for (const input of inputs) {
      batch.push(targetOf(input, index++))
      if (batch.length < most) continue
      yield batch
      batch = []
    }
    yield batch
  }
  // Frees what the caller's iterable holds, also while it is waited for; a generator does so when it next yields.
  const close = () => void Promise.resolve(iterator?.return?.()).catch(() => {})
  return { batches: batches(), blank: () => 0, otherShard: () => 0, notices: [], broke: () => null, close }
}
