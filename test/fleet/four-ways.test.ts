// One list has the same rows and the same counts, whoever asks it: one thread, two, three shards that are joined, or the workers
// of a queue. Each of them has its part of the work, else nothing is shown.

import { get } from 'node:http'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test, vi } from 'vitest'
import { unpackRows } from '../../src/ask/threads/packed-rows.js'
import { run } from '../../src/cli.js'
import { mixedList } from '../support/mixed-list.js'
import { startPathServer } from '../support/path-server.js'
import type { RunningCli } from '../support/spawn-cli.js'
import { createTestWorld } from '../support/world.js'
import { startFleet } from './support/fleet.js'

vi.mock('../../src/ask/threads/packed-rows.js', { spy: true })

/** So many that a good part of them is nobody's yet when a second thread is there. */
const HOSTS = 480
const SHARDS = [1, 2, 3]
const RETRIES = ['--retries', '1']

test('a list has the same rows and counts on one thread, on two, in three shards, and by a queue', {
  timeout: 240_000,
}, async () => {
  const server = await startPathServer({ delayMs: 20 })
  const fleet = await startFleet(mixedList({ port: server.port, net: 10, hosts: HOSTS }))
  const path = (name: string) => join(fleet.folder, name)
  /** The list has a path of its own where the command is not in its folder. */
  const rowsOf = async (name: string) =>
    (await fleet.rows(name)).map((row) => ({ ...row, source: basename(row.source) }))
  /** Its summary; for a server that was never asked. */
  const command = async (argv: readonly string[]) => {
    server.forget()
    const world = createTestWorld()
    const code = await run([...argv, '-q', '-r', 'summary'], world)
    expect([code, world.stderrText()]).toEqual([1, ''])
    return JSON.parse(world.stdoutText())
  }
  const check = (out: string, flags: readonly string[]) =>
    command([path('urls.txt'), '-o', path(out), ...RETRIES, ...flags])

  const plain = await check('plain.ndjson', ['--threads', '1'])
  const rows = await rowsOf('plain.ndjson')
  const counts = countsOf(plain)
  expect(Object.keys(counts.kinds)).toEqual(
    expect.arrayContaining(['http.error', 'tcp.closed', 'check.contains', 'url.invalid', 'skipped']),
  )
  expect(counts).toMatchObject({ redirected: HOSTS, statuses: { 404: HOSTS / 3, 410: HOSTS / 3 }, skipped: HOSTS / 10 })
  expect(rows.filter(({ attempts }) => attempts === 2).length).toBeGreaterThan(HOSTS / 4)
  expect(unpackRows).not.toHaveBeenCalled()

  const threads = await check('threads.ndjson', ['--threads', '2', '-c', '16'])
  expect(unpackRows).toHaveBeenCalled()
  expect(await rowsOf('threads.ndjson')).toEqual(rows)
  expect(countsOf(threads)).toEqual(counts)
  expect(threads.lines).toEqual(plain.lines)

  const parts = []
  for (const shard of SHARDS) parts.push(await check(`part-${shard}.ndjson`, ['--shard', `${shard}/3`]))
  for (const { lines, ok } of parts) {
    expect(lines).toMatchObject({ total: plain.lines.total, blank: plain.lines.blank })
    expect(ok).toBeGreaterThan(HOSTS / 10)
  }
  expect(sum(parts.map(({ lines }) => lines.checked))).toBe(plain.lines.checked)
  expect(sum(parts.map(({ verdicts }) => verdicts))).toBe(plain.verdicts)
  const files = SHARDS.map((shard) => path(`part-${shard}.ndjson`))
  const joined = await command(['report', ...files, '-o', path('joined.ndjson')])
  expect(await rowsOf('joined.ndjson')).toEqual(rows)
  expect(countsOf(joined)).toEqual(counts)

  server.forget()
  const metrics = ['--metrics-port', '0']
  const workers = await Promise.all([fleet.worker(metrics), fleet.worker(metrics)])
  const { code, stdout, stderr } = await fleet.run(RETRIES).finished
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  const queue = JSON.parse(stdout)
  expect(await rowsOf('out.ndjson')).toEqual(rows)
  expect(countsOf(queue)).toEqual(counts)
  expect(queue.lines).toEqual(plain.lines)
  for (const worker of workers) expect(await urlsAsked(worker)).toBeGreaterThan(0)
})

/** What a summary counts, without its lines: of rows that were joined nobody may know them. */
function countsOf(summary: Record<string, unknown>) {
  const { verdicts, ok, failed, inconclusive, skipped, statuses, noAnswer, redirected, redirectedForGood } = summary
  const kinds = summary.kinds as Record<string, number>
  return { verdicts, ok, failed, inconclusive, skipped, statuses, noAnswer, redirected, redirectedForGood, kinds }
}

const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0)

async function urlsAsked(worker: RunningCli): Promise<number> {
  const [, port] = /metrics on port (\d+)/.exec(worker.stderrText())!
  const figures = await new Promise<string>((resolve, reject) => {
    get({ port, path: '/metrics', agent: false }, (response) => resolve(text(response))).on('error', reject)
  })
  return Number(/^scrape_status_urls_asked_total (\d+)$/m.exec(figures)![1])
}
