// W6: millions of lines through a pipe, sorted by host. Rows are counted as they come and dropped.

import { join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { claim } from '../claims.mjs'
import { measuredRun } from '../measured-run.mjs'
import { shown } from '../race.mjs'
import { ourCommand } from '../rivals/ours.mjs'
import { count, megabytes, seconds, toMegabytes } from '../tables.mjs'

const WRITER = fileURLToPath(new URL('../loops/write-list.mjs', import.meta.url))
const HOSTS = 5000
const NEWLINE = 10

export const millions = {
  name: 'W6',
  title: 'Millions of lines from stdin',
  async run(bench) {
    const args = ourCommand('-r', 'ndjson', '-q')
    const results = []
    for (const lines of [bench.size(1_000_000, 200_000), bench.size(5_000_000, 1_000_000)]) {
      results.push(await stream(lines, args, bench))
    }
    const [few, many] = results
    const rows = results.map(({ lines, rows: seen, wallMs, cpuMs, peakKb, firstRowMs }) => [
      seen === lines ? count(lines) : `${count(lines)} (WRONG: ${seen} rows)`,
      ...[seconds(wallMs), count((1000 * lines) / wallMs), seconds(cpuMs)],
      ...[peakKb === null ? '' : megabytes(peakKb), `${Math.round(firstRowMs)} ms`],
    ])
    const peaks = results.map(({ peakKb }) => (peakKb === null ? null : toMegabytes(peakKb)))
    return {
      setup: `Lines of ${count(HOSTS)} hosts, sorted by host, written by another process into a pipe: ${shown(args, {}, bench.folder)}`,
      tables: [{ columns: ['lines', 'wall s', 'URLs/s', 'CPU s', 'peak memory', 'first row after'], rows }],
      claims: [
        ...results.map(({ lines }, at) =>
          claim({
            ...{ what: `peak memory, ${count(lines)} lines`, value: peaks[at] },
            ...{ must: 160, aim: 120, atMost: true, unit: ' MB', digits: 0 },
          }),
        ),
        claim({
          ...{ what: 'memory, the longer list / the shorter', must: 1.1, atMost: true },
          value: many.peakKb === null ? null : many.peakKb / few.peakKb,
        }),
        claim({
          ...{ what: 'first row after the start', value: Math.max(few.firstRowMs, many.firstRowMs) },
          ...{ must: 500, atMost: true, unit: ' ms', digits: 0 },
        }),
        claim({
          ...{ what: 'rows missing', value: Math.max(...results.map((one) => Math.abs(one.lines - one.rows))) },
          ...{ must: 0, atMost: true, digits: 0 },
        }),
      ],
      raw: results,
    }
  },
}

async function stream(lines, args, { server, folder, say }) {
  let rows = 0
  let firstRowMs = null
  const onOutput = (chunk, ms) => {
    firstRowMs ??= ms
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) rows++
  }
  const feeder = [execPath, WRITER, `${lines}`, `${HOSTS}`, `${server.port}`]
  const run = await measuredRun({ args, folder, onOutput, errors: join(folder, 'errors'), feeder })
  say(`W6 ${lines} lines: ${seconds(run.wallMs)} s`)
  if (rows !== lines) say(`W6 WRONG ${rows} rows of ${lines} lines (exit code ${run.exitCode})`)
  return { lines, rows, firstRowMs, ...run }
}
