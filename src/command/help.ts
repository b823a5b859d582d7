// The help: what `-h` and `--help` print, made from the table of settings.

import { GROUPS, type Setting } from '../settings/table.js'
import { FLAGS } from './flags.js'

const INTRO = `Usage: scrape-status [flags] [FILE | URL | -]...

The HTTP status of every URL in a list, all at once.

  scrape-status urls.txt                      every line a URL
  cat urls.txt | scrape-status                the same from a pipe
  scrape-status https://example.com           one URL
  scrape-status urls.txt -r ndjson | jq .     for programs
  scrape-status urls.txt -o out.csv           a table to read and a file to keep
  scrape-status report old.ndjson -o old.csv  show, join or compare earlier reports
  scrape-status worker --queue redis://HOST   ask what runs with --queue put there
`

const EXIT_CODES = `Exit code
  0 all fine   1 some failed   2 used wrongly, nothing requested
  3 an output could not be written, or a bug   4 not finished, nothing could be
  judged, or this machine was the problem
  130, 143 stopped by a signal, after the partial report
`

/** The help: `-h` the flags of every day, `--help` all of them. */
export function helpText(long: boolean): string {
  const groups = GROUPS.flatMap((group) => {
    const rows = FLAGS.filter(({ setting }) => setting.group === group && (long || setting.brief))
    return rows.length === 0 ? [] : [[group, ...rows.map(({ setting }) => helpRow(setting))].join('\n')]
  })
  const general = [
    'General',
    row('-h, --help', 'the flags of every day; all of them'),
    row('-V, --version', 'versions of the program, Node, undici and the schema'),
  ]
  const more = long ? EXIT_CODES : 'All flags: scrape-status --help\n'
  return [INTRO, ...groups.map((group) => `${group}\n`), `${general.join('\n')}\n`, more].join('\n')
}

function helpRow({ flag = '', help = '', shown }: Setting): string {
  return row(flag, shown === undefined ? help : `${help} (default: ${shown})`)
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
