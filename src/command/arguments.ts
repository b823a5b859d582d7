// The arguments in words: inputs and options. Built by commander from the table of settings; what a user of curl tries is
// answered, not guessed.

import { Command, CommanderError, Option } from 'commander'
import type { CommandOptions } from '../report/formats/output-request.js'
import { UsageError, ValueError } from '../settings/errors.js'
import { DEFAULTS, type FlagName, longFlag, type Options } from '../settings/options.js'
import type { Setting } from '../settings/table.js'
import { type Environment, ExpansionError, expand, type Variables, variablesOfFlags } from '../targets/expand.js'
import { nearest } from '../words/nearest.js'
import { readConfigFile } from './config-file.js'
import { declarationsOf, FLAGS, type Flag, spellingsOf } from './flags.js'
import { HABITS } from './habits.js'

/** What the arguments ask for. */
export type Invocation =
  | { readonly type: 'help'; readonly long: boolean }
  | { readonly type: 'version' }
  | {
      readonly type: 'run'
      readonly inputs: readonly string[]
      readonly options: CommandOptions
      /** The file that settings came from; null: none. */
      readonly config: string | null
    }
  /** `scrape-status report OLD.ndjson…`: inputs are reports, and nothing is asked. */
  | { readonly type: 'report'; readonly inputs: readonly string[]; readonly options: CommandOptions }
  /** `scrape-status worker --queue URL`: asks what runs put into the queue. */
  | { readonly type: 'worker'; readonly options: CommandOptions }

/** What a report of earlier runs may be told: what it shows and how it judges the whole, nothing of asking. */
const OF_REPORTS: ReadonlySet<FlagName> = new Set([
  ...(['output', 'report', 'fields', 'show', 'quiet', 'progress', 'color', 'github'] as const),
  ...(['strict', 'maxFailures', 'baseline', 'failOn'] as const),
])

/** What a worker may be told: what is its own. How lines are asked is said by the run. */
const OF_WORKERS: ReadonlySet<FlagName> = new Set([
  ...(['queue', 'queueLock', 'grace', 'metricsPort', 'quiet'] as const),
  ...(['variables', 'concurrency', 'rate', 'denyPrivate'] as const),
])

/** Commands by their first word; a list of that name is ./report. */
const COMMANDS = {
  report: { flags: OF_REPORTS, why: 'is for a run; a report only shows what earlier runs found' },
  worker: { flags: OF_WORKERS, why: 'is for a run; a worker asks as the run says' },
} as const

const OPTION_DEFAULTS: Options = Object.fromEntries(FLAGS.map(({ name }) => [name, DEFAULTS[name]])) as Options

/** Reads the arguments behind the program's name, `$NAME` in them from `env`. Throws `UsageError`. */
export function parseCommand(argv: readonly string[], env: Environment): Invocation {
  const program = buildProgram(variablesOfFlags(env))
  const word = argv[0]
  const command = word === 'report' || word === 'worker' ? word : null
  const { operands, unknown } = parseOptions(program, command === null ? argv : argv.slice(1))
  const [stranger] = unknown
  if (stranger !== undefined) throw strangerError(stranger)
  const { help, longHelp, showVersion, ...values } = program.opts<Record<string, unknown>>()
  if (help || longHelp) return { type: 'help', long: longHelp === true }
  if (showVersion) return { type: 'version' }
  refuseStrangeInputs(operands)
  const given = givenOf(program, values)
  if (command === null) return runOf(operands, given, env)
  const { flags, why } = COMMANDS[command]
  const stray = FLAGS.find(({ name }) => Object.hasOwn(given, name) && !flags.has(name))
  if (stray !== undefined) throw new UsageError(`${command}: ${longFlag(stray.setting)} ${why}`)
  const options = { ...OPTION_DEFAULTS, ...given } as CommandOptions
  if (command === 'report') return { type: 'report', inputs: operands, options }
  if (operands[0] !== undefined) {
    const isQueue = /^rediss?:/i.test(operands[0])
    throw new UsageError(
      isQueue ? 'worker: write --queue before the URL' : `worker: ${operands[0]}: the list is for the run`,
    )
  }
  return { type: 'worker', options }
}

/** commander gives `--no-…` flags a default of its own. */
function givenOf(program: Command, values: Record<string, unknown>): Partial<CommandOptions> {
  const given = Object.entries(values).filter(([name]) => program.getOptionValueSource(name) === 'cli')
  return Object.fromEntries(given) as Partial<CommandOptions>
}

/** Flags alone, and a configuration's options under them: those of a run, as a worker reads them. Throws `UsageError`. */
export function readFlags(
  argv: readonly string[],
  variables: Variables,
  under: Partial<CommandOptions> = {},
): CommandOptions {
  const program = buildProgram(variables)
  parseOptions(program, argv)
  return { ...OPTION_DEFAULTS, ...under, ...givenOf(program, program.opts()) } as CommandOptions
}

/** A flag and its value, as they were written. */
export interface WrittenFlag {
  readonly flag: Flag
  /** Null: it takes none. */
  readonly text: string | null
}

