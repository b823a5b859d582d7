// The command on one screen: arguments → inputs and outputs opened → pipeline → reports → exit code. Takes the world as
// an argument and returns a number; only `bin/` touches the process.

import { createRequire } from 'node:module'
import { version as nodeVersion } from 'node:process'
import { Readable } from 'node:stream'
import type { Client } from './ask/client.js'
import { createClient } from './ask/create-client.js'
import { version } from './ask/version.js'
import { helpText, parseCommand } from './command/arguments.js'
import { dryRun, dryRunText } from './command/dry-run.js'
import { createInterrupt, type Interrupt, leaveUnread, READER_GRACE_MS } from './command/interrupt.js'
import { createProgress, type ProgressLine } from './command/progress.js'
import { lineContext, openClient, runOptions } from './command/settings-from-flags.js'
import { whyNothingAsked } from './command/why-nothing-asked.js'
import { noEarlierRuns, type OpenedRuns, openEarlierRuns } from './earlier/open-earlier-runs.js'
import { refuseOverwritingInputs, refuseTwiceOnStdout } from './earlier/refuse-outputs.js'
import { exitCodeOf } from './judge/exit-code.js'
import { escapeText } from './report/escape.js'
import { FLAT, selectColumns } from './report/fields.js'
import { FORMATS } from './report/formats/index.js'
import type { CommandOptions } from './report/formats/output-request.js'
import { createReport, type Report } from './report/report.js'
import { createSink } from './report/sink.js'
import { whyWritingFailed } from './report/why-not-written.js'
import { checkTargets, type Run } from './run/pipeline.js'
import { sharded } from './run/shard-source.js'
import { UsageError } from './settings/errors.js'
import type { TargetSource } from './settings/seams.js'
import type { LineContext } from './targets/parse-line.js'
import { closeInputs, type Input, openInputs, readTargets } from './targets/read-targets.js'
import { hideSecrets, shorten } from './words/hide-secrets.js'
import type { Reporter, ReporterContext, Sink } from './words/output.js'
import type { Summary } from './words/summary.js'
import type { World } from './words/world.js'

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
  options: CommandOptions,
  argv: readonly string[],
  world: World,
): Promise<number> {
  const context = reporterContext(options, world)
  const reporter = FORMATS[options.report].create(context)
  // A wrong name is a mistake also where the table, which has no fields, is all that is printed.
  selectColumns(options.fields, FLAT)
  refuseTwiceOnStdout(options.output)
  // A look at stdin is a touch: Node makes a shared pipe non-blocking for everybody who holds it.
  const stdin = names.includes('-') ? world.stdin : Readable.from([])
  const interrupt = createInterrupt(world, options.timeLimit)
  let code: number
  try {
    code = await checkInputs(names, { stdin, reporter, context, options, argv, interrupt, world })
  } finally {
    interrupt.forget()
  }
  if (interrupt.signal.aborted) await leaveUnread(world, code)
  return code
}

interface CheckRequest {
  readonly stdin: Readable
  /** Of stdout. */
  readonly reporter: Reporter
  readonly context: ReporterContext
  readonly options: CommandOptions
  readonly argv: readonly string[]
  readonly interrupt: Interrupt
  readonly world: World
}

async function checkInputs(names: readonly string[], request: CheckRequest): Promise<number> {
  const { stdin, options, interrupt, world } = request
  const { signal } = interrupt
  let inputs: readonly Input[] = []
  try {
    inputs = await openInputs(names, { stdin, signal })
    await refuseOverwritingInputs(inputs, options)
    const lines = lineContext(options, world.env)
    const list = () => openSource(inputs, lines, options)
    if (options.dryRun) return await rehearse(list(), interrupt, options, world)
    const client = await openClient(options, world)
    try {
      const own = { names, lines, signal, openSource: list, process: world, say: (text: string) => say(world, text) }
      const memory = await openEarlierRuns({ ...request, ...own })
      return await execute(memory, client, request).finally(memory.close)
    } finally {
      await client.close()
    }
  } catch (error) {
    // It had to end while it waited for a file: nothing is asked, and what is told of it is the same.
    if (!signal.aborted || error !== signal.reason) throw error
    const idle = createClient()
    return await execute(noEarlierRuns(), idle, request).finally(() => idle.close())
  } finally {
    await closeInputs(inputs)
  }
}

