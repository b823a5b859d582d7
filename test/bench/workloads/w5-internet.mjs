// W5: a made internet, against a simulation of it in which nothing but its latencies takes time. Every verdict is
// compared with what was written in its path.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { claim, fasterThanTools } from '../claims.mjs'
import { createList } from '../lists.mjs'
import { madeInternet, TIMEOUT_MS } from '../made-internet.mjs'
import { measuredRun } from '../measured-run.mjs'
import { race, shown } from '../race.mjs'
import { tools } from '../rivals/index.mjs'
import { muffet } from '../rivals/muffet.mjs'
import { ourCommand, ourNdjson } from '../rivals/ours.mjs'
import { startInternet } from '../servers/internet.mjs'
import { simulate } from '../simulate.mjs'
import { median } from '../statistics.mjs'
import { commandTable, count, medianOf, megabytes, seconds, spreadOf } from '../tables.mjs'
import { entrant, toolEntrants } from './entrants.mjs'

/** What a host that is not public gets when nothing is said. */
const PER_HOST = 20

const CASES = [
  { name: '128 at once', urls: [20_000, 3000], hosts: 2000, atOnce: 128, perHost: PER_HOST, most: 1.05 },
  { name: '1,500 at once', urls: [20_000, 20_000], hosts: 2000, atOnce: 1500, perHost: PER_HOST, most: 1.08 },
  {
    ...{ name: 'sorted by host, --per-host 4', urls: [4000, 2000], hosts: 50, atOnce: 128, perHost: 4, most: 1.05 },
    sortedByHost: true,
  },
]

export const internet = {
  name: 'W5',
  title: 'A made internet',
  async run(bench) {
    const server = await startInternet()
    const results = []
    for (const one of CASES) results.push(await runCase(one, server.port, bench))
    const races = []
    for (const atOnce of RACES) races.push(await raceTools(atOnce, server.port, bench))
    server.stop()
    const rows = results.map(({ name, urls, hosts, idealMs, runs }) => [
      ...[name, count(urls), count(hosts), seconds(idealMs)],
      medianOf(runs, ({ wallMs }) => wallMs, seconds),
      spreadOf(runs, ({ wallMs }) => wallMs, seconds),
      ratioOf(runs, idealMs).toFixed(3),
      String(Math.max(...runs.map(({ wrong }) => wrong))),
      medianOf(runs, ({ cpuMs }) => cpuMs, seconds),
      medianOf(runs, ({ peakKb }) => peakKb, megabytes),
    ])
    const columns = [
      'case',
      'URLs',
      'hosts',
      'simulated s',
      'wall s',
      'min-max',
      'ratio',
      'wrong',
      'CPU s',
      'peak memory',
    ]
    return {
      setup: `Log-normal latencies (median 150 ms, p99 2.5 s), 2 % never answer, 1 % refuse, 1 % reset, 10 % redirect to another host, 3 % are 404; time-out ${TIMEOUT_MS / 1000} s, no retries.`,
      tables: [
        { columns, rows },
        { columns: ['case', 'command'], rows: results.map((one) => [one.name, one.shown]) },
        ...races.map(toolTable),
        commandTable(races[0].entries),
      ],
      claims: results
        .flatMap(({ name, idealMs, runs, most }) => [
          claim({ what: `wall / simulation, ${name}`, value: ratioOf(runs, idealMs), must: most, atMost: true }),
          claim({
            ...{ what: `wrong verdicts, ${name}`, value: Math.max(...runs.map(({ wrong }) => wrong)) },
            ...{ must: 0, atMost: true, digits: 0 },
          }),
        ])
        .concat(races.flatMap(claimsOf)),
      raw: [...results, ...races],
    }
  },
}

/** Beside the tools that a user may pick instead, at so many at once. */
const RACES = [128, 1000]
/** What a tool may lose to its own time-outs; how many it saw is in the table. */
const SLACK = 0.05

