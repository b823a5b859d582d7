// Plays the internet of a seed and holds the run against what really happened. Returns what is wrong, in sentences.

import { type Engine, engineOf } from '../../src/ask/engine.js'
import { createLocalSlot } from '../../src/ask/threads/local-slot.js'
import { createSplitAsker } from '../../src/ask/threads/split-asker.js'
import { checkTargets, type RunOptions, startRun } from '../../src/run/pipeline.js'
import type { TargetSource } from '../../src/settings/seams.js'
import type { Target } from '../../src/settings/target.js'
import { DEFAULT_EXPECT } from '../../src/settings/target.js'
import type { Summary } from '../../src/words/summary.js'
import type { Verdict } from '../../src/words/verdict.js'
import { createRandom } from '../fuzz/random.js'
import { createInternet, type Internet, type Origin, type Page } from './internet.js'
import { createNetwork, type Network, type Seen } from './network.js'
import { simulatedClient } from './simulated-client.js'
import { createVirtualTime, type VirtualTime } from './virtual-time.js'

/** What came of a run. */
interface Played {
  readonly internet: Internet
  readonly network: Network
  readonly verdicts: readonly (Verdict & { readonly atMs: number })[]
  readonly summary: Summary
  /** When each target was read, ms. */
  readonly readAtMs: readonly number[]
  readonly endedAtMs: number
  /** False where nothing moved any more though the run was not over. */
  readonly ended: boolean
  readonly isIdle: boolean
}

/** The URLs that had something to fear, beside what is wrong. `slots`: how many ask. */
export async function play(
  seed: number,
  slots = 1,
): Promise<{ readonly faults: readonly string[]; readonly urls: number }> {
  const internet = createInternet(seed)
  const time = createVirtualTime(createRandom(seed, 2))
  const network = createNetwork(internet, time)
  const played = await run(internet, { network, time, slots, seed })
  const faults = [
    ...network.faults.slice(0, 3),
    ...(played.ended ? [] : [`the run hangs at ${played.endedAtMs} ms`]),
    ...(played.ended ? [...accountFaults(played), ...verdictFaults(played), ...costFaults(played)] : []),
  ]
  return { faults, urls: internet.pages.length }
}

interface Run {
  readonly network: Network
  readonly time: VirtualTime
  readonly slots: number
  readonly seed: number
}

async function run(internet: Internet, { network, time, slots, seed }: Run): Promise<Played> {
  const client = simulatedClient(internet, { network, time })
  const engines = [engineOf(client)]
  const { concurrency: _, perHost: __, retries: ___, ...options } = internet.options
  const abort = new AbortController()
  const readAtMs: number[] = []
  const source = sourceOf(internet, { time, readAtMs, ask: engineOf(client).ask })
  const asked = { ...options, signal: abort.signal }
  const checking =
    slots === 1
      ? checkTargets(source, client, asked)
      : checkWithSlots(source, asked, { internet, network, time, slots, seed, engines })
  if (internet.stopAtMs !== null) time.at(internet.stopAtMs, () => abort.abort())
  const verdicts: (Verdict & { atMs: number })[] = []
  let isOver = false
  const collecting = (async () => {
    for await (const batch of checking.batches)
      for (const verdict of batch) verdicts.push({ ...verdict, atMs: time.now() })
    isOver = true
  })()
  const ended = await time.play(() => isOver, boundMs(internet))
  if (ended) await collecting
  else collecting.catch(() => {})
  const summary = checking.summary({ signal: null, outputFailed: null })
  const isIdle = engines.every(({ limiter }) => limiter.busiest() === null)
  return { internet, network, verdicts, summary, readAtMs, endedAtMs: time.now(), ended, isIdle }
}

interface Reading {
  readonly time: VirtualTime
  readonly readAtMs: number[]
  readonly ask: Target['ask']
}

interface Slots extends Run {
  readonly internet: Internet
  /** Those that ask; grows. */
  readonly engines: Engine[]
}

