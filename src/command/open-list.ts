// The inputs as one list of targets, or this shard's part of it.

import type { CommandOptions } from '../report/formats/output-request.js'
import { shardSource } from '../run/shard-source.js'
import type { TargetSource } from '../settings/seams.js'
import type { FetchList } from '../targets/fetched-list.js'
import type { Input } from '../targets/open-inputs.js'
import type { LineContext } from '../targets/parse-line.js'
import { readTargets } from '../targets/read-targets.js'

export interface OpenListRequest {
  readonly lines: LineContext
  readonly options: CommandOptions
  /** Fetches lists that are behind a URL. */
  readonly fetchList: FetchList
}

/** Reads only as fast as it is read from. */
export function openList(inputs: readonly Input[], { lines, options, fetchList }: OpenListRequest): TargetSource {
  const reader = readTargets(inputs, {
    ...lines,
    keepLines: options.writeFailed !== null || options.queue !== null,
    fetchList,
  })
  const whole = {
    batches: reader.batches,
    blank: () => reader.counts().blank,
    otherShard: () => 0,
    notices: reader.notices,
    broke: () => reader.broke,
    readShare: reader.readShare,
    close: () => void reader.batches.return?.(),
  }
  return shardSource(whole, options.shard)
}