/** The run itself: verdicts to the reports until the list, the user or the last reader ends it. */
async function execute(memory: OpenedRuns, client: Client, request: CheckRequest): Promise<number> {
  const { reporter, context, interrupt, options, world } = request
  const said = new Set<Error>()
  const keepsRows = FORMATS[options.report].keepsRows(context)
  const stdout = { reporter, sink: createSink(world.stdout, 'stdout'), keepsRows }
  const report = createReport([stdout, ...memory.outputs], ({ name, error }) => {
    said.add(error)
    say(world, `${name}: ${whyWritingFailed(error)}`)
    stopForNothing()
  })
  const stopForNothing = () => report.keepsNothing && interrupt.stop('output-failed')
  interrupt.onStop(() => report.hurry(READER_GRACE_MS))
  const run = checkTargets(memory.source, client, {
    ...runOptions(options),
    timeLimitMs: null,
    memory: memory.run,
    signal: interrupt.signal,
    notify: (text) => say(world, text),
  })
  const progress = startProgress(run, client, options, world)
  try {
    let begun = false
    for await (const batch of run.batches) {
      if (!begun) await report.begin()
      begun = true
      for (const verdict of batch) await report.each(verdict)
      stopForNothing()
      if (report.allGone) break
    }
    progress?.stop()
    if (!begun) {
      const why = interrupt.signal.aborted ? null : whyNothingAsked(run, memory.source, options)
      if (why !== null && !options.quiet) say(world, why)
      await report.begin()
    }
    const summary = run.summary({ signal: interrupt.name(), outputFailed: failedOutput(report) })
    await report.end(summary)
    return conclude(run, summary, report, { memory, said, ...request })
  } catch (error) {
    if (error instanceof UsageError) await memory.discard()
    throw error
  } finally {
    progress?.stop()
  }
}

interface EndRequest extends CheckRequest {
  readonly memory: OpenedRuns
  /** Faults of outputs that were told of when they came. */
  readonly said: ReadonlySet<Error>
}

/** Says on stderr what the reports do not show, and gives the exit code. */
function conclude(run: Run, summary: Summary, report: Report, request: EndRequest): number {
  const { memory, said, interrupt, options, world } = request
  const signal = interrupt.name()
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
  if (!options.quiet && options.report !== 'table') for (const notice of summary.notices) say(world, notice)
  for (const { name, error } of report.errors) if (!said.has(error)) say(world, `${name}: ${whyWritingFailed(error)}`)
  for (const notice of memory.notices()) say(world, notice)
  for (const name of report.unread) say(world, `${name}: nobody read what was written; the rest of it was dropped`)
  const notAsked = `${urls(summary.lines.notAsked)} read and not asked`
  if (signal !== null) say(world, `${why}; ${notAsked}`)
  else if (summary.unfinished === 'output-failed') say(world, `no output is left that keeps rows; ${notAsked}`)
  else if (why !== null && outputFailed === null) say(world, why)
  const advice = memory.resumeAdvice(summary)
  if (advice !== null) say(world, advice)
  return code
}

async function rehearse(
  source: TargetSource,
  interrupt: Interrupt,
  options: CommandOptions,
  world: World,
): Promise<number> {
  interrupt.onStop(() => source.close())
  const rehearsal = await dryRun(source, options)
  interrupt.signal.throwIfAborted()
  for (const notice of source.notices) say(world, notice)
  const broke = source.broke()
  if (broke !== null) say(world, broke)
  const { toAsk, invalid, excluded, duplicate, otherShard } = rehearsal
  const total = toAsk + invalid + excluded + duplicate + otherShard
  if (total === 0 && !options.allowEmpty)
    throw new UsageError('nothing to ask: the list holds no URL; one a line, such as https://example.com')
  await print(world, dryRunText(rehearsal, { safe: escapeText, hide: (text) => hideSecrets(text, 'invalid') }))
  return broke !== null ? 4 : invalid > 0 ? 1 : 0
}

function openSource(inputs: readonly Input[], lines: LineContext, options: CommandOptions): TargetSource {
  const reader = readTargets(inputs, { ...lines, keepLines: options.writeFailed !== null })
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

function reporterContext(options: CommandOptions, { env, stdout }: World): ReporterContext {
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

function startProgress(run: Run, client: Client, options: CommandOptions, world: World): ProgressLine | null {
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
  return first === undefined ? null : `${first.name}: ${whyWritingFailed(first.error)}`
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
/** Node writes ten; a message may have any number. */
const STACK_LINES_MAX = 30

/** One line for the user, on stderr. What it repeats of the arguments or the list cannot steer the terminal, and is no secret. */
function say({ stderr }: World, text: string): void {
  stderr.write(`scrape-status: ${escapeText(hideSecrets(shorten(text), 'prose'), MESSAGE_MAX)}\n`)
}

/** What is said of a bug: its stack, which may repeat what a server or a list said. */
export function crashText(error: unknown): string {
  const lines = String((error as Error | null)?.stack ?? error)
    .split('\n')
    .slice(0, STACK_LINES_MAX)
  const safe = lines.map((line) => escapeText(hideSecrets(shorten(line), 'prose'), MESSAGE_MAX))
  return `scrape-status: an error in this program, please report it: ${safe.join('\n')}\n`
}

function versionText(): string {
  const undici = (createRequire(import.meta.url)('undici/package.json') as { version: string }).version
  return `scrape-status ${version()} (node ${nodeVersion}, undici ${undici}, schema ${SCHEMA_VERSION})\n`
}
