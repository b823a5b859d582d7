// The command on one screen: arguments → inputs and outputs opened → pipeline → reports → exit code. Takes the world as
// an argument and returns a number; only `bin/` touches the process.

import { createRequire } from 'node:module'
import { version as nodeVersion } from 'node:process'
import { Readable } from 'node:stream'
import { checkTargets, type Run, type TargetSource } from './check-all.js'
import { helpText, parseCommand } from './command.js'
import { type Client, version } from './create-client.js'
import { dryRun, dryRunText } from './dry-run.js'
import { lineContext, openClient, runOptions } from './from-flags.js'
import { exitCodeOf } from './judge/exit-code.js'
import { type Memory, openMemory } from './memory.js'
import type { Options } from './options.js'
import { createSink } from './output/sink.js'
import { UsageError } from './parse.js'
import { createProgress, type ProgressLine } from './progress.js'
import { refuseOverwritingInputs, refuseTwiceOnStdout } from './refuse-outputs.js'
import { createReport, type Report, type ReportPart } from './report.js'
import { escapeText } from './reporters/escape.js'
import { FLAT, selectColumns } from './reporters/fields.js'
import { REPORTERS } from './reporters/index.js'
import { hideInInvalid } from './reporters/redact.js'
import { sharded } from './sharded.js'
import { closeInputs, type Input, openInputs, readTargets } from './targets/read-targets.js'
import type { ReporterContext, Sink, Summary, World } from './types.js'

/** The version of the record that the schema describes; it changes with the major version. */
const SCHEMA_VERSION = 1

/** Runs the command with the arguments behind its name; resolves to the exit code. Rejects only for a bug. */
export async function run(argv: readonly string[], world: World): Promise<number> {
  try {
    const invocation = parseCommand(argv, world.env)
    if (invocation.type === 'help') return await print(world, helpText(invocation.long))
    if (invocation.type === 'version') return await print(world, versionText())
    const names = inputNames(invocation.inputs, world)
    if (names === null) {
      world.stderr.write(`${helpText(false).split('\n').slice(4, 9).join('\n')}\n`)
      return 2
    }
    return await check(names, invocation.options, argv, world)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    say(world, error.message)
    return 2
  }
}

/** With an input given stdin is never touched; without one it is read when it is piped. */
function inputNames(given: readonly string[], world: World): readonly string[] | null {
  if (given.length > 0) return given
  return world.stdin.isTTY ? null : ['-']
}

async function check(
  names: readonly string[],
  options: Options,
  argv: readonly string[],
  world: World,
): Promise<number> {
  const context = reporterContext(options, world)
  const reporter = REPORTERS[options.report](context)
  // A wrong name is a mistake also where the table, which has no fields, is all that is printed.
  selectColumns(options.fields, FLAT)
  refuseTwiceOnStdout(options.output)
  // A look at stdin is a touch: Node makes a shared pipe non-blocking for everybody who holds it.
  const stdin = names.includes('-') ? world.stdin : Readable.from([])
  const interrupt = listenForSignals(world, () => stdin.destroy())
  let inputs: readonly Input[] = []
  try {
    inputs = await openInputs(names, { stdin })
    await refuseOverwritingInputs(inputs, options)
    const list = () => openSource(inputs, options, world)
    if (options.dryRun) return await rehearse(list(), options, world)
    const client = await openClient(options, world)
    try {
      const memory = await openMemory({ options, argv, names, context, openSource: list })
      const parts: ReportPart[] = [{ reporter, sink: createSink(world.stdout, 'stdout') }, ...memory.parts]
      return await execute(memory, client, createReport(parts), interrupt, options, world)
    } finally {
      await client.close()
    }
  } finally {
    interrupt.forget()
    await closeInputs(inputs)
  }
}

/** What the first SIGINT or SIGTERM changes; the second one ends the process. */
interface Interrupt {
  readonly abort: AbortSignal
  /** Which one came; null while none has. */
  name(): 'SIGINT' | 'SIGTERM' | null
  forget(): void
}

/** `onFirst` lets go of what may be waited for before anything runs: a pipe that says nothing. */
function listenForSignals(world: World, onFirst: () => void): Interrupt {
  const abort = new AbortController()
  let first: 'SIGINT' | 'SIGTERM' | null = null
  const forget = world.onSignal((name) => {
    if (first !== null) return world.die(name === 'SIGINT' ? 130 : 143)
    first = name
    onFirst()
    abort.abort()
  })
  return { abort: abort.signal, name: () => first, forget }
}

/** The run itself: verdicts to the reports until the list, the user or the last reader ends it. */
async function execute(
  memory: Memory,
  client: Client,
  report: Report,
  interrupt: Interrupt,
  options: Options,
  world: World,
): Promise<number> {
  const notify = (text: string) => say(world, text)
  const run = checkTargets(memory.source, client, {
    ...runOptions(options),
    memory: memory.run,
    signal: interrupt.abort,
    notify,
  })
  const progress = startProgress(run, client, options, world)
  try {
    let begun = false
    for await (const batch of run.batches) {
      if (!begun) await report.begin()
      begun = true
      for (const verdict of batch) await report.each(verdict)
      if (report.allGone) break
    }
    progress?.stop()
    const signal = interrupt.name()
    if (!begun && signal === null) {
      const { unfinished } = run.summary({ signal, outputFailed: null })
      const isEmpty = run.progress.known === 0 && unfinished === null
      const others = memory.source.otherShard()
      if (isEmpty && others === 0 && !options.allowEmpty) throw nothingToAsk(run, memory.source)
      if (isEmpty && others > 0 && !options.quiet) say(world, nothingInShard(run, others, options))
      await report.begin()
    }
    const summary = run.summary({ signal, outputFailed: failedOutput(report) })
    await report.end(summary)
    return conclude(run, summary, report, memory, signal, options, world)
  } catch (error) {
    if (error instanceof UsageError) await memory.discard()
    throw error
  } finally {
    progress?.stop()
  }
}

