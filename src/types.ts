// The words that every room speaks: target, reply, verdict, summary, and the seams between the rooms.
// Types only; nothing here may import a room.

import type { Readable, Writable } from 'node:stream'
import type { Kind } from './kinds.js'
import type { Pattern } from './pattern.js'

/** The methods a status can be asked with (RFC 9110 §9.3.1, §9.3.2). */
export type Method = 'GET' | 'HEAD'

/** One header as the user gave it: name, value. */
export type HeaderPair = readonly [name: string, value: string]

/** How to ask one URL. Targets without keys of their own share one frozen `Ask`. */
export interface Ask {
  readonly method: Method
  /** The budget of one attempt in ms: DNS, connect, TLS, redirects and body. */
  readonly timeoutMs: number
  /** A smaller budget for making one connection in ms; null: the attempt's budget alone. */
  readonly connectTimeoutMs: number | null
  readonly follow: boolean
  readonly maxRedirects: number
  /** In order; a later one replaces an earlier one of the same name (case-insensitive). */
  readonly headers: readonly HeaderPair[]
  /** `name:password` for HTTP Basic (RFC 7617); null: what the URL's userinfo says, else none. */
  readonly user: string | null
  /** Report the status in spite of a bad certificate; the fault stays in `tls.error`. */
  readonly insecure: boolean
  /** How often a failure that may pass is asked again. */
  readonly retries: number
  /** Read the body, up to 1 MiB of text, until this was seen in it; then it is part of the answer. null: not read. */
  readonly readsUntil: string | null
  /** Read the dates of the whole certificate chain. */
  readonly readsChain: boolean
}

/** A header of the final answer that has to match. */
export interface HeaderPattern {
  /** Lower case. */
  readonly name: string
  readonly pattern: Pattern
}

/** What must hold of the answer; null: nothing is expected there. */
export interface Expect {
  readonly accept: StatusSet
  /** True when the user named statuses; then a marker of a blocked checker does not count. */
  readonly acceptIsExplicit: boolean
  /** Where the first answer redirects to, a URL or a path on the same host; compared WHATWG-normalised, without fragment. */
  readonly location: string | null
  /** Where the chain ends; compared likewise. */
  readonly finalUrl: string | null
  /** Text in the body of the final answer. */
  readonly contains: string | null
  readonly headers: readonly HeaderPattern[]
  /** The longest `durationMs`. */
  readonly maxLatencyMs: number | null
  /** Days that the certificate still has to be valid. */
  readonly certDays: number | null
}

/** What is wrong with a line, found without asking anything. */
export interface LineProblem {
  readonly kind: 'url.invalid' | 'line.invalid'
  /** One plain sentence, without the line number. */
  readonly reason: string
  readonly hint: string | null
  /** The key that is wrong, and its 1-based column; null where it is the line as a whole. */
  readonly key: string | null
  readonly column: number | null
}

/** One URL of the list. `url` is WHATWG-normalised, may hold userinfo and a fragment; null exactly when there is a problem. */
export interface Target {
  /** 0-based place among all targets of the run, the same in every shard and resumed run. */
  readonly index: number
  /** 1-based line in `source`; null for arguments. */
  readonly line: number | null
  /** The file as named, `-` for stdin, `argv` for an argument. */
  readonly source: string
  /** As written, without the keys. */
  readonly input: string
  readonly url: string | null
  /** Lower-case host name without port, IPv6 in brackets; '' when there is a problem. */
  readonly host: string
  readonly problem: LineProblem | null
  readonly ask: Ask
  readonly expect: Expect
  /** Why it is not asked (`skip="reason"`); null: it is. */
  readonly skip: string | null
  /** The whole line as written, without white space and invisible characters at its end, where the reader was told to keep it; it may hold secrets. */
  readonly raw?: string | null
}

/** A redirect that was answered: the URL asked, the 3xx, and its Location as received. */
export interface Hop {
  readonly url: string
  readonly status: number
  readonly location: string | null
}

/** Phases in ms, not cumulative; null where a phase did not happen (a reused connection has no dns, connect and tls). */
export interface Timings {
  readonly queue: number | null
  readonly dns: number | null
  readonly connect: number | null
  readonly tls: number | null
  readonly firstByte: number | null
}

/** What TLS said on the final hop. */
export interface TlsFacts {
  /** `TLSv1.3`. */
  readonly protocol: string | null
  readonly issuer: string | null
  /** RFC 3339. */
  readonly validTo: string | null
  /** The code of what is wrong with the certificate, kept under `insecure`; null when nothing is. */
  readonly error: string | null
  /** Of a reply: the dates of all certificates of the chain, the server's own first; only where they were needed. */
  readonly chain?: readonly CertificateDates[]
  /** Of a reply: an issuer that is not known here is a public one all the same. */
  readonly isPublic?: boolean
}

