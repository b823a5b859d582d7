// W7: start-up, one URL on loopback against `node -e 0`, in turn, as bare processes.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { claim } from '../claims.mjs'
import { cleanEnvironment } from '../measured-run.mjs'
import { median } from '../statistics.mjs'
import { medianOf, spreadOf } from '../tables.mjs'

const COMMAND = fileURLToPath(new URL('../../../bin/scrape-status.js', import.meta.url))

export const startUp = {
  name: 'W7',
  title: 'Start-up',
  async run(bench) {
    const url = `http://127.0.0.1:${bench.server.port}/`
    const pairs = bench.quick ? 15 : 31
    const results = bench.nodes.map((node) => measure(node, url, pairs, bench.say))
    const newest = Math.max(...results.map(({ major }) => major))
    const rows = results.map(({ version, runs }) => [
      version,
      medianOf(runs, ({ oursMs }) => oursMs, milliseconds),
      spreadOf(runs, ({ oursMs }) => oursMs, milliseconds),
      medianOf(runs, ({ bareMs }) => bareMs, milliseconds),
      spreadOf(runs, ({ bareMs }) => bareMs, milliseconds),
      medianOf(runs, ratio, (value) => value.toFixed(2)),
      medianOf(runs, above, milliseconds),
    ])
    const columns = ['Node', 'one URL', 'min-max', 'node -e 0', 'min-max', 'ratio', 'above']
    return {
      setup: `scrape-status ${url} (the card of one URL) and node -e 0 in turn, ${results[0].runs.length} times.`,
      tables: [{ columns, rows }],
      claims: results.flatMap(({ version, major, runs }) => {
        const times = { what: `one URL / node -e 0, Node ${version}`, value: median(runs.map(ratio)), atMost: true }
        const extra = { what: `above node -e 0, Node ${version}`, value: median(runs.map(above)), atMost: true }
        const asked = []
        if (major === 20) asked.push(claim({ ...times, must: 2.2 }))
        if (major === newest && major > 20) asked.push(claim({ ...extra, must: 80, unit: ' ms', digits: 0 }))
        return asked
      }),
      raw: results,
    }
  },
}

const ratio = ({ oursMs, bareMs }) => oursMs / bareMs
const above = ({ oursMs, bareMs }) => oursMs - bareMs

function measure(node, url, pairs, say) {
  const version = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout.trim()
  const runs = []
  // The first pair only warms the file cache.
  for (let pair = -1; pair < pairs; pair++) {
    const run = { oursMs: timed(node, [COMMAND, url]), bareMs: timed(node, ['-e', '0']) }
    if (pair >= 0) runs.push(run)
  }
  say(`W7 Node ${version}: ${medianOf(runs, ratio, (value) => value.toFixed(2))} times node -e 0`)
  return { version, major: Number.parseInt(version, 10), runs }
}

function timed(node, args) {
  const startedAt = performance.now()
  const { status, stderr } = spawnSync(node, args, { env: cleanEnvironment(), encoding: 'utf8' })
  const ms = performance.now() - startedAt
  if (status !== 0) throw new Error(`${node} ${args.join(' ')}: exit code ${status}\n${stderr}`)
  return ms
}

function milliseconds(ms) {
  return `${ms.toFixed(0)} ms`
}