/** Says on stderr what the reports do not show, and gives the exit code. */
function conclude(
  run: Run,
  summary: Summary,
  report: Report,
  memory: Memory,
  signal: 'SIGINT' | 'SIGTERM' | null,
  options: Options,
  world: World,
): number {
  // An output may fail at its very end only, after the summary was written.
  const outputFailed = failedOutput(report)
  const { code, why } = exitCodeOf({
    ...run.counts(),
    strict: options.strict,
    budget: options.maxFailures,
    newFailures: memory.run?.newFailures() ?? null,
    unfinished: summary.unfinished,
    signal,
    outputFailed,
  })
  // The table shows them itself.
  if (!options.quiet && options.report !== 'table') for (const notice of summary.notices) say(world, escapeText(notice))
  for (const { name, error } of report.errors) say(world, `${name}: ${writeFault(error)}`)
  if (signal !== null) say(world, `${why}; ${urls(summary.lines.notAsked)} read and not asked`)
  else if (why !== null && outputFailed === null) say(world, why)
  const wayOn = memory.wayOn(summary)
  if (wayOn !== null) say(world, wayOn)
  return code
}

function nothingToAsk(run: Run, source: TargetSource): UsageError {
  const excluded = run.summary({ signal: null, outputFailed: null }).lines.excluded
  if (excluded > 0)
    return new UsageError(
      `nothing to ask: --include and --exclude leave out ${excluded === 1 ? 'the one URL' : `all ${excluded} URLs`}`,
    )
  const blank = source.blank() > 0 ? 'only blank lines and comments' : 'nothing'
  return new UsageError(`nothing to ask: the list holds ${blank}; one URL a line, such as https://example.com`)
}

/** Eight jobs over the URLs of five hosts leave some without any: that is no mistake. */
function nothingInShard(run: Run, others: number, { shard }: Options): string {
  const { excluded } = run.summary({ signal: null, outputFailed: null }).lines
  const left = excluded === 0 ? '' : `${urls(excluded)} left out, `
  return `nothing to ask in shard ${shard!.index}/${shard!.count}: ${left}${others} in other shards`
}

async function rehearse(source: TargetSource, options: Options, world: World): Promise<number> {
  const rehearsal = await dryRun(source, options)
  for (const notice of source.notices) say(world, escapeText(notice))
  const broke = source.broke()
  if (broke !== null) say(world, escapeText(broke))
  const { toAsk, invalid, excluded, duplicate, otherShard } = rehearsal
  const total = toAsk + invalid + excluded + duplicate + otherShard
  if (total === 0 && !options.allowEmpty)
    throw new UsageError('nothing to ask: the list holds no URL; one a line, such as https://example.com')
  await print(world, dryRunText(rehearsal, { safe: escapeText, hide: hideInInvalid }))
  return broke !== null ? 4 : invalid > 0 ? 1 : 0
}

function openSource(inputs: readonly Input[], options: Options, { env }: World): TargetSource {
  const reader = readTargets(inputs, { ...lineContext(options, env), keepLines: options.writeFailed !== null })
  const whole = {
    batches: reader.batches,
    blank: () => reader.counts().blank,
    otherShard: () => 0,
    notices: reader.notices,
    broke: () => reader.broke,
    close: () => void reader.batches.return?.(),
  }
  return sharded(whole, options.shard)
}

function reporterContext(options: Options, { env, stdout }: World): ReporterContext {
  return {
    columns: stdout.isTTY ? (stdout.columns ?? 80) : null,
    color: options.color ?? wantsColor(env, stdout.isTTY === true),
    unicode: /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || ''),
    show: options.show,
    fields: options.fields,
  }
}

/** https://no-color.org and https://force-color.org: set and not empty; FORCE_COLOR=0 is no. */
function wantsColor(env: World['env'], isTerminal: boolean): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  return isTerminal && env.TERM !== 'dumb'
}

function startProgress(run: Run, client: Client, options: Options, world: World): ProgressLine | null {
  if (options.quiet || !options.progress) return null
  return createProgress({
    stream: world.stderr,
    now: world.now,
    safe: escapeText,
    figures: () => ({ ...figuresOf(run), waitsFor: client.busiestHost() }),
  })
}

function figuresOf({ progress, counts }: Run) {
  return { done: progress.done, known: progress.known, inputEnded: progress.inputEnded, failed: counts().failed }
}

function failedOutput(report: Report): string | null {
  const [first] = report.errors
  return first === undefined ? null : `${first.name}: ${writeFault(first.error)}`
}

function writeFault(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOSPC' ? 'no space left on the device (ENOSPC)' : `cannot be written (${code ?? error.name})`
}

async function print({ stdout }: World, text: string): Promise<number> {
  const sink: Sink = createSink(stdout, 'stdout')
  sink.write(text)
  await sink.end()
  return sink.error === null ? 0 : 3
}

function urls(count: number): string {
  return count === 1 ? '1 URL' : `${count} URLs`
}

/** Longest message; it may repeat an argument. */
const MESSAGE_MAX = 2000

/** One line for the user, on stderr. What it repeats of the arguments or the list cannot steer the terminal. */
function say({ stderr }: World, text: string): void {
  stderr.write(`scrape-status: ${escapeText(text, MESSAGE_MAX)}\n`)
}

function versionText(): string {
  const undici = (createRequire(import.meta.url)('undici/package.json') as { version: string }).version
  return `scrape-status ${version()} (node ${nodeVersion}, undici ${undici}, schema ${SCHEMA_VERSION})\n`
}
