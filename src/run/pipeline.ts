// The run on one screen: targets → admit → first pass → later passes → account. What comes out are verdicts in the order
// in which they are done; who asks is the asker's matter, reports and exit codes are made elsewhere.

import type { Client } from '../ask/client.js'
import { engineOf } from '../ask/engine.js'
import { createThreads } from '../ask/threads/create-threads.js'
import { inOneBatch } from '../flow/in-one-batch.js'
import type { HintFacts } from '../judge/hints.js'
import { mayPass } from '../policies/retry.js'
import type { OptionsOf } from '../settings/options.js'
import type { Asker, Asking, EarlierRuns, Progress, TargetSource } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import { createDistinct } from '../targets/distinct.js'
import { createFilter } from '../targets/filter.js'
import { grouped } from '../words/counted.js'
import type { Stop, Time } from '../words/limits.js'
import type { Summary, Unfinished } from '../words/summary.js'
import type { Verdict } from '../words/verdict.js'
import { type Account, createAccount, type RunEnd } from './account.js'
import { type Admission, admit } from './admit.js'
import { createEnding, type Ending } from './ending.js'
import { firstPass } from './first-pass.js'
import { LaterPasses } from './later-passes.js'
import { ListOrder } from './list-order.js'

/** What a run needs beside its list and its asker. */
export interface RunOptions extends Omit<OptionsOf<'run'>, 'rules' | 'baseUrl' | 'shard'> {
  /** What hints about the run as a whole depend on; null: none are made. */
  readonly hints?: HintFacts | null | undefined
  readonly earlier?: EarlierRuns | null | undefined
  /** Who asks in place of this process; the run closes it. */
  readonly asker?: Asker | null | undefined
  /** Told when a host asks to be left alone for so long, ms. */
  onWait?(host: string, ms: number): void
  /** Told of every target that gets a row in this run, in the order of the list. */
  onTarget?(target: Target): void
}

export interface Run {
  /** Verdicts as they come, many at a time: a promise a verdict would cost more than the verdict. */
  readonly batches: AsyncIterable<readonly Verdict[]>
  readonly progress: Progress
  /** What is asked again after everything else; null: nothing yet. */
  readonly later: Pick<LaterPasses, 'progress' | 'size'>
  readonly counts: Account['counts']
  /** Requests that were on the wire when the run was ended. */
  readonly inFlight: number
  /** The host with most waiting or running requests; null when idle. */
  busiest(): string | null
  /** Ends the run; what is on the wire has no verdict. */
  stop(why: Unfinished): void
  summary(end: RunEnd): Summary
}

/** A run whose targets are asked here. `checkAll` and the command differ only in where targets come from and verdicts go. */
export function checkTargets(source: TargetSource, client: Client, options: RunOptions): Run {
  const engine = engineOf(client)
  const notify = quietly(options.notify)
  const { time, closed } = engine
  const { threads = 1 } = options
  const asker = options.asker ?? createThreads(engine, { ...options, notify }, threads)
  return startRun(source, asker, { ...options, time, closed, busiest: engine.limiter.busiest })
}

/** The caller's own may throw; what it was told is no reason to lose the rows. */
function quietly(notify: (text: string) => void = () => {}): (text: string) => void {
  return (text) => {
    try {
      notify(text)
    } catch {}
  }
}

interface StartOptions extends RunOptions {
  readonly time: Time
  /** Ends the run as the signal does. */
  readonly closed?: Stop
  /** Of who asks in this thread. */
  busiest?(): string | null
}

/** The run itself, whoever asks. */
export function startRun(source: TargetSource, asker: Asker, options: StartOptions): Run {
  const { time, earlier = null, hints = null, strict, maxFailures } = options
  const ending = createEnding(options.signal, options.closed)
  const account = createAccount({ source, earlier, time, hints, strict, maxFailures })
  const later = new LaterPasses({
    recheckMs: options.recheckMs ?? null,
    waitMs: options.waitMs ?? null,
    mayPass: mayBeAnother,
    again: (targets) => askAgain(asker, targets, ending),
    now: time.now,
    wait: (ms) => time.wait(ms, ending.stop),
    stop: ending.stop,
    notify: account.note,
  })
  const order = options.inOrder ? new ListOrder() : null
  const filter = createFilter({ include: options.include ?? [], exclude: options.exclude ?? [] })
  const admission = admit(source.batches, {
    keep: filter.keep,
    distinct: options.dedupe ? createDistinct() : null,
    earlier,
    window: options.window,
    order,
    begins: (target) => later.begins(target),
    ...(options.onTarget === undefined ? {} : { onTarget: options.onTarget }),
    wallNow: time.wallNow,
  })
  const asking = asker.ask(admission.toAsk, { gently: false })
  let inFlight = 0
  ending.onHalt(() => {
    inFlight = asking.inFlight?.() ?? 0
    asking.stop()
    order?.close()
    source.close()
  })
  const rows = new Rows({ asker, account, admission, asking, later, order, ending, options })
  const unfinished = () => ending.why ?? (source.broke() === null ? null : 'input-broke')
  return {
    batches: { [Symbol.asyncIterator]: () => rows.all() },
    progress: rows.progress,
    later,
    counts: account.counts,
    stop: ending.halt,
    busiest: () => asking.busiest?.() ?? options.busiest?.() ?? null,
    get inFlight() {
      return inFlight
    },
    summary(end) {
      const { isLeft = false } = end
      const state = {
        unfinished: unfinished() ?? (isLeft ? 'interrupted' : null),
        excluded: admission.excluded,
        notAsked: isLeft ? rows.withoutRow : rows.notAsked,
        // Of a list that was not read to its end nobody knows.
        unmatched: unfinished() === null && !isLeft ? filter.unmatched() : [],
      }
      return account.summary(state, end)
    },
  }
}

