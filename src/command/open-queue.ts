// The asker of a run with `--queue`. Loaded on use: what it needs takes a quarter of a second.

import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { connected, loadPackages, openRedis, withPassword } from '../fleet/connect.js'
import { openQueue, RedisDesk } from '../fleet/desk.js'
import { createQueueAsker } from '../fleet/queue-asker.js'
import { takeRunKey } from '../fleet/run-key.js'
import { UsageError } from '../settings/errors.js'
import { DEFAULTS } from '../settings/options.js'
import type { Asker } from '../settings/seams.js'
import { say } from './messages.js'
import type { Session } from './session.js'
import { lineContext } from './settings-from-flags.js'
import { refusalOfLine, writtenSettings } from './written-settings.js'

/** Throws a `UsageError` where Redis is not there, another process has the run, or a secret would be written into it. */
export async function openQueueAsker(session: Session): Promise<Asker> {
  const { options, argv, world, config } = session
  const notify = (text: string) => say(world, text)
  const written = writtenSettings(argv, options, config)
  const lines = lineContext(options, world.env)
  const { bullmq, Redis } = await loadPackages()
  const url = withPassword(options.queue!, world.env.SCRAPE_STATUS_QUEUE)
  const redis = openRedis({ Redis, url, notify, waits: false })
  const queue = openQueue(bullmq, redis)
  const close = async () => {
    const closed = queue.close().catch(() => {})
    // It waits for a server that is not there.
    if (redis.status === 'ready') await closed
    redis.disconnect()
  }
  const run = options.queueRun ?? runOf(session)
  let tellLost = (_sentence: string) => {}
  try {
    await connected(redis, url)
    const lost = () => tellLost('another process took this run over; what was found out is reported')
    const held = await takeRunKey(redis, { run, world, lost })
    if (!options.quiet && isPaced(session)) notify('-c, --rate and --threads are the workers’ own; give them to worker')
    return createQueueAsker({
      desk: new RedisDesk(redis, queue, run),
      run,
      written,
      now: world.now,
      notify,
      refusal: (target) => (options.queueSecrets ? null : refusalOfLine(target, lines)),
      isOurs: held.isOurs,
      onLost(listener) {
        tellLost = listener
      },
      isThere: () => redis.status === 'ready',
      async leave() {
        const late = new Promise((done) => setTimeout(done, LEAVE_MS).unref())
        const isThere = redis.status === 'ready'
        const givenUp = held.giveUp().catch(() => {})
        // The key runs out by itself.
        if (isThere) await Promise.race([givenUp.then(close), late])
        redis.disconnect()
      },
    })
  } catch (error) {
    await close()
    throw error instanceof UsageError ? error : new UsageError(`--queue: ${(error as Error).message}`)
  }
}

/** How long the run's key is waited for when it is over, ms; it runs out by itself. */
const LEAVE_MS = 1000

function isPaced({ options }: Session): boolean {
  const { concurrency, rate, threads } = options
  return concurrency !== DEFAULTS.concurrency || rate !== null || threads !== DEFAULTS.threads
}

/** The same for the same command in the same place, so that it is taken up again. */
function runOf({ options, names }: Session): string {
  const outputs = options.output.map(({ path }) => resolve(path))
  const what = [hostname(), resolve('.'), ...outputs, ...(outputs.length === 0 ? names : [])]
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 16)
}
