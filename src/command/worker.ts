// `scrape-status worker --queue URL`: asks what runs put into a queue, until a signal comes.

import type { Client } from '../ask/client.js'
import { engineOf } from '../ask/engine.js'
import type { Equipment } from '../fleet/ask-slice.js'
import { connected, loadPackages, openRedis, shownQueue, withPassword } from '../fleet/connect.js'
import { createLateGuard } from '../fleet/late-guard.js'
import { type Metrics, serveMetrics } from '../fleet/metrics.js'
import type { Slice, Written } from '../fleet/protocol.js'
import { type FleetWorker, startWorker } from '../fleet/worker.js'
import type { CommandOptions } from '../report/formats/output-request.js'
import { UsageError } from '../settings/errors.js'
import { variablesOfList } from '../targets/expand.js'
import type { World } from '../words/world.js'
import { readFlags } from './arguments.js'
import { readConfigText } from './config-file.js'
import { say } from './messages.js'
import { lineContext, openClient, runOptions } from './settings-from-flags.js'

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
  const redis = openRedis({ Redis, url, notify })
  const guard = createLateGuard(world.now, options.queueLock)
  const outfit = createOutfit(options, { env: world.env, now: guard.now })
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
    await connected(redis, url)
    worker = startWorker({
      bullmq,
      redis,
      lockMs: options.queueLock,
      graceMs: options.grace,
      guard,
      notify: tell,
      equip: outfit.equip,
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

/** Runs whose clients are kept, beyond those that are in use. */
const KEPT = 4

/** What lines are asked with, by the settings of their run: runs with the same ones share a client. */
function createOutfit(options: CommandOptions, world: Pick<World, 'env' | 'now'>) {
  const made = new Map<string, Promise<Equipment & { readonly client: Client }>>()
  const make = async (written: Written) => {
    const own = optionsOf(written, options, world)
    const client = await openClient(own, { env: world.env, now: world.now, files: written.files })
    const { variables, untrusted } = own
    // A name of the run's own flags is this machine's, and only one that was granted.
    const env = Object.fromEntries(options.variables.map((name) => [name, world.env[name]]))
    const lines = lineContext({ ...own, variables: untrusted ? [] : variables }, env)
    const { retryTimeouts = false, maxWaitMs } = runOptions(own)
    return { client, engine: engineOf(client), asker: { retryTimeouts, maxWaitMs, notify: () => {} }, lines }
  }
  return {
    async equip({ written }: Slice): Promise<Equipment> {
      const key = JSON.stringify(written)
      const known = made.get(key)
      const equipment = known ?? make(written)
      // The one used last is the last to go.
      made.delete(key)
      made.set(key, equipment)
      const [oldest] = made
      if (made.size > KEPT && oldest !== undefined) {
        made.delete(oldest[0])
        oldest[1].then(({ client }) => client.close()).catch(() => {})
      }
      try {
        return await equipment
      } catch (error) {
        made.delete(key)
        throw error
      }
    },
    async close() {
      for (const each of made.values()) await each.then(({ client }) => client.close()).catch(() => {})
    },
  }
}

/** The run's options as this machine reads them, with what is a worker's own. */
function optionsOf({ flags, config }: Written, own: CommandOptions, { env }: Pick<World, 'env'>): CommandOptions {
  const variables = { ...variablesOfList(own.variables, env), strict: true }
  const request = { granted: own.variables, env }
  const under = config === null ? {} : readConfigText('the run’s configuration', config, request).options
  const options = readFlags(flags, variables, under)
  const { concurrency, rate } = own
  return {
    ...options,
    concurrency,
    rate,
    variables: own.variables,
    denyPrivate: own.denyPrivate || options.denyPrivate,
  }
}
