// A run with workers, all of them real processes, over a real Redis.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { tempFolder } from '../../cli/support/temp-folder.js'
import { closeAfterTest } from '../../support/close-after-test.js'
import { rowsIn } from '../../support/path-server.js'
import { type RedisServer, startRedis } from '../../support/redis.js'
import { type RunningCli, type SpawnCliOptions, startCli } from '../../support/spawn-cli.js'

/** When a worker was not heard of for so long, others ask what it had. */
export const LOCK_MS = 2000

export interface Fleet {
  readonly redis: RedisServer
  readonly folder: string
  /** Resolves when it takes work. */
  worker(flags?: readonly string[], options?: SpawnCliOptions): Promise<RunningCli>
  /** A run over the list; its rows go to `out.ndjson`. */
  run(flags?: readonly string[]): RunningCli
  /** The rows of a run, in the order of the list. */
  rows(name?: string): Promise<ReturnType<typeof rowsIn>>
}

/** Everything of it ends with the test. */
export async function startFleet(list: string): Promise<Fleet> {
  const redis = closeAfterTest(await startRedis())
  const folder = await tempFolder()
  await writeFile(join(folder, 'urls.txt'), list)
  const started = (child: RunningCli) => {
    onTestFinished(async () => {
      child.kill('SIGKILL')
      await child.finished
    })
    return child
  }
  return {
    redis,
    folder,
    async worker(flags = [], options = {}) {
      const own = ['worker', '--queue', redis.url, '--queue-lock', `${LOCK_MS}ms`, '--grace', '2s', ...flags]
      const child = started(startCli(own, { cwd: folder, ...options }))
      await child.wrote('takes work')
      return child
    },
    run(flags = []) {
      const common = ['urls.txt', '--queue', redis.url, '-o', 'out.ndjson', '--resume', '-q', '-r', 'summary']
      return started(startCli([...common, ...flags], { cwd: folder }))
    },
    rows: async (name = 'out.ndjson') => rowsIn(await readFile(join(folder, name), 'utf8')),
  }
}