/** When a certificate of a chain is valid, RFC 3339. */
export interface CertificateDates {
  /** The common name of an authority; null for the server's own. */
  readonly subject: string | null
  readonly validFrom: string
  readonly validTo: string
}

/** The headers of the final answer; read only what a check needs, nothing is decoded before. */
export interface ReplyHeaders {
  /** The value of a header by its lower-case name, repeats joined by `, ` (RFC 9110 §5.3); null when absent. */
  get(name: string): string | null
}

/** Whether the text was in the body: `beyond` is not within its first 1 MiB, `undecodable` a body that cannot be read. */
export type BodySearch = 'found' | 'absent' | 'beyond' | 'undecodable'

/** What one attempt found: facts, no judgement. */
export interface Reply {
  /** The final answer's code; 0 when no HTTP answer came. */
  readonly status: number
  /** `ok` means only that an answer came; whether it is accepted is the judge's matter. */
  readonly kind: Kind
  /** The raw code (`ECONNREFUSED`), or the phase for a timeout (`dns` `connect` `tls` `firstByte` `body`). */
  readonly code: string | null
  /** A plain sentence where more is known than the kind says; null: the kind's own meaning. */
  readonly detail: string | null
  /** What to do about it, where more is known than the kind says. */
  readonly hint: string | null
  /** The reason phrase as received, decoded; '' when there is none. */
  readonly statusText: string
  readonly headers: ReplyHeaders
  readonly finalUrl: string
  readonly redirects: readonly Hop[]
  readonly httpVersion: string | null
  readonly remoteAddress: string | null
  readonly bodyBytes: number
  /** What the search for `ask.readsUntil` found; null where no body was read. */
  readonly body: BodySearch | null
  /** From the first hop's start until the head of the final answer, without queueing; null when never asked. */
  readonly durationMs: number | null
  readonly timingsMs: Timings
  readonly tls: TlsFacts | null
  readonly secondLook: boolean
  /** When it ended, ms since 1970 (wall clock). */
  readonly checkedAtMs: number
  readonly method: Method
  readonly attempts: number
  /** Not asked: its host is down, as others have found. */
  readonly inferred: boolean
}

/** The judgement of one URL. `skipped` only for repeats under `dedupe` and for `skip=`. */
export type Outcome = 'ok' | 'failed' | 'inconclusive' | 'skipped'

/** How a URL differs from the baseline. */
export type Change = 'new-failure' | 'fixed' | 'still-failing' | 'changed' | 'same'

/** An expectation that did not hold. */
export interface FailedCheck {
  readonly check: string
  readonly expected: string
  readonly actual: string
}

/** One row of every report; `schema/verdict.schema.json` describes it. */
export interface Verdict {
  readonly index: number
  readonly line: number | null
  readonly source: string
  readonly input: string
  /** '' when the line holds no URL. */
  readonly url: string
  readonly host: string
  readonly outcome: Outcome
  readonly ok: boolean
  readonly status: number
  readonly kind: Kind
  readonly reason: string
  readonly hint: string | null
  readonly code: string | null
  readonly failedChecks: readonly FailedCheck[]
  readonly method: Method
  readonly attempts: number
  readonly finalUrl: string
  readonly redirects: readonly Hop[]
  readonly httpVersion: string | null
  readonly remoteAddress: string | null
  readonly contentType: string | null
  readonly contentLength: number | null
  readonly bodyBytes: number
  readonly durationMs: number | null
  readonly timingsMs: Timings
  readonly tls: TlsFacts | null
  readonly inferred: boolean
  readonly secondLook: boolean
  readonly duplicateOf: number | null
  readonly change: Change | null
  readonly extra: Readonly<Record<string, unknown>> | null
  readonly key: string | null
  readonly checkedAt: string
}

/** Where every line went: `total` is the sum of all the others. */
export interface LineAccount {
  readonly total: number
  readonly checked: number
  readonly invalid: number
  readonly duplicate: number
  /** By filters, and by `skip=`: the latter have a row all the same. */
  readonly excluded: number
  readonly otherShard: number
  readonly notAsked: number
  /** Blank lines and comments. */
  readonly blank: number
}

/** Why a run ended before its list did. */
export type Unfinished = 'interrupted' | 'input-broke' | 'time-limit' | 'bail' | 'output-failed'

