// One call of the command: what was asked for, and where it is shown. Everything wrong with flags that can be known
// before a file is opened is refused here.

import { Readable } from 'node:stream'
import { refuseTwiceOnStdout } from '../earlier/refuse-outputs.js'
import { FLAT, selectColumns } from '../report/fields.js'
import { FORMATS } from '../report/formats/index.js'
import type { CommandOptions } from '../report/formats/output-request.js'
import { ListedTargets } from '../report/table/listed-targets.js'
import { type ChosenColumns, chosenColumns } from '../targets/chosen-columns.js'
import { type InputRequest, parseInput } from '../targets/input-request.js'
import type { Reporter, ReporterContext } from '../words/output.js'
import type { World } from '../words/world.js'
import { describeRun } from './describe-run.js'
import { createInterrupt, type Interrupt } from './interrupt.js'
import { columnsOf, createScreen, type Screen } from './screen.js'

export interface SessionRequest {
  /** Inputs as named: files, URLs, `-`. */
  readonly names: readonly string[]
  /** As the user wrote them. */
  readonly argv: readonly string[]
  readonly options: CommandOptions
  /** The file that settings came from; null: none. */
  readonly config: string | null
  readonly world: World
}

export interface Session extends SessionRequest {
  /** The inputs, and the formats that were given for them. */
  readonly requests: readonly InputRequest[]
  readonly columns: ChosenColumns
  /** Empty where no input is stdin. */
  readonly stdin: Readable
  /** Of stdout. */
  readonly reporter: Reporter
  readonly context: ReporterContext
  readonly interrupt: Interrupt
  readonly screen: Screen
  /** Told of the targets, where rows are shown while the run is on. */
  readonly listed: ListedTargets | undefined
}

/** Listens for signals from now on; end it with `interrupt.forget`. Throws `UsageError`. */
export function openSession(request: SessionRequest): Session {
  const { names, options } = request
  const screen = createScreen(request.world)
  const { world } = screen
  const listed = options.report === 'table' && world.stdout.isTTY ? new ListedTargets() : undefined
  const context = { ...reporterContext(options, world), about: describeRun(names, options), listed }
  const reporter = FORMATS[options.report].create(context)
  // A wrong name is a mistake also where the table, which has no fields, is all that is printed.
  selectColumns(options.fields, FLAT)
  refuseTwiceOnStdout(options.output)
  // A look at stdin is a touch: Node makes a shared pipe non-blocking for everybody who holds it.
  const requests = names.map((name) => parseInput(name, options.inputFormat))
  const columns = chosenColumns(options.column)
  const stdin = requests.some(({ name }) => name === '-') ? world.stdin : Readable.from([])
  return {
    ...request,
    world,
    screen,
    listed,
    requests,
    columns,
    context,
    reporter,
    stdin,
    interrupt: createInterrupt(world, options.timeLimitMs),
  }
}

function reporterContext(options: CommandOptions, { env, stdout }: World): ReporterContext {
  return {
    columns: columnsOf(stdout),
    color: options.color ?? wantsColor(env, stdout.isTTY === true),
    unicode: /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || ''),
    show: options.show,
    given: { output: options.output.length > 0, writeFailed: options.writeFailed !== null, asks: true },
    fields: options.fields,
    strict: options.strict,
    isFile: false,
    workspace: env.GITHUB_WORKSPACE || null,
  }
}

/** https://no-color.org and https://force-color.org: set and not empty; FORCE_COLOR=0 is no. */
function wantsColor(env: World['env'], isTerminal: boolean): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  return isTerminal && env.TERM !== 'dumb'
}
