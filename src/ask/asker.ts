// The asker in this thread: schedule, policies around an attempt, judge. What comes in are targets and what goes out are
// verdicts, both of them plain data, so that another one may do the same elsewhere (docs/architecture.md, "The seam").

import { createLimiter } from '../flow/limiter.js'
import { type Schedule, schedule } from '../flow/schedule.js'
import { stopOf } from '../flow/stop.js'
import type { HopResult } from '../http/exchange/hop-request.js'
import { judge } from '../judge/judge.js'
import { createTimeText } from '../judge/time-text.js'
import type { Asker, Asking } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import type { Limiter, RestOfList } from '../words/limits.js'
import type { Reply } from '../words/reply.js'
import type { Verdict } from '../words/verdict.js'
import { createCheck, type PassCheck } from './check.js'
import { type Engine, learningWith } from './engine.js'
import type { Facts } from './facts.js'
import type { PolicyOptions } from './policies.js'
import { neverAsked } from './reply-of.js'

export interface AskerOptions extends PolicyOptions {
  /** Targets begun and not yet yielded. Default: 32,768, while all permits have work 4,096. */
  readonly window?: number | undefined
  /** Sentences for the user. */
  notify(text: string): void
  /** Told when a host asks to be left alone for so long. */
  onWait?(host: string, ms: number): void
  /** Of one among several: what it has with the others. */
  readonly common?: Common | undefined
}

/** What several that ask parts of one list have together. */
export interface Common {
  /** The limiter of a pass, which may have to ask others for a host that is theirs. */
  limiter(own: Limiter): Limiter
  /** What is found out of this machine in a pass; `wait` ends with the run. */
  facts(wait: (ms: number) => Promise<void>): Facts
  /** What the others know of origins that asked to be left alone for too long. */
  readonly elsewhere: ReadonlyMap<string, HopResult>
  /** Told what a pass is checked with. */
  checks(check: PassCheck): void
  /** Whether the list is held back because of those who wait. */
  isPressed(): boolean
}

/** Requests at once when failures are asked again. */
const GENTLY = 8

/** An asker for one run; the client that the engine belongs to is the caller's to close. */
export function createAsker(engine: Engine, options: AskerOptions): Asker {
  const { common = null } = options
  const timeText = createTimeText()
  const abort = new AbortController()
  const stop = stopOf(abort.signal)
  let firstCheck: PassCheck | null = null
  /** Of the pass before: it knows who asked to be left alone. */
  let limiterBefore = engine.limiter
  return {
    ask(batches, { gently, among = 1 }): Asking {
      const limiter = gently ? gentle(engine, limiterBefore, among) : engine.limiter
      limiterBefore = limiter
      const own = withLimiter(engine, common?.limiter(limiter) ?? limiter)
      const rest = restOf(() => plan, common)
      const facts = common?.facts((ms) => engine.time.wait(ms, stop))
      const check = createCheck(own, {
        ...options,
        ...{ stop, rest, facts, elsewhere: common?.elsewhere },
        ...(firstCheck === null ? {} : { before: firstCheck }),
      })
      common?.checks(check)
      firstCheck ??= check
      let gaveUp = false
      const end = () => {
        plan.stop()
        abort.abort()
      }
      const resultOf = (target: Target, reply: Reply): Verdict | null => {
        if (reply.kind !== 'aborted') return judge(target, reply, timeText)
        gaveUp ||= !stop.stopped
        end()
        return null
      }
      const plan: Schedule<Verdict> = schedule<Target, Reply, Verdict>(batches, {
        limiter: own.limiter,
        ...(options.window === undefined ? {} : { window: options.window }),
        ...own.time,
        whereOf: ({ url, ask: { insecure } }) => engine.splitUrl(url!, insecure).where,
        settled(target) {
          const known = check.known(target)
          return known === null ? null : resultOf(target, known)
        },
        ask: (target, permit, queuedMs) => check.ask(target, { permit, queuedMs }),
        resultOf,
        broken,
      })
      return {
        results: plan.results,
        progress: plan.progress,
        stop: end,
        finish: () => plan.finish(),
        inFlight: own.limiter.inUse,
        get gaveUp() {
          return gaveUp
        },
      }
    },
  }
}

/** Fresh connections, a few at once, and nothing before the time that an origin asked for. */
function gentle({ limits, parts }: Engine, { readyAtMs }: Limiter, among: number): Limiter {
  parts.transport.close()
  const few = Math.min(GENTLY, limits.concurrency)
  const rate = limits.rate ? limits.rate / among : null
  return createLimiter({ ...limits, concurrency: Math.max(1, Math.floor(few / among)), rate, readyAtMs })
}

function withLimiter(engine: Engine, limiter: Limiter): Engine {
  if (limiter === engine.limiter) return engine
  return { ...engine, limiter, learning: learningWith(limiter, engine.time) }
}

/** Of a plan that is made later than who asks. */
function restOf(plan: () => { readonly rest: RestOfList }, common: Common | null): RestOfList {
  return {
    hasSome: () => plan().rest.hasSome(),
    isPressed: () => plan().rest.isPressed() || common?.isPressed() === true,
    onEnd: (listener) => plan().rest.onEnd(listener),
  }
}

/** An error of ours at one target is no reason to lose the others. */
export function broken(target: Target, error: unknown): Verdict {
  const code = error instanceof Error ? error.name : null
  const failure = { kind: 'internal', code, detail: null, hint: null } as const
  return judge(target, neverAsked(target.ask.method, target.url ?? '', failure))
}
