// The command line in words and back: arguments to options, and the help. Built from options.ts by commander; what a
// user of curl tries is answered, not guessed.

import { Command, CommanderError, Option } from 'commander'
import { type CommandOptions, REPORT_OPTIONS } from '../report/formats/output-request.js'
import { UsageError, ValueError } from '../settings/errors.js'
import { DEFAULTS, GROUPS, OPTIONS, type OptionSpec } from '../settings/table.js'
import { type Environment, ExpansionError, expand, type Variables, variablesOfFlags } from '../targets/expand.js'
import { nearest } from '../words/nearest.js'

/** What the arguments ask for. */
export type Invocation =
  | { readonly type: 'help'; readonly long: boolean }
  | { readonly type: 'version' }
  | { readonly type: 'run'; readonly inputs: readonly string[]; readonly options: CommandOptions }

type OptionName = keyof CommandOptions
const SPECS = Object.entries({ ...OPTIONS, ...REPORT_OPTIONS }) as [OptionName, OptionSpec<unknown>][]

/** Habits from curl and where they lead here. */
const CURL_HABITS: Readonly<Record<string, string>> = {
  '-L': 'redirects are followed already (--no-follow turns it off)',
  '--location': 'redirects are followed already (--no-follow turns it off)',
  '-I': 'for HEAD requests: -X HEAD',
  '--head': 'for HEAD requests: -X HEAD',
  '-m': 'for the time that one URL may take: -t',
  '--max-time': 'for the time that one URL may take: -t',
  '-s': 'for no progress: -q',
  '--silent': 'for no progress: -q',
  '--json': 'for JSON: -r json',
  '-u': "for a host: --rule 'HOST user=$NAME'; for one URL: user=… behind it in the list",
  '--user': "for a host: --rule 'HOST user=$NAME'; for one URL: user=… behind it in the list",
  '-f': 'the exit code is 1 already when a URL fails',
  '--fail': 'the exit code is 1 already when a URL fails',
  '-w': 'for one column: -r csv --fields url,status',
  '--write-out': 'for one column: -r csv --fields url,status',
  '-v': 'for everything that is known: -r ndjson',
  '--verbose': 'for everything that is known: -r ndjson',
}

/** Reads the arguments behind the program's name, `$NAME` in them from `env`. Throws `UsageError`. */
export function parseCommand(argv: readonly string[], env: Environment): Invocation {
  const program = buildProgram(variablesOfFlags(env))
  const { operands, unknown } = parseOptions(program, argv)
  const [stranger] = unknown
  if (stranger !== undefined) throw strangerError(stranger)
  const { help, longHelp, showVersion, ...given } = program.opts<Record<string, unknown>>()
  if (help || longHelp) return { type: 'help', long: longHelp === true }
  if (showVersion) return { type: 'version' }
  return { type: 'run', inputs: operands, options: { ...DEFAULTS, ...given } as CommandOptions }
}

function buildProgram(variables: Variables): Command {
  const program = new Command()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .helpOption(false)
  const seen = new Set<OptionName>()
  for (const [name, spec] of SPECS) {
    for (const flags of spellings(spec.flags)) {
      const option = new Option(flags)
      const repeatable = Array.isArray(spec.initial)
      option.attributeName = () => name
      if (option.required) {
        option.argParser((text: string, previous: unknown) => {
          // The last one wins, as everywhere; but two reports cannot share stdout, so that is a mistake.
          if (seen.has(name) && name === 'report')
            throw new UsageError('--report: two reports on stdout; write the other one with -o')
          seen.add(name)
          return parseValue({ flags, spec, text, variables, previous: repeatable ? (previous ?? []) : spec.initial })
        })
      }
      program.addOption(option)
    }
  }
  return program
    .addOption(named(new Option('-h'), 'help'))
    .addOption(named(new Option('--help'), 'longHelp'))
    .addOption(named(new Option('-V, --version'), 'showVersion'))
}

function named(option: Option, name: string): Option {
  option.attributeName = () => name
  return option
}

