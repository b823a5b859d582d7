// `scrape-status worker --queue URL`: asks what runs put into a queue, until a signal comes.

import { connected, loadPackages, openRedis, shownQueue, withPassword } from '../fleet/connect.js'
import { createLateGuard } from '../fleet/late-guard.js'
import { type Metrics, serveMetrics } from '../fleet/metrics.js'
import { type FleetWorker, startWorker } from '../fleet/worker.js'
import type { CommandOptions } from '../report/formats/output-request.js'
import { UsageError } from '../settings/errors.js'
import { variablesOfList } from '../targets/expand.js'
import type { World } from '../words/world.js'
import { say } from './messages.js'
import { Outfit } from './outfit.js'

export interface WorkerRequest {
  readonly options: CommandOptions
  readonly world: World
}

/** Resolves to the exit code once a signal ended it. Throws `UsageError`. */
export async function work({ options, world }: WorkerRequest): Promise<number> {
  const { SCRAPE_STATUS_QUEUE } = world.env
  const given = options.queue ?? SCRAPE_STATUS_QUEUE
  if (!given) throw new UsageError('worker: which queue? --queue redis://HOST:PORT, or SCRAPE_STATUS_QUEUE')
  if (!URL.canParse(given)) throw new UsageError('SCRAPE_STATUS_QUEUE: expected redis://HOST:PORT')
  const url = withPassword(given, SCRAPE_STATUS_QUEUE)
  // A name that is not set is a mistake now, not at the first line that has it.
  variablesOfList(options.variables, world.env)
  const notify = (text: string) => say(world, text)
  const tell = options.quiet ? () => {} : notify
  const { bullmq, Redis } = await loadPackages()
  const redis = openRedis({ Redis, url, waits: true, notify })
  // A lock is renewed when half of it is over.
  const guard = createLateGuard(world.now, options.queueLock / 2)
  const outfit = new Outfit(options, { env: world.env, now: guard.now })
  let worker: FleetWorker | null = null
  let metrics: Metrics | null = null
  const ended = new Promise<void>((resolve) => {
    let isFirst = true
    world.onSignal((name) => {
      if (!isFirst) return world.die(name === 'SIGINT' ? 130 : 143)
      isFirst = false
      resolve()
    })
  })
  try {
    if (options.metricsPort !== null) {
      const isReady = () => worker?.isReady ?? false
      metrics = await serveMetrics({ port: options.metricsPort, isReady, slices: () => worker?.slices ?? 0 })
      tell(`metrics on port ${metrics.port}`)
    }
    const isThere = await Promise.race([connected(redis, url, true).then(() => true), ended.then(() => false)])
    if (!isThere) return 0
    worker = startWorker({
      bullmq,
      redis,
      lockMs: options.queueLock,
      graceMs: options.grace,
      guard,
      notify: tell,
      equip: ({ written }) => outfit.take(written),
      onAnswer: (answer) => metrics?.count(answer),
    })
    tell(`takes work from ${shownQueue(url)}`)
    await ended
    tell('takes nothing more; what is not asked is handed back')
    if (!(await worker.close())) world.leave(0)
    return 0
  } finally {
    guard.close()
    redis.disconnect()
    metrics?.close()
    await outfit.close()
  }
}
