// The flags of the bench.

import { parseArgs } from 'node:util'

export const HELP = `How fast scrape-status is, and how much memory it takes, beside the tools that a user may pick instead.

  npm run bench                        all workloads (about half an hour), and writes docs/benchmarks.md
  npm run bench -- --quick             smaller ones, under five minutes, writes nothing
  npm run bench -- --only W1,W3        only these; the others keep their figures in docs/benchmarks.md

      --quick              shorter lists and fewer runs
      --only W1,W3         only these workloads
      --runs N             runs of each contestant (default: 5, with --quick 3)
      --scale X            lists X times as long, such as 0.01 to try the bench itself
      --node PATH          a Node to measure the start-up of, repeatable (default: the one that runs this)
      --rivals-path DIR    where rivals are, beside PATH and the folders of go and cargo; a folder with node_modules
                           for those of npm; repeatable
      --write              write docs/benchmarks.md and docs/benchmarks.ndjson also with --quick or --scale; without
                           those two they are always written
  -h, --help
`

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  only: { type: 'string' },
  runs: { type: 'string' },
  scale: { type: 'string', default: '1' },
  node: { type: 'string', multiple: true },
  'rivals-path': { type: 'string', multiple: true, default: [] },
  write: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
}

/** The settings; throws with a sentence for the user. `names` are the workloads there are. */
export function parseFlags(argv, names) {
  const { values } = parseArgs({ args: argv, options: OPTIONS })
  const only = values.only?.toUpperCase().split(',') ?? names
  const unknown = only.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new Error(`--only ${unknown}: expected some of ${names.join(',')}`)
  const scale = positive('--scale', values.scale)
  return {
    help: values.help,
    quick: values.quick,
    only,
    runs: Math.ceil(positive('--runs', values.runs ?? (values.quick ? '3' : '5'))),
    scale,
    nodes: values.node ?? [process.execPath],
    places: values['rivals-path'],
    write: values.write || (!values.quick && scale === 1),
  }
}

function positive(flag, text) {
  const number = Number(text)
  if (!(number > 0)) throw new Error(`${flag} ${text}: expected a number above 0`)
  return number
}