async function raceTools(atOnce, port, bench) {
  const places = madeInternet({ count: bench.size(20_000, 3000), hosts: 2000, port, seed: 5 })
  const urls = places.map(({ url }) => url)
  const list = createList(bench.folder, `internet-${atOnce}`, urls)
  const hops = places.map((place) => place.hops)
  const idealMs = simulate(hops, { atOnce, perHost: PER_HOST })
  const right = places.filter(({ status }) => status === 200).length
  const flags = ['--retries', '0', '-t', `${TIMEOUT_MS}ms`]
  const contestants = [
    entrant(bench, ourNdjson, list, { flags }),
    ...toolEntrants(bench, 'W5', list).map((each) => ({ ...each, runs: Math.min(bench.runs, 2) })),
  ]
  const race5 = { workload: 'W5', contestants, atOnce, port: bench.server.port, timeoutS: TIMEOUT_MS / 1000 }
  const entries = await race({ ...bench, share: 1, ...race5, right, slack: SLACK })
  return { atOnce, idealMs, right, entries }
}

/** At least as fast as the others; muffet may be 5 % faster. */
function claimsOf({ atOnce, entries }) {
  return fasterThanTools(entries, ourNdjson.name, tools, { [muffet.name]: { must: 0.95 } }).map(
    ({ what, ...rest }) => ({
      what: `${what}, ${count(atOnce)} at once`,
      ...rest,
    }),
  )
}

function toolTable({ atOnce, idealMs, right, entries }) {
  const columns = [
    `${count(atOnce)} at once`,
    'wall s',
    'wall / simulation',
    `saw of ${count(right)}`,
    'CPU s',
    'peak memory',
  ]
  const rows = entries.map(({ name, missing, runs = [], problems = [] }) => [
    missing === undefined ? [name, ...problems.slice(0, 1).map(() => '(WRONG)')].join(' ') : `${name}: ${missing}`,
    medianOf(runs, ({ wallMs }) => wallMs, seconds),
    medianOf(
      runs,
      ({ wallMs }) => wallMs / idealMs,
      (ratio) => ratio.toFixed(2),
    ),
    medianOf(runs, ({ right: saw }) => saw, count),
    medianOf(runs, ({ cpuMs }) => cpuMs, seconds),
    medianOf(runs, ({ peakKb }) => peakKb, megabytes),
  ])
  return { columns, rows }
}

async function runCase({ name, urls: [full, quick], hosts, atOnce, perHost, most, sortedByHost }, port, bench) {
  const { folder, say } = bench
  const places = madeInternet({ count: bench.size(full, quick), hosts, port, seed: 5, sortedByHost })
  const urls = places.map(({ url }) => url)
  const list = createList(folder, name.replaceAll(/\W+/g, '-'), urls)
  const idealMs = simulate(
    places.map(({ hops }) => hops),
    { atOnce, perHost },
  )
  const limits = ['-c', `${atOnce}`, '--per-host', `${perHost}`]
  const flags = ['-r', 'ndjson', '-q', '--retries', '0', '-t', `${TIMEOUT_MS}ms`, ...limits]
  const args = ourCommand(list.as('lines'), ...flags)
  const runs = []
  for (let round = 0; round < Math.min(bench.runs, bench.quick ? 1 : 3); round++) {
    const output = join(folder, 'output')
    const run = await measuredRun({ args, folder, output, errors: join(folder, 'errors') })
    const faults = faultsOf(output, places)
    for (const [what, times] of faults) say(`W5 WRONG ${name}: ${times} × ${what}`)
    const wrong = [...faults.values()].reduce((sum, times) => sum + times, 0)
    runs.push({ ...run, wrong })
    say(`W5 ${name}: ${seconds(run.wallMs)} s, simulated ${seconds(idealMs)} s`)
  }
  return { name, urls: urls.length, hosts, idealMs, runs, most, shown: shown(args, {}, folder) }
}

function ratioOf(runs, idealMs) {
  return median(runs.map(({ wallMs }) => wallMs / idealMs))
}

/** What is wrong, and how often; a URL without a verdict or with two is wrong too. */
function faultsOf(output, places) {
  const faults = new Map()
  const fault = (what) => faults.set(what, (faults.get(what) ?? 0) + 1)
  const seen = new Uint8Array(places.length)
  for (const line of readFileSync(output, 'utf8').trimEnd().split('\n')) {
    const { index, status, kind, redirects } = JSON.parse(line)
    const right = places[index]
    seen[index]++
    if (status !== right.status || kind !== right.kind) fault(`${right.kind} ${right.status} was ${kind} ${status}`)
    else if (redirects.length !== right.hops.length - 1) fault(`${redirects.length} redirects`)
  }
  for (const times of seen) if (times !== 1) fault(`${times} verdicts on one URL`)
  return faults
}