/** The same run with several that ask, which come one by one. */
function checkWithSlots(source: TargetSource, options: RunOptions, { internet, engines, ...made }: Slots) {
  const [engine] = engines
  const { time, slots, seed } = made
  const random = createRandom(seed, 3)
  const asker = { ...options, notify: () => {} }
  const split = createSplitAsker({
    engine: engine!,
    asker,
    most: Math.min(slots, internet.options.concurrency),
    isAuto: false,
    async open(id, context) {
      await new Promise<void>((resolve) => time.at(time.now() + random.below(600), resolve))
      const own = engineOf(simulatedClient(internet, { ...made, concurrency: context.portion.concurrency }))
      engines.push(own)
      return createLocalSlot({ id, engine: own, asker, ...context })
    },
  })
  return startRun(source, split, { ...options, time, closed: engine!.closed })
}

function sourceOf({ pages, piece, pieceMs }: Internet, { time, readAtMs, ask }: Reading): TargetSource {
  let isClosed = false
  const targetOf = ({ url, timeoutMs, way }: Page, index: number): Target => ({
    index,
    line: index + 1,
    source: 'urls.txt',
    input: url,
    url,
    host: way[0]!.host,
    problem: null,
    ask: timeoutMs === ask.timeoutMs ? ask : { ...ask, timeoutMs },
    expect: DEFAULT_EXPECT,
    skip: null,
  })
  async function* batches() {
    for (let from = 0; from < pages.length && !isClosed; from += piece) {
      if (pieceMs > 0 && from > 0) await new Promise<void>((resolve) => time.at(time.now() + pieceMs, resolve))
      const targets = pages.slice(from, from + piece).map((page, at) => targetOf(page, from + at))
      for (const { index } of targets) readAtMs[index] = time.now()
      yield targets
    }
  }
  return {
    batches: batches(),
    blank: () => 0,
    otherShard: () => 0,
    notices: [],
    broke: () => null,
    close: () => {
      isClosed = true
    },
  }
}

/** One verdict a target, and the account adds up. */
function accountFaults({ internet, verdicts, summary, isIdle, readAtMs }: Played): string[] {
  const faults: string[] = []
  const often = new Map<number, number>()
  for (const { index } of verdicts) often.set(index, (often.get(index) ?? 0) + 1)
  for (const [index, count] of often) if (count > 1) faults.push(`target ${index} has ${count} verdicts`)
  const isWhole = summary.unfinished === null
  if (isWhole && often.size !== internet.pages.length) {
    faults.push(`${internet.pages.length - often.size} of ${internet.pages.length} targets have no verdict`)
  }
  const { total, ...parts } = summary.lines
  const sum = Object.values(parts).reduce((all, part) => all + part, 0)
  if (sum !== total || total !== readAtMs.length)
    faults.push(`${total} lines, ${sum} accounted for, ${readAtMs.length} read`)
  if (isWhole && !isIdle) faults.push('permits are not back')
  return faults
}

/** How long trouble may last from a URL's first request on, ms. */
const OUTLASTED_MS = 700

function verdictFaults(played: Played): string[] {
  const { internet, network, verdicts, endedAtMs } = played
  const byPage = new Map<Page, Seen[]>()
  const firstAt = new Map<Origin, number>()
  for (const entry of network.seen) {
    const own = byPage.get(entry.page)
    if (own === undefined) byPage.set(entry.page, [entry])
    else own.push(entry)
    if (!firstAt.has(entry.origin)) firstAt.set(entry.origin, entry.beganAtMs)
  }
  const isWell = (origin: Origin, fromMs: number) => {
    if (origin.limit !== null || origin.mostAtOnce !== null || origin.dead !== null) return false
    const first = firstAt.get(origin) ?? fromMs
    if (origin.start !== null && fromMs < first + origin.start.forMs) return false
    return origin.moments.every(({ fromMs: begin, untilMs }) => untilMs <= fromMs || begin > endedAtMs)
  }
  return verdicts.flatMap((verdict) => {
    const page = internet.pages[verdict.index]!
    const own = byPage.get(page) ?? []
    const about = `${page.url} (${verdict.kind} ${verdict.status}, ${verdict.attempts} attempts${verdict.inferred ? ', inferred' : ''})`
    return [
      ...(verdict.kind === 'internal' ? [`${about} is a bug`] : []),
      ...(verdict.kind.startsWith('local.') && verdict.outcome !== 'inconclusive'
        ? [`${about} is held against it`]
        : []),
      ...(isFalseDeath(verdict, { page, own, isWell, internet }) ? [`${about} died by our own hand`] : []),
      ...(verdict.inferred ? inferenceFaults(verdict, played, isWell).map((why) => `${about} ${why}`) : []),
    ]
  })
}

