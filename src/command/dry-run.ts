// What a run would ask, without asking: every line accounted for, the hosts, and what is wrong with which line.

import { escapeText } from '../report/escape.js'
import { createSink } from '../report/sink.js'
import { UsageError } from '../settings/errors.js'
import type { TargetSource } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import { createDistinct } from '../targets/distinct.js'
import { createFilter } from '../targets/filter.js'
import { grouped } from '../words/counted.js'
import { hideSecrets } from '../words/hide-secrets.js'
import type { Pattern } from '../words/pattern.js'
import { type Action, createDryRunRows } from './dry-run-rows.js'
import { effectiveSettings, type ShownSettings } from './effective-settings.js'
import { say } from './messages.js'
import type { Session } from './session.js'

export interface DryRunOptions {
  readonly include: readonly Pattern[]
  readonly exclude: readonly Pattern[]
  readonly dedupe: boolean
}

export interface DryRun {
  readonly toAsk: number
  readonly invalid: number
  readonly excluded: number
  readonly duplicate: number
  readonly otherShard: number
  readonly blank: number
  /** Hosts and how many URLs each, most first. */
  readonly hosts: readonly (readonly [host: string, count: number])[]
  /** The first lines that are wrong. */
  readonly problems: readonly Target[]
}

/** Problems that are listed one by one; the others are counted. */
const PROBLEMS_SHOWN = 20
const HOSTS_SHOWN = 20

/** Reads all targets; holds one counter a host. `told` hears of each what becomes of it. */
export async function dryRun(
  source: TargetSource,
  options: DryRunOptions,
  told: (target: Target, action: Action) => Promise<void> | void = () => {},
): Promise<DryRun> {
  const { keep } = createFilter(options)
  const distinct = options.dedupe ? createDistinct() : null
  const hosts = new Map<string, number>()
  const problems: Target[] = []
  const counts = { toAsk: 0, invalid: 0, excluded: 0, duplicate: 0 }
  const actionOf = (target: Target): Action => {
    if (!keep(target)) return 'excluded'
    if (target.problem !== null) return target.problem.kind === 'skipped' ? 'skipped' : 'invalid'
    if (target.skip !== null) return 'skipped'
    return distinct?.(target) != null ? 'duplicate' : 'ask'
  }
  for await (const batch of source.batches) {
    for (const target of batch) {
      const action = actionOf(target)
      await told(target, action)
      if (action === 'ask') {
        counts.toAsk++
        hosts.set(target.host, (hosts.get(target.host) ?? 0) + 1)
      } else counts[action === 'skipped' ? 'excluded' : action]++
      if (action === 'invalid' && problems.length < PROBLEMS_SHOWN) problems.push(target)
    }
  }
  const [otherShard, blank] = [source.otherShard(), source.blank()]
  return { ...counts, otherShard, blank, hosts: [...hosts].sort((a, b) => b[1] - a[1]), problems }
}

/** How what the list says is made fit to print. */
export interface DryRunTexts {
  /** Escapes. */
  readonly safe: (text: string) => string
  /** Takes secrets out of what is no URL. */
  readonly hide: (text: string) => string
}

/** The dry run for people. */
export function dryRunText(run: DryRun, { safe, hide }: DryRunTexts): string {
  const total = run.toAsk + run.invalid + run.duplicate + run.excluded + run.otherShard + run.blank
  const parts = [
    `${grouped(run.toAsk)} to ask`,
    ...(run.invalid > 0 ? [`${run.invalid} invalid`] : []),
    ...(run.duplicate > 0 ? [`${run.duplicate} duplicate`] : []),
    ...(run.excluded > 0 ? [`${run.excluded} excluded`] : []),
    ...(run.otherShard > 0 ? [`${run.otherShard} in other shards`] : []),
    ...(run.blank > 0 ? [`${run.blank} blank or comment`] : []),
  ]
  const width = String(run.hosts[0]?.[1] ?? '').length
  const lines = [
    `lines    ${grouped(total)} = ${parts.join(' + ')}`,
    `hosts    ${run.hosts.length}`,
    ...run.hosts.slice(0, HOSTS_SHOWN).map(([host, count]) => `  ${String(count).padStart(width)}  ${safe(host)}`),
    ...(run.hosts.length > HOSTS_SHOWN ? [`  and ${run.hosts.length - HOSTS_SHOWN} more`] : []),
    ...(run.invalid > 0 ? [`invalid  ${run.invalid}`] : []),
    ...run.problems.flatMap(({ source, line, input, problem }) => [
      `  ${safe(line === null ? source : `${source}:${line}`)}  ${safe(hide(input))}`,
      `    ${safe(hide(problem!.reason))}`,
    ]),
    ...(run.invalid > run.problems.length ? [`  and ${run.invalid - run.problems.length} more`] : []),
  ]
  return `${lines.join('\n')}\n`
}

/** The settings of the run that are not the defaults, one a line. */
function settingsText(settings: ShownSettings): string {
  const lines = Object.entries(settings).map(([key, value]) => escapeText(`  ${key} ${JSON.stringify(value)}`))
  return lines.length === 0 ? '' : `settings\n${lines.join('\n')}\n`
}

/** The dry run as the command prints it; resolves to the exit code. Throws `UsageError` for a list without a URL. */
export async function rehearse(source: TargetSource, { interrupt, options, world }: Session): Promise<number> {
  interrupt.onStop(() => source.close())
  const settings = effectiveSettings(options)
  const rows = createDryRunRows(options.report, settings)
  const sink = createSink(world.stdout, 'stdout')
  if (rows !== null) sink.write(rows.begin)
  const rehearsal = await dryRun(source, options, (target, action) =>
    rows === null ? undefined : sink.write(rows.each(target, action)),
  )
  interrupt.signal.throwIfAborted()
  for (const notice of source.notices) say(world, notice)
  const broke = source.broke()
  if (broke !== null) say(world, broke)
  const { toAsk, invalid, excluded, duplicate, otherShard } = rehearsal
  if (toAsk + invalid + excluded + duplicate + otherShard === 0 && !options.allowEmpty && broke === null) {
    throw new UsageError('nothing to ask: the list holds no URL; one a line, such as https://example.com')
  }
  const texts = { safe: escapeText, hide: (text: string) => hideSecrets(text, 'invalid') }
  sink.write(rows === null ? dryRunText(rehearsal, texts) + settingsText(settings) : rows.end)
  await sink.end()
  if (sink.error !== null) return 3
  if (broke !== null) return 4
  return invalid > 0 ? 1 : 0
}
