// The figures that stay: docs/benchmarks.ndjson keeps the last result of each workload, one a line, and
// docs/benchmarks.md is written from it. A workload that was not run this time keeps what it had.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { asMarkdown, claimTable } from './tables.mjs'

const NDJSON_FILE = new URL('../../docs/benchmarks.ndjson', import.meta.url)
const MARKDOWN_FILE = new URL('../../docs/benchmarks.md', import.meta.url)

const HOW_TO_READ = `
- A run is a whole process, with its start-up: URLs a second are the URLs of the list by its wall time. Figures are medians, with the least and the most beside them; "ours is" and what is asked are medians of the ratios of runs in the same round.
- Contestants run in turn (A B C A B C …), against the same server in another process on the same machine, so the server takes its share of the cores. After each run its right answers are counted; a run that lacks one is marked WRONG and not used.
- Everybody has as many requests at once as is written above the table, and no rate limit of its own. Slow tools get the first part of the list, so their memory is that of a shorter list.
- CPU is user and system time of the contestant alone. Memory is the most that was resident (VmHWM), in MB of a million bytes.
- The floor is a loop over undici's \`Agent.dispatch\` without any feature (test/bench/rivals/floor-loop.mjs). The commands stand under the tables; LIST forms are \`.txt\` (lines), \`.curl\` (a configuration) and \`.html\` (a page of links, for crawlers).
- Loopback has no latency and no loss: what is measured is the cost of the program, not of the network. W5 is about the latter.
`.trim()

/** Puts results by name among those that are kept, and writes both files. */
export function writeRecords(results) {
  const kept = existsSync(NDJSON_FILE)
    ? readFileSync(NDJSON_FILE, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    : []
  const all = [...kept.filter(({ name }) => results[name] === undefined), ...Object.values(results)]
  all.sort((a, b) => (a.name < b.name ? -1 : 1))
  writeFileSync(NDJSON_FILE, `${all.map((result) => JSON.stringify(result)).join('\n')}\n`)
  writeFileSync(MARKDOWN_FILE, markdown(all))
}

function markdown(results) {
  return `# Benchmarks

Written by \`npm run bench\` from the figures in \`benchmarks.ndjson\`; not by hand.

## How to read it

${HOW_TO_READ}

${results.map(section).join('\n\n')}
`
}

function section({ name, title, setup, tables, claims, meta }) {
  const versions = Object.entries(meta.versions).map(([what, version]) => `${what} ${version}`)
  return `## ${name}: ${title}

${setup}

${asMarkdown(claimTable(claims))}

${tables.map(asMarkdown).join('\n\n')}

${meta.date}, ${meta.machine.processor}, ${meta.machine.system}, load ${meta.machine.load} before; ${versions.join(', ')}.
\`${meta.command}\``
}
