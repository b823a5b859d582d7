// The library: what the command can do, these can do.

// `Symbol.asyncDispose`, which every Node that this runs on has, and the libraries of most programs do not.
/// <reference lib="esnext.disposable" preserve="true" />

export type { Client } from './ask/client.js'
export type { AskOptions, ClientOptions } from './ask/client-options.js'
export { createClient } from './ask/create-client.js'
export {
  type FetchStatusOptions,
  fetchStatus,
  gatherStatuses,
  type StatusReply,
  type StatusTuple,
} from './ask/fetch-status.js'
export { summarise } from './judge/summarise.js'
export {
  type CheckAllOptions,
  checkAll,
  type RunSettings,
  type WithClient,
  type WithoutClient,
} from './run/check-all.js'
export { type CheckUrlOptions, checkUrl } from './run/check-url.js'
export type { Checking } from './run/checking.js'
export type { TargetInput, TargetOptions } from './run/target-of.js'
export type { PinnedAddress } from './settings/addresses.js'
export type { ExpectOptions } from './settings/check-options.js'
export { UsageError } from './settings/errors.js'
export type { HeaderPair, HeadersGiven } from './settings/headers.js'
export { type CheckKind, KINDS, kindFacts as describeKind } from './settings/kinds.js'
export type { FailureBudget, Shard } from './settings/values.js'
export { shardOf } from './targets/shard-of.js'
export type { Kind, KindFacts, NamedKind } from './words/kinds.js'
export type { Method } from './words/method.js'
export type { Pattern } from './words/pattern.js'
export type { BodySearch, Hop, Reply, ReplyHeaders, Timings, TlsFacts } from './words/reply.js'
export type { LineAccount, Summary, Unfinished } from './words/summary.js'
export type { Change, FailedCheck, Outcome, Verdict } from './words/verdict.js'
export type { SignalLike, UrlLike } from './words/web-types.js'
