// One list in all four ways that a run can be spread: one process, threads, shards put together, workers of a queue. The
// rows are the same but for their times, and so are the counts.

import { expect, test } from 'vitest'
import { listOfAllKinds } from '../support/list-of-all-kinds.js'
import { startPathServer } from '../support/path-server.js'
import { spawnCli } from '../support/spawn-cli.js'
import { startFleet } from './support/fleet.js'

/** Few at once and answers that take a while, so that the second thread has some. */
const FLAGS = ['-c', '8', '--retries', '1', '--expect-header', 'connection: .']
const SHARDS = ['1/3', '2/3', '3/3']

test('plain, --threads 2, three shards put together and --queue give the same rows and counts', {
  timeout: 240_000,
}, async () => {
  const server = await startPathServer({ delayMs: 20 })
  const fleet = await startFleet(listOfAllKinds({ port: server.port, net: '127.0.10' }))
  const told = (stdout: string) => {
    const { verdicts, ok, failed, inconclusive, skipped, redirected, statuses, kinds } = JSON.parse(stdout)
    return { verdicts, ok, failed, inconclusive, skipped, redirected, statuses, kinds }
  }
  /** What it printed, and the rows that it wrote. */
  const cli = async (name: string, args: readonly string[]) => {
    const common = ['-q', '-r', 'summary', '-o', `${name}.ndjson`]
    const { code, stdout, stderr } = await spawnCli([...args, ...common], { cwd: fleet.folder })
    return { code, stderr, counts: told(stdout), rows: await fleet.rows(`${name}.ndjson`) }
  }
  const asked = async (name: string, flags: readonly string[]) => {
    server.forget()
    return cli(name, ['urls.txt', ...FLAGS, ...flags])
  }

  const plain = await asked('plain', ['--threads', '1'])
  expect([plain.code, plain.stderr]).toEqual([1, ''])
  // What is to be the same has all that may differ.
  const kinds = ['check.contains', 'http.error', 'ok', 'skipped', 'tcp.closed', 'url.invalid']
  expect(Object.keys(plain.counts.kinds).toSorted()).toEqual(kinds)
  expect(plain.rows.filter(({ attempts }) => attempts === 2).length).toBeGreaterThan(10)
  expect(plain.counts.ok + plain.counts.failed + plain.counts.skipped).toBe(plain.rows.length)

  expect(await asked('threads', ['--threads', '2'])).toEqual(plain)

  server.forget()
  const parts = SHARDS.map((shard) => `part-${shard[0]}.ndjson`)
  for (const [at, shard] of SHARDS.entries()) {
    await spawnCli(['urls.txt', ...FLAGS, '--shard', shard, '-q', '-o', parts[at]!], { cwd: fleet.folder })
  }
  expect(await cli('joined', ['report', ...parts])).toEqual(plain)

  server.forget()
  await Promise.all([fleet.worker(), fleet.worker()])
  const { code, stdout, stderr } = await fleet.run(FLAGS).finished
  expect({ code, stderr, counts: told(stdout), rows: await fleet.rows() }).toEqual(plain)
})
