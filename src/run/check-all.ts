// The pipeline on one screen: targets → sharded → filter → distinct → schedule(check) → judge → tally. What comes out are
// verdicts in the order in which they are done; reports and exit codes are made of them elsewhere.

import { askFrom, type Client, type ClientOptions, createClient, engineOf, learningWith } from '../ask/client.js'
import { createCheck } from '../ask/policies.js'
import { neverAsked } from '../ask/reply-of.js'
import { createLimiter } from '../flow/limiter.js'
import { type Schedule, schedule } from '../flow/schedule.js'
import { stopOf } from '../flow/stop.js'
import { exitCodeOf } from '../judge/exit-code.js'
import type { HintFacts } from '../judge/hints.js'
import { judge, verdictOfDuplicate, verdictOfProblem, verdictOfSkip } from '../judge/judge.js'
import { createTally, type Tally } from '../judge/summarise.js'
import { mayPass } from '../policies/retry.js'
import { ValueError } from '../settings/errors.js'
import type { Progress, RunMemory, TargetSource } from '../settings/seams.js'
import { DEFAULT_EXPECT } from '../settings/table.js'
import type { Target } from '../settings/target.js'
import { type FailureBudget, parseShard, type Shard } from '../settings/values.js'
import { parseBaseUrl } from '../targets/base-url.js'
import { createDistinct } from '../targets/distinct.js'
import { type ExpectOptions, overrideFrom } from '../targets/expect-from.js'
import { createFilter } from '../targets/filter.js'
import { createRules, parseRule } from '../targets/rules.js'
import { applyOverride } from '../targets/settings.js'
import type { RestOfList, Where } from '../words/limits.js'
import type { Pattern } from '../words/pattern.js'
import type { Reply } from '../words/reply.js'
import type { LineAccount, Summary, Unfinished } from '../words/summary.js'
import type { Verdict } from '../words/verdict.js'
import { createLaterPasses } from './later-passes.js'
import type { TargetInput } from './list-source.js'
import { sourceOf } from './list-source.js'
import { sharded } from './shard-source.js'

