// The pipeline on one screen: targets → filter → distinct → schedule(check) → judge → tally. What comes out are
// verdicts in the order in which they are done; reports and exit codes are made of them elsewhere.

import { type AttemptContext, attempt } from './attempt.js'
import {
  type AskOptions,
  askFrom,
  type Client,
  type ClientOptions,
  createClient,
  type Engine,
  engineOf,
} from './create-client.js'
import { withLocalFaults } from './flow/local-faults.js'
import { type Progress, schedule } from './flow/schedule.js'
import { pause, stopOf } from './flow/stop.js'
import { withSuspects } from './flow/suspects.js'
import { createSuspicion } from './flow/suspicion.js'
import { exitCodeOf } from './judge/exit-code.js'
import { judge, verdictOfDuplicate, verdictOfProblem } from './judge/judge.js'
import { createTally, type Tally } from './judge/summarise.js'
import { parseStatusSet, type StatusSet, SUCCESSFUL } from './status-set.js'
import { createDistinct } from './targets/distinct.js'
import { createFilter } from './targets/filter.js'
import { parseUrl } from './targets/parse-url.js'
import type { Check, Expect, LineAccount, Summary, Target, Unfinished, Verdict } from './types.js'

/** A URL, or a URL with settings of its own. */
export type TargetInput = string | ({ readonly url: string; readonly accept?: string } & AskOptions)

export interface CheckAllOptions extends ClientOptions {
  /** A client of yours; its limits hold and it stays open. Default: a new one, closed at the end. */
  readonly client?: Client
  /** Statuses that are fine, as in `--accept`: `200-299,301,4xx`, `+403`. Default `200-299`. */
  readonly accept?: string
  /** Ask only URLs that match one of these. Default: all. */
  readonly include?: readonly RegExp[]
  /** Leave out URLs that match one of these. */
  readonly exclude?: readonly RegExp[]
  /** Ask every URL once; repeats are verdicts with the outcome `skipped`. Default false. */
  readonly dedupe?: boolean
  /** Told once when this machine ran into a limit and the run goes on more slowly. Default: nobody. */
  readonly notify?: (text: string) => void
  /** Aborting begins nothing any more and ends what is on the wire; those targets have no verdict. */
  readonly signal?: AbortSignal
}

/** A run. Loop over it; leaving the loop aborts what is in flight. */
export interface Checking extends AsyncIterable<Verdict> {
  /** The totals so far; of the whole run once the loop has ended. */
  readonly summary: Summary
}

/**
 * Asks all targets and yields a verdict each, in completion order. Pulls from `targets` only as fast as it can ask, so
 * the list may be endless. Throws what `targets` throws; never for anything that a URL or the network does.
 */
export function checkAll(
  targets: Iterable<TargetInput> | AsyncIterable<TargetInput>,
  options: CheckAllOptions = {},
): Checking {
  const client = options.client ?? createClient(options)
  const expect = expectFrom(options.accept)
  const { ask } = engineOf(client)
  const source = sourceOf(targets, options.client === undefined ? ask : askFrom(options, ask), expect)
  const run = checkTargets(source, client, options)
  return {
    async *[Symbol.asyncIterator]() {
      try {
        for await (const batch of run.batches) yield* batch
      } finally {
        if (options.client === undefined) await client.close()
      }
    },
    get summary() {
      return run.summary({ signal: null, outputFailed: null })
    },
  }
}

/** Targets and what their reader knows of the lines. */
export interface TargetSource {
  readonly batches: AsyncIterable<readonly Target[]>
  /** Lines that hold no target. */
  blank(): number
  readonly notices: readonly string[]
  /** A sentence when an input ended by an error. */
  broke(): string | null
  /** Reads no more; works at once, also while a slow pipe is waited for. */
  close(): void
}

/** What `checkTargets` needs beside a client. */
export type RunOptions = Pick<CheckAllOptions, 'include' | 'exclude' | 'dedupe' | 'signal' | 'notify'>

/** What only the caller knows at the end. */
export interface RunEnd {
  readonly signal: 'SIGINT' | 'SIGTERM' | null
  readonly outputFailed: string | null
}

export interface Run {
  /** Verdicts as they come, many at a time: a promise a verdict would cost more than the verdict. */
  readonly batches: AsyncIterable<readonly Verdict[]>
  readonly progress: Progress
  readonly counts: Tally['counts']
  summary(end: RunEnd): Summary
}