interface Truth {
  readonly page: Page
  readonly own: readonly Seen[]
  readonly internet: Internet
  isWell(origin: Origin, fromMs: number): boolean
}

/** Failed though its way was well from 0.7 s after its first request on. */
function isFalseDeath({ outcome }: Verdict, { page, own, isWell, internet }: Truth): boolean {
  if (outcome !== 'failed' || page.status !== 200) return false
  // With fewer retries nobody promises that they outlast anything; a time-out is not asked again.
  if (internet.options.retries < 2 || internet.options.maxWaitMs < 5000) return false
  if (own.length === 0 || page.timeoutMs < 10_000) return false
  // A later pass that was cut short leaves what was known before it.
  if (own.some(({ outcome: seen }) => seen === 'aborted')) return false
  if (own.some(({ outcome: seen }) => seen === 'timeout')) return false
  return page.way.every((origin) => isWell(origin, own[0]!.beganAtMs + OUTLASTED_MS))
}

/** Inferred though its origin answers, or without anybody having been asked since it began to wait. */
function inferenceFaults(
  verdict: Verdict & { atMs: number },
  { internet, network, readAtMs }: Played,
  isWell: Truth['isWell'],
): string[] {
  const { origin: href } = new URL(verdict.finalUrl)
  const origin = internet.origins.get(href)!
  const asked = network.seen.filter((entry) => entry.origin === origin && entry.endedAtMs <= verdict.atMs)
  const last = asked.reduce<Seen | null>(
    (best, entry) => (best === null || entry.endedAtMs >= best.endedAtMs ? entry : best),
    null,
  )
  if (last === null) return ['is inferred of an origin that nobody asked']
  const isClosed = origin.limit?.retryAfterS === 3600 || origin.moments.some(({ retryAfterS }) => retryAfterS !== null)
  if (isClosed && verdict.status > 0) return []
  // A row that waits for a later pass is told when that is over.
  if (internet.options.recheckMs !== null || internet.options.waitMs !== null) return []
  if (last.outcome === 'clean') return ['is inferred of an origin that answers']
  const isPatient = internet.pages[verdict.index]!.timeoutMs >= 10_000
  if (isPatient && isWell(origin, last.beganAtMs))
    return ['is inferred of an origin that is well for who has more time']
  const since = verdict.redirects.length > 0 ? 0 : readAtMs[verdict.index]!
  const isNews = asked.some(({ beganAtMs, outcome }) => beganAtMs >= since && outcome !== 'clean')
  return isNews ? [] : ['is inferred without anybody having been asked since it waits']
}

/** A dead origin sees at most 200 requests in a pass. */
function costFaults({ internet, network }: Played): string[] {
  const { perHost, retries, recheckMs, waitMs } = internet.options
  if (retries > 2 || recheckMs !== null || waitMs !== null) return []
  const counts = new Map<Origin, number>()
  for (const { origin } of network.seen) counts.set(origin, (counts.get(origin) ?? 0) + 1)
  return [...counts].flatMap(([origin, count]) =>
    origin.dead !== null && count > 200 && (perHost ?? 20) <= 20
      ? [`${origin.href} is dead and sees ${count} requests`]
      : [],
  )
}

/** Longer than any run of this internet has a reason to take. */
function boundMs(internet: Internet): number {
  const { maxWaitMs, retries, recheckMs, waitMs } = internet.options
  const ofOrigin = new Map<Origin, number>()
  for (const page of internet.pages) {
    for (const origin of page.way) {
      // A page that complains costs its origin a pause, and after some of them a pace.
      const paced = origin.limit !== null ? 4000 / origin.limit.perSecond : page.status > 404 ? 1500 : 0
      const each = Math.max(origin.latencyMs, 60, paced)
      ofOrigin.set(origin, (ofOrigin.get(origin) ?? 0) + each * (1 + retries))
    }
  }
  const slowest = Math.max(...ofOrigin.values())
  const reading = (internet.pages.length / internet.piece + 1) * internet.pieceMs
  // Four moments of ten seconds each, waits of a URL and of its origin, a shortage, and what a bad moment lasts.
  const once = slowest * 2 + reading + 4 * 10_000 * (2 + retries) + 5 * maxWaitMs + 60_000
  return (recheckMs === null && waitMs === null ? once : 8 * once) + 60_000
}