export interface CheckAllOptions extends ClientOptions, Omit<ExpectOptions, 'skip'> {
  /** A client of yours; its limits hold and it stays open. Default: a new one, closed at the end. */
  readonly client?: Client
  /** Settings for hosts, as in `--rule`: `*.example.com accept=404 user=$NAME`, names from `env`, where each must be set. */
  readonly rules?: readonly string[]
  /** What targets that are paths (`/healthz`) are paths of: an http or https URL. Default: such a target is invalid. */
  readonly baseUrl?: string | null
  /** Inconclusive URLs fail the run too, in `summary.exitCode`. Default false. */
  readonly strict?: boolean
  /** How many failures are still exit code 0. Default: none. */
  readonly maxFailures?: FailureBudget
  /** Ask only what is in this part of the list, by `shardOf`; `{ index: 3, count: 8 }` as `--shard 3/8`. Default: all. */
  readonly shard?: Shard | null
  /**
   * Ask only URLs that match one of these. Default: all. As everywhere, what cannot run in time linear in the text
   * (look-around, back references) is a `TypeError`.
   */
  readonly include?: readonly RegExp[]
  /** Leave out URLs that match one of these. */
  readonly exclude?: readonly RegExp[]
  /** Ask every URL once; repeats are verdicts with the outcome `skipped`. Default false. */
  readonly dedupe?: boolean
  /** Ask again after a timeout too. Default false. */
  readonly retryTimeouts?: boolean
  /** All waits for retries of one URL, ms. Default 30,000. */
  readonly maxWaitMs?: number
  /** Ask failures that may pass once more, gently, this long after the first pass, ms. Default: not. */
  readonly recheckMs?: number | null
  /** Ask failures again every 2 s until all is fine or this time is over, ms. Default: not. */
  readonly waitMs?: number | null
  /** Stop after so many failures. Default: never. */
  readonly bail?: number | null
  /** Stop after this time, ms. Default: never. */
  readonly timeLimitMs?: number | null
  /** Told in a sentence when a server asks for a long wait or this machine ran into a limit. Default: nobody. */
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
  if (typeof targets === 'string') throw new TypeError('checkAll: expected a list of URLs, got one string')
  const client = options.client ?? createClient(options)
  const engine = engineOf(client)
  const ask = options.client === undefined ? engine.ask : askFrom(options, engine.ask)
  const base = applyOverride({ ask, expect: DEFAULT_EXPECT, skip: null }, overrideFrom(options, options))
  const rules = (options.rules ?? []).map((text) => parseRule(text, options.env ?? {}))
  const source = sharded(sourceOf(targets, createRules(rules, base), baseFrom(options)), shardFrom(options))
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

function baseFrom({ baseUrl = null }: CheckAllOptions): string | null {
  if (baseUrl === null) return null
  try {
    return parseBaseUrl(baseUrl)
  } catch (error) {
    throw error instanceof ValueError ? new TypeError(`baseUrl: ${error.message}`) : error
  }
}

/** What the command line refuses is refused here too. */
function shardFrom({ shard = null }: CheckAllOptions): Shard | null {
  if (shard === null) return null
  const text = `${shard.index}/${shard.count}`
  try {
    return parseShard(text)
  } catch (error) {
    if (!(error instanceof ValueError)) throw error
    throw new TypeError(`shard: expected ${error.expected}, got ${text}`)
  }
}

/** What `checkTargets` needs beside a client. */
export type RunOptions = Omit<
  CheckAllOptions,
  keyof ClientOptions | keyof ExpectOptions | 'client' | 'rules' | 'shard' | 'include' | 'exclude' | 'baseUrl'
> & {
  readonly include?: readonly (RegExp | Pattern)[]
  readonly exclude?: readonly (RegExp | Pattern)[]
  /** What hints about the run as a whole depend on; null: none are made. */
  readonly hints?: HintFacts | null
  readonly memory?: RunMemory | null
}

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
  const { time } = engine
  const whereOf = ({ url, ask }: Target): Where => engine.splitUrl(url!, ask.insecure).where
  const startedAt = time.now()
  const tally = createTally()
  const keep = createFilter({ include: options.include ?? [], exclude: options.exclude ?? [] })
  const distinct = options.dedupe ? createDistinct() : null
  const { notify = () => {}, memory = null } = options
  const stop = stopOf(abort.signal)
  const wait = (ms: number) => time.wait(ms, stop)
  const say = (text: string) => {
    try {
      notify(text)
    } catch {
      // The caller's own; what it was told is no reason to lose the rows.
    }
  }
  const checking = { ...options, stop, notify: say }
  const check = createCheck(engine, { ...checking, rest: restOf(() => plan) })
  /** For the summary: what the run decided by itself. */
  const notices: string[] = []
  const later = createLaterPasses({
    recheckMs: options.recheckMs ?? null,
    waitMs: options.waitMs ?? null,
    mayPass: ({ kind, status, code }) =>
      kind === 'blocked.rate-limit' || mayPass({ kind: kind === 'http.error' ? 'ok' : kind, status, code }, true),
    again: askAgain,
    now: time.now,
    wait,
    stop,
    notify: (text) => notices.push(text),
  })
  let ended: Unfinished | null = null
  let laterPlan: Schedule<AskedAgain> | null = null
  /** Of the pass before: it knows who asked to be left alone. */
  let limiterBefore = engine.limiter
  let excluded = 0
  const inferred = { down: 0, limited: 0 }
  /** Of an earlier run: `bail` is about this one. */
  let failedBefore = 0

