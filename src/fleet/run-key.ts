// One run is worked on by one process at a time: a key in Redis that it holds and renews.

import { randomUUID } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Redis } from 'ioredis'
import { UsageError } from '../settings/errors.js'
import type { World } from '../words/world.js'
import { keys } from './protocol.js'

/** What became of the key when its holder is gone, ms. */
const HELD_MS = 30_000
const RENEWED_MS = 10_000

/** Only the holder's: a key that is somebody else's by now stays. ARGV: who, ms. */
const RENEW = `local held = redis.call('get', KEYS[1])
if held == ARGV[1] then redis.call('pexpire', KEYS[1], ARGV[2]) return 1 end
if not held then redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1 end
return 0`
const GIVE_UP = `if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end`
/** ARGV: whose it was, who, ms. */
const TAKE_OVER = `if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('set', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1 end
return 0`

export interface RunKeyOptions {
  readonly run: string
  readonly world: Pick<World, 'pid' | 'isRunning'>
  /** Somebody else has it. */
  lost(): void
}

export interface RunKey {
  /** Renews it; false, and `lost` is told, where somebody else has it. */
  isOurs(): Promise<boolean>
  /** Stops renewing; with Redis there, others may have it at once. */
  giveUp(): Promise<void>
}

/** Throws a `UsageError` where another process works on the run. */
export async function takeRunKey(redis: Redis, { run, world, lost }: RunKeyOptions): Promise<RunKey> {
  const key = keys.run(run)
  const place = `${hostname()} ${processIds()}`
  const own = `${world.pid} ${place} ${randomUUID()}`
  if ((await redis.set(key, own, 'PX', HELD_MS, 'NX')) === null) {
    const held = (await redis.get(key)) ?? ''
    const [pid, host, ids] = held.split(' ')
    // A number says nothing of a process in another container.
    const isGone = `${host} ${ids}` === place && !world.isRunning(Number(pid))
    const isTaken = (isGone || held === '') && (await redis.eval(TAKE_OVER, 1, key, held, own, HELD_MS)) === 1
    if (!isTaken) {
      const who = `process ${pid} on ${host}`
      throw new UsageError(`--queue: ${who} works on this run; if it is gone, the run is free again after 30 s`)
    }
  }
  const isOurs = async () => {
    const isHeld = (await redis.eval(RENEW, 1, key, own, HELD_MS)) === 1
    if (!isHeld) lost()
    return isHeld
  }
  const timer = setInterval(() => void isOurs().catch(() => {}), RENEWED_MS)
  return {
    isOurs,
    async giveUp() {
      clearInterval(timer)
      await redis.eval(GIVE_UP, 1, key, own)
    },
  }
}

/** What tells the numbers of its processes from those of other containers. */
function processIds(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return '-'
  }
}
