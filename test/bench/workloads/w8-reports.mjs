// W8: verdicts through each reporter, each in a process of its own, and a quarter of them to see whether memory is flat.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { FORMAT_NAMES } from '../../../build/report/formats/index.js'
import { claim } from '../claims.mjs'
import { measuredRun } from '../measured-run.mjs'
import { median } from '../statistics.mjs'
import { count, medianOf, megabytes, spreadOf } from '../tables.mjs'

const LOOP = fileURLToPath(new URL('../loops/report-loop.mjs', import.meta.url))
/** A heap that is not filled yet says little: memory counts as flat when four times as much takes no more than this. */
const FLAT = 1.15

export const reports = {
  name: 'W8',
  title: 'Reports',
  async run(bench) {
    const verdicts = bench.size(1_000_000, 200_000)
    const results = FORMAT_NAMES.map((format) => ({ format, runs: [], quarterRuns: [] }))
    for (let round = 0; round < bench.runs; round++) {
      for (const { format, runs, quarterRuns } of results) {
        runs.push(await report(format, verdicts, bench))
        quarterRuns.push(await report(format, Math.ceil(verdicts / 4), bench))
      }
    }
    const rows = results.map(({ format, runs, quarterRuns }) => [
      format,
      medianOf(runs, ({ verdictsPerSecond }) => verdictsPerSecond, count),
      spreadOf(runs, ({ verdictsPerSecond }) => verdictsPerSecond, count),
      medianOf(runs, ({ peakKb }) => peakKb, megabytes),
      medianOf(quarterRuns, ({ peakKb }) => peakKb, megabytes),
    ])
    const columns = ['report', 'verdicts/s', 'min-max', 'peak memory', 'of a quarter']
    const rateOf = (wanted) => median(runsOf(results, wanted).map(({ verdictsPerSecond }) => verdictsPerSecond))
    return {
      setup: `${count(verdicts)} verdicts with redaction into a sink to /dev/null: 80 % 200, 12 % redirects, 4 % 404, 2 % 500, 2 % time-outs. The time is without start-up.`,
      tables: [{ columns, rows }],
      claims: [
        claim({ what: 'ndjson, verdicts/s', value: rateOf('ndjson'), must: 120_000, aim: 200_000, digits: 0 }),
        claim({
          ...{ what: 'table, seconds for 1,000,000', value: 1e6 / rateOf('table') },
          ...{ must: 2, atMost: true, unit: ' s' },
        }),
        ...results.map(({ format, runs, quarterRuns }) => {
          const [whole, quarter] = [runs, quarterRuns].map((some) => median(some.map(({ peakKb }) => peakKb ?? 0)))
          const value = quarter > 0 ? whole / quarter : null
          return claim({ what: `memory, ${format}, all / a quarter`, value, must: FLAT, atMost: true })
        }),
      ],
      raw: results,
    }
  },
}

async function report(format, verdicts, { folder, say }) {
  const output = join(folder, 'output')
  const errors = join(folder, 'errors')
  const run = await measuredRun({ args: [execPath, LOOP, format, `${verdicts}`], folder, output, errors })
  if (run.exitCode !== 0) throw new Error(`report-loop.mjs ${format}: ${readFileSync(errors, 'utf8')}`)
  const { verdictsPerSecond } = JSON.parse(readFileSync(output, 'utf8'))
  say(`W8 ${format}: ${count(verdictsPerSecond)} of ${count(verdicts)} verdicts a second`)
  return { ...run, verdictsPerSecond }
}

function runsOf(results, wanted) {
  return results.find(({ format }) => format === wanted).runs
}