/** `--color` has an opposite; the `--no-…` flags are their own. */
function spellings(flags: string): readonly string[] {
  return flags === '--color' ? ['--color', '--no-color'] : [flags]
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

interface GivenValue {
  readonly flags: string
  readonly spec: OptionSpec<unknown>
  readonly text: string
  readonly previous: unknown
  readonly variables: Variables
}

function parseValue({ flags, spec, text, previous, variables }: GivenValue): unknown {
  const flag = flags.replace(/ <.*/, '').split(', ').pop()
  try {
    return spec.parse(spec.expands === undefined ? text : expand(text, spec.expands, variables), previous)
  } catch (error) {
    if (error instanceof ExpansionError) throw new UsageError(`${flag}: ${error.message}`)
    if (error instanceof ValueError) {
      throw new UsageError(`${flag}${spec.secret ? '' : ` ${text}`}: expected ${error.expected}`)
    }
    throw error
  }
}

function strangerError(argument: string): UsageError {
  // A value may be written without a blank: `-ualice:password`.
  const flag = /^-[^-]*[^-A-Za-z]/.test(argument) ? argument.slice(0, 2) : argument.split('=')[0]!
  const habit = CURL_HABITS[flag] ?? CURL_HABITS[clusterStart(flag)]
  if (habit !== undefined) return new UsageError(`${flag}: ${habit}`)
  const known = SPECS.flatMap(([, { flags }]) => spellings(flags)).flatMap((flags) =>
    flags.replace(/ <.*/, '').split(', '),
  )
  if (known.includes(flag)) return new UsageError(`${argument}: ${flag} takes no value`)
  const near = flag.startsWith('--') ? nearest(flag, [...known, '--help', '--version']) : null
  return new UsageError(`${flag}: no such flag${near === null ? '; see --help' : `; did you mean ${near}?`}`)
}

/** `-sS`, `-fsSL`: curl's short flags written together; the first one gets its answer. */
function clusterStart(flag: string): string {
  return /^-[A-Za-z]{2,}$/.test(flag) ? flag.slice(0, 2) : ''
}

const INTRO = `Usage: scrape-status [flags] [FILE | URL | -]...

The HTTP status of every URL in a list, all at once.

  scrape-status urls.txt                      every line a URL
  cat urls.txt | scrape-status                the same from a pipe
  scrape-status https://example.com           one URL
  scrape-status urls.txt -r ndjson | jq .     for programs
  scrape-status urls.txt -o out.csv           a table to read and a file to keep
`

const EXIT_CODES = `Exit code
  0 all fine   1 some failed   2 used wrongly, nothing requested
  3 an output could not be written, or a bug   4 not finished, or nothing could be judged
  130, 143 stopped by a signal, after the partial report
`

/** The help: `-h` the flags of every day, `--help` all of them. */
export function helpText(long: boolean): string {
  const groups = GROUPS.flatMap((group) => {
    const rows = SPECS.filter(([, spec]) => spec.group === group && (long || spec.brief))
    return rows.length === 0 ? [] : [[group, ...rows.map(([, spec]) => helpRow(spec))].join('\n')]
  })
  const general = [
    'General',
    row('-h, --help', 'the flags of every day; all of them'),
    row('-V, --version', 'versions of the program, Node, undici and the schema'),
  ]
  const more = long ? EXIT_CODES : 'All flags: scrape-status --help\n'
  return [INTRO, ...groups.map((group) => `${group}\n`), `${general.join('\n')}\n`, more].join('\n')
}

function helpRow(spec: OptionSpec<unknown>): string {
  return row(spec.flags, spec.shown === null ? spec.help : `${spec.help} (default: ${spec.shown})`)
}

const FLAG_COLUMN = 30
const HELP_WIDTH = 80

/** A flag and its text, wrapped beside it. */
function row(flags: string, text: string): string {
  const indented = flags.startsWith('-') && flags[1] === '-' ? `      ${flags}` : `  ${flags}`
  const lines: string[] = []
  let line = indented.padEnd(FLAG_COLUMN)
  if (line.length > FLAG_COLUMN) {
    lines.push(line)
    line = ' '.repeat(FLAG_COLUMN)
  }
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > HELP_WIDTH) {
      lines.push(line.trimEnd())
      line = ' '.repeat(FLAG_COLUMN)
    }
    line += ` ${word}`
  }
  return [...lines, line].join('\n')
}