interface RowsOptions {
  readonly asker: Asker
  readonly account: Account
  readonly admission: Admission
  readonly asking: Asking
  readonly later: LaterPasses
  readonly order: ListOrder | null
  readonly ending: Ending
  readonly options: StartOptions
}

/** The rows of a run, one phase after the other. */
class Rows {
  readonly #parts: RowsOptions
  /** Of an earlier run: `bail` is about this one. */
  #failedBefore = 0
  /** Rows of this run that were handed on. */
  #delivered = 0
  readonly progress: Progress

  constructor(parts: RowsOptions) {
    this.#parts = parts
    const { admission, asking } = parts
    const notAsked = () => this.notAsked
    this.progress = {
      get known() {
        return admission.known
      },
      get inputEnded() {
        return asking.progress.inputEnded
      },
      get done() {
        return admission.settled.count + asking.progress.done
      },
      get notAsked() {
        return notAsked()
      },
    }
  }

  /** Targets that were read and have no row, because the run was stopped. */
  get notAsked(): number {
    return this.#parts.ending.isOver ? this.withoutRow : 0
  }

  /** Targets that were read and have no row yet. */
  get withoutRow(): number {
    return this.#parts.admission.known - this.#delivered
  }

  async *all(): AsyncGenerator<readonly Verdict[]> {
    const { ending, options } = this.#parts
    const { timeLimitMs, time } = options
    ending.listen()
    if (timeLimitMs) time.wait(timeLimitMs, ending.stop).then(() => ending.isOver || ending.halt('time-limit'))
    try {
      yield* this.#kept()
      if (ending.why !== null) return
      yield* this.#inOrder()
    } finally {
      ending.forget()
      ending.halt(null)
      await this.#parts.asker.close?.()
    }
  }

  /** Rows of an earlier run; they come first and count. */
  async *#kept() {
    const { account, ending, options } = this.#parts
    for await (const batch of options.earlier?.kept() ?? []) {
      yield account.add(batch)
      if (ending.why !== null) return
    }
    this.#failedBefore = account.counts().failed
  }

  /** What is held back is handed on however the run ends. */
  async *#inOrder() {
    const { order, account } = this.#parts
    if (order === null) return yield* this.#passes()
    try {
      for await (const batch of this.#passes()) {
        const next = order.arrive(batch)
        if (next.length > 0) yield next
      }
    } catch (error) {
      const held = order.rest()
      if (held.length > 0) yield held
      throw error
    }
    const held = order.rest()
    if (order.leftBehind > 0) account.note(leftBehind(order.leftBehind))
    if (held.length > 0) yield held
  }

  async *#passes() {
    yield* this.#firstPass()
    for await (const batch of this.#parts.later.run()) if (batch.length > 0) yield this.#deliver(batch)
  }

  async *#firstPass() {
    const { asking, admission, later, order, ending } = this.#parts
    try {
      for await (const batch of firstPass(asking, admission.settled)) {
        const final = batch.filter((row) => !later.hold(row, this.progress.done) || order?.waits(row.index))
        // A row that waits may make room as well.
        if (final.length > 0 || order !== null) yield this.#deliver(final)
        const released = later.overflow()
        if (released.length > 0) yield this.#deliver(released)
      }
    } catch (error) {
      // The list broke. What is held back is final then, and must not be lost with it.
      const held = later.rest()
      if (held.length > 0) yield this.#deliver(held)
      throw error
    }
    if (asking.gaveUp) ending.halt(asking.gaveUpWhy ?? 'interrupted')
  }

  #deliver(rows: readonly Verdict[]): readonly Verdict[] {
    const { account, ending, options } = this.#parts
    const added = account.add(rows)
    this.#delivered += rows.length
    const { bail = null } = options
    if (bail !== null && account.counts().failed - this.#failedBefore >= bail) ending.halt('bail')
    return added
  }
}

function leftBehind(rows: number): string {
  const which = rows === 1 ? '1 row is' : `${grouped(rows)} rows are`
  return `${which} not in the order of the list: asked again after all others, too late to wait for`
}

/** Whether a verdict may be another one later. */
function mayBeAnother({ kind, status, code }: Verdict): boolean {
  return kind === 'blocked.rate-limit' || mayPass({ kind: kind === 'http.error' ? 'ok' : kind, status, code }, true)
}

async function* askAgain(asker: Asker, targets: readonly Target[], ending: Ending) {
  const asking = asker.ask(inOneBatch(targets), { gently: true })
  ending.onHalt(asking.stop)
  for await (const batch of asking.results) yield batch
  if (asking.gaveUp) ending.halt(asking.gaveUpWhy ?? 'interrupted')
}
