// The way to Redis or Valkey. The packages are optional peers, and nothing of them is loaded by a run without a queue.

import type * as BullMq from 'bullmq'
import type { Redis } from 'ioredis'
import { UsageError } from '../settings/errors.js'

export interface Packages {
  readonly bullmq: typeof BullMq
  readonly Redis: typeof Redis
}

/** Throws a `UsageError` that says what to install. */
export async function loadPackages(): Promise<Packages> {
  try {
    const [bullmq, ioredis] = await Promise.all([import('bullmq'), import('ioredis')])
    return { bullmq, Redis: ioredis.Redis }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new UsageError('a queue needs two packages beside this one: npm install bullmq ioredis')
  }
}

/** How long between two tries to get the connection back, ms. */
const AGAIN_MS = [50, 100, 200, 500, 1000]

export interface RedisRequest extends Pick<Packages, 'Redis'> {
  readonly url: string
  /** Whether a server that is not there yet is waited for. */
  readonly waits: boolean
  /** Told once when the connection is lost, and once when it is back. */
  notify(text: string): void
}

/** A connection that comes back by itself; commands wait for it. */
export function openRedis({ Redis, url, waits, notify }: RedisRequest): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    // How long a server gets to close its side, ms.
    disconnectTimeout: 200,
    retryStrategy: (times) => AGAIN_MS[Math.min(times, AGAIN_MS.length) - 1]!,
  })
  const where = shownQueue(url)
  let isLost = false
  // Before it was there once, whoever does not wait for it is told by `connected`.
  let isTold = waits
  redis.on('error', (error: NodeJS.ErrnoException) => {
    // A refusal of the server itself is no matter of waiting.
    if (isLost || !isTold || (waits && error.code === undefined && redis.status !== 'ready')) return
    isLost = true
    notify(`${where}: ${error.code ?? error.message}; tried again until it is there`)
  })
  redis.on('ready', () => {
    if (isLost) notify(`${where}: connected`)
    isLost = false
    isTold = true
  })
  return redis
}

/** The URL without name and password. */
export function shownQueue(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}

/** The URL with name and password of `from`, where it has none and that is the same server. */
export function withPassword(url: string, from: string | undefined): string {
  const given = new URL(url)
  if (!from || given.username || given.password || !URL.canParse(from)) return url
  const own = new URL(from)
  if (own.host !== given.host) return url
  given.username = own.username
  given.password = own.password
  return given.href
}

/** How long a server that is not there is waited for, ms. */
const CONNECT_MS = 5000

/** Resolves once it answers. Throws a `UsageError` where it does not, or does not let us in; `waits`: only the latter. */
export async function connected(redis: Redis, url: string, waits = false): Promise<void> {
  let last: NodeJS.ErrnoException | null = null
  const hear = (error: NodeJS.ErrnoException) => {
    last = error
  }
  redis.on('error', hear)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    if (!waits) timer = setTimeout(() => reject(last ?? new Error('no answer')), CONNECT_MS)
  })
  try {
    await Promise.race([redis.ping(), late])
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new UsageError(`--queue ${shownQueue(url)}: ${code ?? message}`)
  } finally {
    clearTimeout(timer)
    redis.off('error', hear)
  }
}
