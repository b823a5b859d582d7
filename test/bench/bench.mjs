// How fast we are and what it costs, beside others, each workload several times in turn. Needs a build.
//   npm run bench -- --help

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { HELP, parseFlags } from './flags.mjs'
import { loopbackHost } from './lists.mjs'
import { machine, versions } from './machine.mjs'
import { writeRecords } from './records.mjs'
import { makeCertificates } from './servers/certificates.mjs'
import { startServer } from './servers/start-server.mjs'
import { asText, claimTable } from './tables.mjs'
import { workloads } from './workloads/index.mjs'

/** A slow tool gets this share of its longest list in `--quick`. */
const QUICK_SHARE = 0.2
const FEWEST = 20

const flags = readFlags()
if (flags?.help) process.stdout.write(HELP)
else if (flags !== null) await run()

/** null for wrong ones, which it says. */
function readFlags() {
  try {
    return parseFlags(
      process.argv.slice(2),
      workloads.map(({ name }) => name),
    )
  } catch (error) {
    process.exitCode = 2
    process.stderr.write(`bench: ${error.message}\n`)
    return null
  }
}

async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'scrape-status-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  const size = (full, quick) => Math.max(FEWEST, Math.round((flags.quick ? quick : full) * flags.scale))

  const takesTls = flags.only.includes('W4') || flags.only.includes('W9')
  const hosts = flags.only.includes('W9') ? size(20_000, 4000) : size(5000, 2000)
  const tlsHosts = Array.from({ length: hosts }, (_, index) => loopbackHost(index))
  const { ca: authority, certificates } = takesTls
    ? makeCertificates(join(folder, 'certificates'), tlsHosts)
    : { ca: null, certificates: [] }
  const server = await startServer(folder, certificates)
  const bench = {
    ...{ quick: flags.quick, runs: flags.runs, toolRuns: flags.quick ? 1 : Math.min(flags.runs, 3) },
    ...{ share: flags.scale * (flags.quick ? QUICK_SHARE : 1), size, folder, server, authority, tlsHosts },
    ...{ places: flags.places.map((place) => resolve(place)), nodes: flags.nodes },
    say: (line) => process.stderr.write(`${line}\n`),
  }
  const meta = { date: new Date().toISOString().slice(0, 10), machine: machine(), versions: versions(server.what) }

  const results = {}
  for (const { name, title, run: runWorkload } of workloads.filter((workload) => flags.only.includes(workload.name))) {
    const { setup, tables, claims, raw } = await runWorkload(bench)
    print(name, title, setup, tables, claims)
    results[name] = { name, title, setup, tables, claims, meta: { ...meta, command: commandOf() }, raw }
  }
  server.stop()
  if (flags.write) writeRecords(results)
}

function print(name, title, setup, tables, claims) {
  const [figures, ...commands] = tables
  const parts = [`${name}: ${title}`, setup, asText(figures), asText(claimTable(claims), { leftAligned: 1 })]
  const texts = [...parts, ...commands.map((table) => asText(table, { leftAligned: table.columns.length }))]
  process.stdout.write(`${texts.join('\n\n')}\n\n`)
}

/** As somebody else would type it: where rivals are is another matter there. */
function commandOf() {
  const { quick, only, runs, scale } = flags
  const words = [
    ...(quick ? ['--quick'] : []),
    ...(only.length < workloads.length ? [`--only ${only.join(',')}`] : []),
    `--runs ${runs}`,
    ...(scale === 1 ? [] : [`--scale ${scale}`]),
  ]
  return `npm run bench -- ${words.join(' ')}`
}