/** The run as a whole; `schema/summary.schema.json` describes it. */
export interface Summary {
  /** Verdicts in all: ok + failed + inconclusive + skipped. */
  readonly verdicts: number
  readonly ok: number
  readonly failed: number
  readonly inconclusive: number
  readonly skipped: number
  readonly lines: LineAccount
  /** Final status codes and how often; without 0. */
  readonly statuses: Readonly<Record<string, number>>
  /** URLs that got no HTTP answer though they were asked. */
  readonly noAnswer: number
  /** Kinds and how often. */
  readonly kinds: Readonly<Record<string, number>>
  /** Of `durationMs` of what answered, in ms; null when nothing did. Exact to 1 ms below 1 s, to 1 % above. */
  readonly timeMs: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number } | null
  /** Wall time of the run in ms. */
  readonly durationMs: number
  /** RFC 3339. */
  readonly startedAt: string
  /** Why the run ended early; null when it is whole. */
  readonly unfinished: Unfinished | null
  /** With `--baseline`: how the run differs from it, in rows, and URLs of it that were not in a run that is whole. */
  readonly baseline: {
    readonly new: number
    readonly stillFailing: number
    readonly fixed: number
    readonly gone: number | null
  } | null
  /** Sentences about the run as a whole: an input that broke, an encoding that was guessed. */
  readonly notices: readonly string[]
  readonly exitCode: number
}

/** The seam: one target in, what was found out. Retry and breaker wrap it; threads and a queue can answer it. */
export type Check = (target: Target, context: CheckContext) => Promise<Reply>

/** What the flow hands to a check: a first permit already held, and how long the target waited for it. */
export interface CheckContext {
  /** The check gives it back; null: the check takes its own place in the line. */
  readonly permit: Permit | null
  readonly queuedMs: number
  /** Of a retry: what is learned of its origin from then on (monotonic ms) speaks for it. */
  readonly againSinceMs?: number
  /** An attempt that was made already, for policies to look at: it is taken in place of a first one. */
  readonly made?: Reply
}

/** The right to have one request on the wire; give it back exactly once. */
export interface Permit {
  release(): void
  /** Answers of its origin without complaint so far; where it is known. */
  readonly cleanAnswers?: number
  /** Requests that its origin has on the wire now. */
  readonly active?: number
}

/** Something that waits for a permit. Linked into its origin's line itself, so that a wait allocates nothing. */
export interface Waiter {
  granted(permit: Permit): void
  /** True when it waits no more; it is passed over and costs its origin nothing. */
  readonly gone?: boolean
  /** Owned by the limiter while it waits. */
  next: Waiter | null
}

/** What a stop ends. */
export interface Stoppable {
  abort(): void
  /** Owned by the stop while it runs. */
  stopPlace?: number
}

/** What stops many jobs at once; a job adds itself while it runs. */
export interface Stop {
  readonly running: { add(job: Stoppable): void; delete(job: Stoppable): void; readonly size: number }
  readonly stopped: boolean
}

/** Where a request goes: limits are the host's, complaints, pauses and the learned pace the origin's. */
export interface Where {
  /** Lower-case name without port, IPv6 in brackets. */
  readonly host: string
  /** `https://example.com:8443`: two ports of one machine are two services. */
  readonly origin: string
}

/** Time and chance as an argument, so that a run can be played in a made time. */
export interface Time {
  /** Monotonic ms. */
  now(): number
  /** Ms since 1970. */
  wallNow(): number
  /** From 0 to 1, for jitter. */
  random(): number
  /** Ends early when the run is stopped. */
  wait(ms: number, stop: Stop): Promise<void>
  /** Calls back at the end of the loop's turn. */
  soon(done: () => void): void
}

/** Who may go when. */
export interface Limiter {
  /** Takes a place in the origin's line, before all that were not begun yet (`front`) for a URL already begun. */
  enqueue(where: Where, waiter: Waiter, front: boolean): void
  /** The same as a promise; null where the run stops first. */
  acquire(where: Where, front: boolean, stop: Stop | null): Promise<Permit | null>
  /** Halves how many requests may run at once, at least one; returns how many that are now. */
  shrink(): number
  /** Nothing starts on this origin before `untilMs` (monotonic). */
  pause(where: Where, untilMs: number): void
  /** The origin asked for less, answering a request that started at `startedAtMs`; `retryAfterMs` null: it named no time. */
  slowDown(where: Where, startedAtMs: number, retryAfterMs: number | null): void
  /** The origin answered without complaint; `isPublic`: from a public address. */
  clean(where: Where, isPublic: boolean): void
  /** Whoever waits for this origin goes on at once without a permit (`NO_PERMIT`): there is nothing to wait for. */
  dismiss(origin: string): void
  /** Permits are free and nobody who waits may have one. */
  lacksWork(): boolean
  /** Calls back when that has become so, maybe more than once; the result ends it. */
  onLackOfWork(listener: () => void): () => void
  /** Until when nothing starts on this origin; 0: it is not paused. */
  readyAtMs(origin: string): number
  /** Whether the origin has answered without complaint before, as far as is remembered. */
  hasAnswered(origin: string): boolean
  /** How many wait for this origin now. */
  waiting(origin: string): number
  /** How many wait for this origin or are on the wire to it now. */
  busy(origin: string): number
  /** The host with most waiting or running requests now; null when idle. For the progress line. */
  busiest(): string | null
}