/** The pipeline itself; `checkAll` and the command differ only in where targets come from and verdicts go. */
export function checkTargets(source: TargetSource, client: Client, options: RunOptions): Run {
  const engine = engineOf(client)
  const abort = new AbortController()
  const startedAtMs = Date.now()
  const startedAt = engine.now()
  const tally = createTally()
  const keep = createFilter({ include: options.include ?? [], exclude: options.exclude ?? [] })
  const distinct = options.dedupe ? createDistinct() : null
  const check = createCheck(engine, abort.signal, options.notify ?? (() => {}))
  let excluded = 0

  const filtered = async function* () {
    for await (const batch of source.batches) {
      const kept = batch.filter(keep)
      excluded += batch.length - kept.length
      yield kept
    }
  }
  const { results, stop, progress } = schedule<Target, Verdict>(filtered(), {
    limiter: engine.limiter,
    now: engine.now,
    hostOf: (target) => target.host,
    settled(target) {
      if (target.problem !== null) return verdictOfProblem(target, Date.now())
      const first = distinct?.(target) ?? null
      return first === null ? null : verdictOfDuplicate(target, first, Date.now())
    },
    async ask(target, permit, queuedMs) {
      const reply = await check(target, { permit, queuedMs })
      return reply.kind === 'aborted' ? null : judge(target, reply)
    },
  })
  const halt = () => {
    stop()
    source.close()
    abort.abort()
  }
  const stopped = options.signal
  if (stopped?.aborted) halt()
  stopped?.addEventListener('abort', halt, { once: true })

  const batches = async function* () {
    try {
      for await (const batch of results) {
        for (const verdict of batch) tally.add(verdict)
        yield batch
      }
    } finally {
      stopped?.removeEventListener('abort', halt)
      halt()
    }
  }
  const unfinished = (): Unfinished | null => {
    if (stopped?.aborted) return 'interrupted'
    return source.broke() === null ? null : 'input-broke'
  }
  return {
    batches: { [Symbol.asyncIterator]: batches },
    progress,
    counts: tally.counts,
    summary(end) {
      const broke = source.broke()
      return tally.summary({
        lines: accountOf(tally, { blank: source.blank(), excluded, notAsked: progress.notAsked }),
        durationMs: Math.round(engine.now() - startedAt),
        startedAt: new Date(startedAtMs).toISOString(),
        unfinished: unfinished(),
        notices: broke === null ? source.notices : [...source.notices, broke],
        exitCode: exitCodeOf({ ...tally.counts(), unfinished: unfinished(), ...end }).code,
      })
    },
  }
}

/** The check of a target: an attempt, and around it what is this machine's own trouble. Innermost first. */
function createCheck(engine: Engine, signal: AbortSignal, notify: (text: string) => void): Check {
  const { limiter, now } = engine
  const stop = stopOf(signal)
  const wait = (ms: number) => pause(ms, stop)
  const suspicion = () => createSuspicion({ needed: WITNESSES, holdMs: HOLD_MS, wait })
  const keepAlive: AttemptContext['keepAlive'] = (host) => limiter.waiting(host) > 0
  const ask: Check = (target, { permit, queuedMs }) =>
    attempt(engine, target.url!, target.ask, { permit, queuedMs, stop, keepAlive })
  const patient = withLocalFaults(ask, { limiter, now, wait, stop, notify })
  return withSuspects(patient, { offline: suspicion(), resigned: suspicion() })
}

/** Unrelated hosts that have to tell the same story before it is this machine's. */
const WITNESSES = 3
/** How long the row of a first witness waits for the others. */
const HOLD_MS = 2000

/** Where every line went; the total is their sum. */
function accountOf(tally: Tally, rest: { blank: number; excluded: number; notAsked: number }): LineAccount {
  const { verdicts, kinds } = tally.counts()
  const invalid = (kinds['url.invalid'] ?? 0) + (kinds['line.invalid'] ?? 0)
  const duplicate = kinds.duplicate ?? 0
  return {
    total: verdicts + rest.excluded + rest.notAsked + rest.blank,
    checked: verdicts - invalid - duplicate,
    invalid,
    duplicate,
    excluded: rest.excluded,
    otherShard: 0,
    notAsked: rest.notAsked,
    blank: rest.blank,
  }
}

/** What `accept` says; throws `TypeError` where it is not a set of statuses. */
function expectFrom(accept: string | undefined): Expect {
  if (accept === undefined) return { accept: SUCCESSFUL, acceptIsExplicit: false }
  const set: StatusSet | null = parseStatusSet(accept)
  if (set === null) throw new TypeError(`accept: expected statuses such as 200-299,301,4xx, got ${accept}`)
  return { accept: set, acceptIsExplicit: true }
}

function sourceOf(
  inputs: Iterable<TargetInput> | AsyncIterable<TargetInput>,
  ask: Target['ask'],
  expect: Expect,
): TargetSource {
  const toTarget = (input: TargetInput, index: number): Target => {
    const written = typeof input === 'string' ? input : input.url
    const { url, host, problem } = parseUrl(written)
    const target = { index, line: null, source: 'argv', input: written, url, host, problem }
    if (typeof input === 'string') return { ...target, ask, expect }
    const own = input.accept === undefined ? expect : expectFrom(input.accept)
    return { ...target, ask: askFrom(input, ask), expect: own }
  }
  const batches = async function* () {
    let index = 0
    if (Symbol.asyncIterator in inputs) {
      for await (const input of inputs) yield [toTarget(input, index++)]
      return
    }
    let batch: Target[] = []
    for (const input of inputs) {
      batch.push(toTarget(input, index++))
      if (batch.length < BATCH) continue
      yield batch
      batch = []
    }
    yield batch
  }
  return { batches: batches(), blank: () => 0, notices: [], broke: () => null, close: () => {} }
}

/** Targets handed on at once; small enough that the first request leaves early. */
const BATCH = 1000