  const filtered = async function* () {
    for await (const batch of source.batches) {
      let wanted: Target[] = []
      for (const target of batch) {
        if (memory?.has(target)) {
          if (distinct === null || target.skip !== null) continue
          // What stands before it must not be taken for its repeat.
          yield wanted
          wanted = []
          distinct(target)
        } else if (keep(target)) {
          memory?.passes(target)
          wanted.push(target)
        } else excluded++
      }
      yield wanted
    }
  }
  const plan: Schedule<Verdict | typeof HELD> = schedule<Target, Reply, Verdict | typeof HELD>(filtered(), {
    limiter: engine.limiter,
    ...time,
    whereOf,
    settled(target) {
      if (target.problem !== null) return verdictOfProblem(target, time.wallNow())
      if (target.skip !== null) return verdictOfSkip(target, time.wallNow())
      const first = distinct?.(target) ?? null
      if (first !== null) return verdictOfDuplicate(target, first, time.wallNow())
      const known = check.known(target)
      return known === null ? null : resultOf(target, known)
    },
    ask: (target, permit, queuedMs) => check.ask(target, { permit, queuedMs }),
    resultOf,
    broken,
  })
  function resultOf(target: Target, reply: Reply): Verdict | typeof HELD | null {
    if (reply.kind === 'aborted') {
      // Nobody stopped this run: its client was closed under it.
      if (!stop.stopped) halt('interrupted')
      return null
    }
    const verdict = judge(target, reply)
    return later.hold(target, verdict, plan.progress.done) ? HELD : verdict
  }
  /** Re-asks on a client of its own: 8 at once, fresh connections, and nothing before the time that an origin asked for. */
  async function* askAgain(targets: readonly Target[]) {
    engine.parts.transport.close()
    const limiter = createLimiter({
      ...engine.limits,
      concurrency: Math.min(GENTLY, engine.limits.concurrency),
      readyAtMs: limiterBefore.readyAtMs,
    })
    limiterBefore = limiter
    const gentle = { ...engine, limiter, learning: learningWith(limiter, time) }
    const gently = createCheck(gentle, { ...checking, rest: restOf(() => laterPlan!), before: check })
    laterPlan = schedule<Target, Reply, AskedAgain>(inOneBatch(targets), {
      limiter,
      ...time,
      whereOf,
      settled: (target) => (gently.known(target) === null ? null : { target, verdict: null }),
      ask: (target, permit, queuedMs) => gently.ask(target, { permit, queuedMs }),
      resultOf: (target, reply) => (reply.kind === 'aborted' ? null : { target, verdict: judge(target, reply) }),
      broken: (target, error) => ({ target, verdict: broken(target, error) }),
    })
    if (stop.stopped) return
    for await (const batch of laterPlan.results) yield* batch
  }

  const halt = (why: Unfinished | null) => {
    ended ??= why
    plan.stop()
    laterPlan?.stop()
    source.close()
    abort.abort()
  }
  const interrupt = () => halt(whyAborted(options.signal))
  if (options.signal?.aborted) interrupt()
  options.signal?.addEventListener('abort', interrupt, { once: true })

  const add = (rows: readonly Verdict[]) => {
    const compared = memory === null ? rows : rows.map(memory.compare)
    for (const verdict of compared) {
      tally.add(verdict)
      if (verdict.inferred) inferred[verdict.status > 0 ? 'limited' : 'down']++
    }
    return compared
  }
  const count = (rows: readonly Verdict[]) => {
    const added = add(rows)
    const { bail = null } = options
    if (bail !== null && tally.counts().failed - failedBefore >= bail) halt('bail')
    return added
  }
  const batches = async function* () {
    if (options.timeLimitMs) wait(options.timeLimitMs).then(() => stop.stopped || halt('time-limit'))
    try {
      for await (const batch of memory?.kept() ?? []) {
        yield add(batch)
        if (ended !== null) return
      }
      failedBefore = tally.counts().failed
      try {
        for await (const batch of plan.results) {
          const rows = batch.filter((row) => row !== HELD)
          if (rows.length > 0) yield count(rows)
          const released = later.overflow()
          if (released.length > 0) yield count(released)
        }
      } catch (error) {
        // The list broke. What is held back is final then, and must not be lost with it.
        const held = later.rest()
        if (held.length > 0) yield count(held)
        throw error
      }
      for await (const batch of later.run()) if (batch.length > 0) yield count(batch)
    } finally {
      options.signal?.removeEventListener('abort', interrupt)
      halt(null)
    }
  }
  const unfinished = (): Unfinished | null => ended ?? (source.broke() === null ? null : 'input-broke')