/** Turns verdicts into text, in pieces; never writes, never reads the environment. */
export interface Reporter {
  begin?(): string
  each(verdict: Verdict): string
  end(summary: Summary): Iterable<string>
}

/** The formats that a report can have. */
export type Format = 'table' | 'ndjson' | 'json' | 'csv' | 'summary'

/** Which rows a table shows. */
export type Show = 'auto' | 'all' | 'failed'

/** All that a reporter may know of its surroundings. */
export interface ReporterContext {
  /** Columns of the terminal; null: nothing is cut. */
  readonly columns: number | null
  readonly color: boolean
  /** Whether the locale can show `✓ ✗ ? → ·`. */
  readonly unicode: boolean
  readonly show: Show
  /** Only these fields, in this order; null: all. */
  readonly fields: readonly string[] | null
}

/** Takes text to where it goes; waits for the reader. */
export interface Sink {
  /** Resolves when more may come; never rejects. */
  write(text: string): Promise<void> | void
  /** Writes what is left; resolves when it is safe. A file that has its name only when it is whole asks how the run ended. */
  end(run?: Pick<Summary, 'unfinished' | 'exitCode'>): Promise<void>
  /** True once the reader left (EPIPE); what is written then is dropped. */
  readonly gone: boolean
  /** What went wrong in writing (a full disk); null while all is well. */
  readonly error: Error | null
  /** For messages: `stdout` or the file. */
  readonly name: string
  /** Calls back when `error` is set, at once where it is. Without it nobody hears of it before the next look. */
  onFault?(listener: () => void): void
  /** The run has to end: from now on a reader that takes nothing for so many ms counts as one that left. */
  hurry?(graceMs: number): void
  /** True when it was given up for that. */
  readonly isUnread?: boolean
}

/** A stream with the terminal's facts, as `process.stdout` has them. */
export interface TerminalWritable extends Writable {
  isTTY?: boolean
  columns?: number
}

/** A stream that may be a keyboard, as `process.stdin`. */
export interface TerminalReadable extends Readable {
  isTTY?: boolean
}

/** Everything a run takes from outside; `bin/` makes the real one, tests make others. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: TerminalReadable
  readonly stdout: TerminalWritable
  readonly stderr: TerminalWritable
  /** Monotonic ms. */
  now(): number
  wait(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls back for SIGINT and SIGTERM; the result stops that. */
  onSignal(handler: (signal: 'SIGINT' | 'SIGTERM') => void): () => void
  /** Ends the process now, whatever is pending: only for the second signal. */
  die(exitCode: number): void
  /** The id of this process. */
  readonly pid: number
  /** Whether a process with this id runs on this machine. */
  isRunning(pid: number): boolean
  /** Ends the process with output pending that nobody reads: only for a run that had to end. */
  leave(exitCode: number): void
}

/** Targets and what their reader knows of the lines. */
export interface TargetSource {
  readonly batches: AsyncIterable<readonly Target[]>
  /** Lines that hold no target. */
  blank(): number
  /** Targets of other shards so far, which are not in `batches`. */
  otherShard(): number
  readonly notices: readonly string[]
  /** A sentence when an input ended by an error. */
  broke(): string | null
  /** Reads no more; works at once, also while a slow pipe is waited for. */
  close(): void
}

/** What earlier runs left: rows that are kept, and a baseline to compare with. */
export interface RunMemory {
  /** Verdicts of an interrupted run; they come first and count. */
  kept(): AsyncIterable<readonly Verdict[]>
  /** Whether one of them is of this target; then it is not asked. */
  has(target: Target): boolean
  /** Told of every target that gets a verdict in this run. */
  passes(target: Target): void
  /** The verdict with its `change`. */
  compare(verdict: Verdict): Verdict
  /** Null without a baseline. */
  changes(isWhole: boolean): Summary['baseline']
  /** With `--fail-on new` the failures that count, else null. */
  newFailures(): number | null
}

/** What else there is to do. */
export interface RestOfList {
  /** Whether URLs are still to be asked for the first time. */
  hasSome(): boolean
  /** Whether those who wait are in the way of the list. */
  isPressed(): boolean
  /** Calls back when nothing is left; the result ends that. */
  onEnd(listener: () => void): () => void
}

/** Live figures. */
export interface Progress {
  /** Items read so far. */
  readonly known: number
  /** Whether `known` is all there is. */
  readonly inputEnded: boolean
  readonly done: number
  /** Items whose result nobody got because the run was stopped. */
  readonly notAsked: number
}

/** Which status codes (100 to 999) are accepted. */
export interface StatusSet {
  has(status: number): boolean
  /** The set as ranges, shortest form: `200-299,301`. */
  toString(): string
}