/** The flags of arguments that were read already, in their order. */
export function writtenFlags(argv: readonly string[]): readonly WrittenFlag[] {
  const found: WrittenFlag[] = []
  const program = new Command()
  for (const flag of FLAGS) {
    for (const declared of declarationsOf(flag.setting.flag)) {
      const option = new Option(declared)
      program.addOption(option)
      const hear = (text: string | null) => found.push({ flag, text: option.required ? text : null })
      program.on(`option:${option.name()}`, hear)
    }
  }
  program.parseOptions([...argv])
  return found
}

/** Flags win over the file, and flags that are repeated replace what it has. */
function runOf(operands: readonly string[], given: Partial<CommandOptions>, env: Environment): Invocation {
  const { config: named = null, untrusted = false, variables: granted = [] } = given
  const file = readConfigFile({ named, untrusted, granted, env })
  const inputs = operands.length > 0 ? operands : (file?.inputs ?? [])
  const options = { ...OPTION_DEFAULTS, ...file?.options, ...given } as CommandOptions
  const stray = FLAGS.find(({ name, setting }) => setting.of === 'worker' && Object.hasOwn(given, name))
  if (stray !== undefined) throw new UsageError(`${longFlag(stray.setting)}: is for scrape-status worker`)
  return { type: 'run', inputs, options, config: file?.name ?? null }
}

function buildProgram(variables: Variables): Command {
  const program = new Command()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .helpOption(false)
  for (const flag of FLAGS) {
    for (const declared of declarationsOf(flag.setting.flag)) program.addOption(optionOf(flag, declared, variables))
  }
  return program
    .addOption(named(new Option('-h'), 'help'))
    .addOption(named(new Option('--help'), 'longHelp'))
    .addOption(named(new Option('-V, --version'), 'showVersion'))
}

function optionOf({ name, setting }: Flag, declared: string, variables: Variables): Option {
  const option = named(new Option(declared), name)
  if (!option.required) return option
  return option.argParser((text: string, previous: unknown) => {
    // The last one wins, as everywhere; but two reports cannot share stdout, so that is a mistake.
    if (name === 'report' && previous !== undefined) {
      throw new UsageError('--report: two reports on stdout; write the other one with -o')
    }
    const value = readValue(setting, text, variables)
    return setting.type.isList && Array.isArray(previous) ? [...previous, ...(value as unknown[])] : value
  })
}

function named(option: Option, name: string): Option {
  option.attributeName = () => name
  return option
}

function parseOptions(program: Command, argv: readonly string[]) {
  try {
    return program.parseOptions([...argv])
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Only the last argument can lack its value.
    const flag = argv[argv.length - 1] ?? ''
    throw new UsageError(`${flag}: expected a value; see --help`)
  }
}

function readValue(setting: Setting, text: string, variables: Variables): unknown {
  const flag = longFlag(setting)
  const { type, expands, secret } = setting
  try {
    return type.read(expands === undefined ? text : expand(text, expands, variables))
  } catch (error) {
    if (error instanceof ExpansionError) throw new UsageError(`${flag}: ${error.message}`)
    if (!(error instanceof ValueError)) throw error
    throw new UsageError(`${flag}${secret ? '' : ` ${text}`}: expected ${error.expected}`)
  }
}

function strangerError(argument: string): UsageError {
  // A value may be written without a blank: `-ualice:password`.
  const flag = /^-[^-]*[^-A-Za-z]/.test(argument) ? argument.slice(0, 2) : argument.split('=')[0]!
  const habit = HABITS[flag] ?? HABITS[clusterStart(flag)]
  if (habit !== undefined) return new UsageError(`${flag}: ${habit}`)
  const known = FLAGS.flatMap(spellingsOf)
  if (known.includes(flag)) return new UsageError(`${argument}: ${flag} takes no value`)
  const near = flag.startsWith('--')
    ? nearest(flag.slice(2), [...known, '--help', '--version'].map(withoutDashes))
    : null
  return new UsageError(`${flag}: no such flag${near === null ? '; see --help' : `; did you mean --${near}?`}`)
}

function withoutDashes(flag: string): string {
  return flag.replace(/^--?/, '')
}

/** `-sS`, `-fsSL`: curl's short flags written together; the first one gets its answer. */
function clusterStart(flag: string): string {
  return /^-[A-Za-z]{2,}$/.test(flag) ? flag.slice(0, 2) : ''
}

/** Dashes that an editor or a page made of a hyphen. */
const OTHER_DASHES = /^[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]+/

/** Throws for what is no input, whatever the disk holds. */
function refuseStrangeInputs(inputs: readonly string[]): void {
  const known = FLAGS.flatMap(spellingsOf)
  for (const input of inputs) {
    if (input.trim() === '') throw new UsageError('an empty argument; is a variable of the shell not set?')
    if (!OTHER_DASHES.test(input)) continue
    const word = input.replace(OTHER_DASHES, '')
    const meant = [`--${word}`, `-${word}`].find((flag) => known.includes(flag.split('=')[0]!))
    throw new UsageError(`${input}: that dash is no hyphen${meant === undefined ? '' : `; did you mean ${meant}?`}`)
  }
}
