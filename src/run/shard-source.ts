// One part of a list, chosen by host, so that machines which never talk to each other split it without a gap or an
// overlap. Only counts what is another shard's: no filter, report or earlier run ever sees it.

import type { TargetSource } from '../settings/seams.js'
import type { Shard } from '../settings/values.js'
import { shardOf } from '../targets/shard-of.js'

/** The targets of this shard with the index that they have in the whole list; null: the very same source. */
export function shardSource(source: TargetSource, shard: Shard | null): TargetSource {
  if (shard === null) return source
  const { index, count } = shard
  let others = 0
  async function* own() {
    for await (const batch of source.batches) {
      const targets = batch.filter(({ host }) => shardOf(host, count) === index)
      others += batch.length - targets.length
      yield targets
    }
  }
  return { ...source, batches: own(), otherShard: () => others }
}
