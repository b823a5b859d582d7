// A run's jobs in Redis, as the one who wrote them sees them: adds, looks, takes what was found out, tidies up.

import { randomBytes } from 'node:crypto'
import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { type Answer, keys, PREFIX, QUEUE, ROWS_KEPT_S, RUN_KEPT_S, type Slice, unpackAnswer } from './protocol.js'

/** What is known of a job. `gone`: Redis lost it. */
export type JobState = 'going' | 'completed' | 'failed' | 'gone'

/** One that an earlier process of the run has written. */
export interface OldJob {
  readonly id: string
  readonly slice: Slice
}

export interface Desk {
  /** Jobs of the run that are there already; what ended it before holds no more. */
  earlier(): Promise<readonly OldJob[]>
  /** Rejects where Redis refuses it. */
  add(slice: Slice): Promise<string>
  look(ids: readonly string[]): Promise<readonly JobState[]>
  /** Null: nothing was found out. */
  answer(id: string): Promise<Answer | null>
  whyFailed(id: string): Promise<string>
  /** Removes jobs that are done, and what was found out by them. */
  forget(ids: readonly string[]): Promise<void>
  /** Removes jobs that nobody has begun; the others are for who goes on with the run. */
  withdraw(ids: readonly string[]): Promise<void>
  workers(): Promise<number>
  /** Tells the workers that nothing of the run is wanted any more. */
  stop(): Promise<void>
}

/** Events that BullMQ keeps: nobody reads them. */
const EVENTS_KEPT = 100

export class RedisDesk implements Desk {
  readonly #redis: Redis
  readonly #queue: Queue
  readonly #run: string
  /** Of this process, so that no id is used twice, whatever Redis forgets. */
  readonly #own = randomBytes(4).toString('hex')
  #jobs = 0

  constructor(redis: Redis, queue: Queue, run: string) {
    this.#redis = redis
    this.#queue = queue
    this.#run = run
  }

  async earlier(): Promise<readonly OldJob[]> {
    await this.#redis.del(keys.stop(this.#run))
    const ids = await this.#redis.smembers(keys.jobs(this.#run))
    const data = await Promise.all(ids.map((id) => this.#redis.hget(keys.bull(id), 'data')))
    const lost = ids.filter((_, at) => data[at] === null)
    if (lost.length > 0) await this.#redis.srem(keys.jobs(this.#run), ...lost)
    return ids.flatMap((id, at) => {
      const text = data[at]
      const slice = sliceOf(text ?? '')
      return slice === null ? [] : [{ id, slice }]
    })
  }

  async add(slice: Slice): Promise<string> {
    const redis = this.#redis
    const id = `${this.#run}.${this.#own}.${++this.#jobs}`
    // Before it is there: who goes on after us has to find it.
    await redis.sadd(keys.jobs(this.#run), id)
    await redis.expire(keys.jobs(this.#run), RUN_KEPT_S)
    await this.#queue.add('slice', slice, { jobId: id, removeOnComplete: { age: ROWS_KEPT_S }, removeOnFail: false })
    return id
  }

  async look(ids: readonly string[]): Promise<readonly JobState[]> {
    const asked = this.#redis.pipeline()
    for (const id of ids) {
      asked.exists(keys.bull(id))
      asked.zscore(keys.bull('completed'), id)
      asked.zscore(keys.bull('failed'), id)
    }
    const found = (await asked.exec())!.map(([error, value]) => {
      if (error !== null) throw error
      return value
    })
    return ids.map((_, at) => {
      const [exists, completed, failed] = found.slice(3 * at)
      if (completed !== null) return 'completed'
      if (failed !== null) return 'failed'
      return exists === 1 ? 'going' : 'gone'
    })
  }

  async answer(id: string): Promise<Answer | null> {
    const packed = await this.#redis.getBuffer(keys.rows(id))
    if (packed === null) return null
    try {
      return await unpackAnswer(packed)
    } catch {
      // Somebody else wrote it, or a part of it: its lines are asked again.
      await this.#redis.del(keys.rows(id))
      return null
    }
  }

  async whyFailed(id: string): Promise<string> {
    return (await this.#redis.hget(keys.bull(id), 'failedReason')) ?? 'no reason is known'
  }

  async forget(ids: readonly string[]): Promise<void> {
    await this.#remove(ids)
    await this.#clear(ids)
  }

  async withdraw(ids: readonly string[]): Promise<void> {
    const removed = await this.#remove(ids)
    await this.#clear(ids.filter((_, at) => removed[at] === 1))
  }

  workers(): Promise<number> {
    return this.#queue.getWorkersCount()
  }

  async stop(): Promise<void> {
    await this.#redis.set(keys.stop(this.#run), '1', 'EX', RUN_KEPT_S)
  }

  /** 1 for each that is removed; one that a worker has is locked. */
  #remove(ids: readonly string[]): Promise<readonly number[]> {
    return Promise.all(ids.map((id) => this.#queue.remove(id).catch(() => 0)))
  }

  async #clear(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    await this.#redis.del(...ids.map(keys.rows))
    await this.#redis.srem(keys.jobs(this.#run), ...ids)
  }
}

/** Null where it is none of ours. */
function sliceOf(text: string): Slice | null {
  try {
    const found = JSON.parse(text) as Slice
    return Array.isArray(found.targets) && Array.isArray(found.parts) ? found : null
  } catch {
    return null
  }
}

/** BullMQ's queue over a connection. */
export function openQueue(bullmq: typeof import('bullmq'), redis: Redis): Queue {
  const queue = new bullmq.Queue(QUEUE, {
    connection: redis,
    prefix: PREFIX,
    streams: { events: { maxLen: EVENTS_KEPT } },
  })
  // Of the connection we are told by the connection.
  queue.on('error', () => {})
  return queue
}