  return {
    batches: { [Symbol.asyncIterator]: batches },
    progress: plan.progress,
    counts: tally.counts,
    summary(end) {
      const broke = source.broke()
      return tally.summary({
        lines: accountOf(tally, {
          blank: source.blank(),
          otherShard: source.otherShard(),
          excluded,
          notAsked: plan.progress.notAsked,
        }),
        durationMs: Math.round(time.now() - startedAt),
        startedAt: new Date(startedAtMs).toISOString(),
        unfinished: unfinished(),
        baseline: memory?.changes(unfinished() === null) ?? null,
        notices: [
          ...notices,
          ...inferenceNotices(inferred),
          ...source.notices,
          ...(broke === null ? [] : [broke]),
          ...(options.hints ? tally.hints(options.hints) : []),
        ],
        exitCode: exitCodeOf({
          ...tally.counts(),
          ...(options.strict === undefined ? {} : { strict: options.strict }),
          ...(options.maxFailures === undefined ? {} : { budget: options.maxFailures }),
          newFailures: memory?.newFailures() ?? null,
          unfinished: unfinished(),
          ...end,
        }).code,
      })
    },
  }
}

/** The command says by its reason why it aborts; anybody else interrupts. */
function whyAborted(signal: AbortSignal | undefined): Unfinished {
  const { reason } = signal ?? {}
  return reason === 'time-limit' || reason === 'output-failed' ? reason : 'interrupted'
}

/** In place of a verdict that waits for a later pass. */
const HELD = Symbol('held')
/** Requests at once when failures are asked again. */
const GENTLY = 8

/** What came of a URL that was asked again; null: it could not be, what was known holds. */
interface AskedAgain {
  readonly target: Target
  readonly verdict: Verdict | null
}

/** Of a plan that is made later than who asks. */
function restOf(plan: () => { readonly rest: RestOfList }): RestOfList {
  return {
    hasSome: () => plan().rest.hasSome(),
    isPressed: () => plan().rest.isPressed(),
    onEnd: (listener) => plan().rest.onEnd(listener),
  }
}

/** A bug of ours costs one URL, and exit code 3. */
function broken(target: Target, error: unknown): Verdict {
  const code = error instanceof Error ? error.name : null
  const failure = { kind: 'internal', code, detail: null, hint: null } as const
  return judge(target, neverAsked(target.ask.method, target.url ?? '', failure))
}

function inferenceNotices({ down, limited }: { readonly down: number; readonly limited: number }): readonly string[] {
  const urls = (count: number) => (count === 1 ? '1 URL was' : `${count} URLs were`)
  return [
    ...(down > 0 ? [`${urls(down)} not asked: others of the same host found no connection, four times in a row`] : []),
    ...(limited > 0
      ? [`${urls(limited)} not asked: the host asked for fewer requests, and answered nothing else`]
      : []),
  ]
}

async function* inOneBatch(targets: readonly Target[]) {
  yield targets
}

/** Where every line went; the total is their sum. */
function accountOf(
  tally: Tally,
  rest: Pick<LineAccount, 'blank' | 'otherShard' | 'excluded' | 'notAsked'>,
): LineAccount {
  const { verdicts, kinds } = tally.counts()
  const invalid = (kinds['url.invalid'] ?? 0) + (kinds['line.invalid'] ?? 0)
  const duplicate = kinds.duplicate ?? 0
  // They have a row and are counted with what the filters leave out.
  const skipped = kinds.skipped ?? 0
  return {
    total: verdicts + rest.excluded + rest.otherShard + rest.notAsked + rest.blank,
    checked: verdicts - invalid - duplicate - skipped,
    invalid,
    duplicate,
    excluded: rest.excluded + skipped,
    otherShard: rest.otherShard,
    notAsked: rest.notAsked,
    blank: rest.blank,
  }
}
