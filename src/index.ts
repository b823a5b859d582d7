// The library: what the command can do, these can do.

export { type CheckAllOptions, type Checking, checkAll } from './check-all.js'
export { type AskOptions, type Client, type ClientOptions, createClient } from './create-client.js'
export { type FetchStatusOptions, fetchStatus, gatherStatuses, type StatusTuple } from './fetch-status.js'
export { summarise } from './judge/summarise.js'
export type { Kind } from './kinds.js'
export type { TargetInput } from './list-source.js'
export type { Shard } from './parse.js'
export type { ExpectOptions } from './targets/expect-from.js'
export { shardOf } from './targets/shard-of.js'
export type {
  BodySearch,
  FailedCheck,
  Hop,
  LineAccount,
  Method,
  Outcome,
  Reply,
  ReplyHeaders,
  Summary,
  Timings,
  TlsFacts,
  Unfinished,
  Verdict,
} from './types.js'
