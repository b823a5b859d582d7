// Debian's redis-server on a port and in a folder of its own, with an append-only file that is written at once.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { Closable } from './close-after-test.js'

export interface RedisServer extends Closable {
  /** `redis://127.0.0.1:PORT`. */
  readonly url: string
  /** For what a test wants to know. */
  readonly client: Redis
  /** kill -9. */
  kill(): Promise<void>
  /** The same one again, with what is in its file; resolves when it answers. */
  start(): Promise<void>
  /** Everything it wrote to disk, as latin1. */
  written(): Promise<string>
}

/** Throws with the package to install where there is none. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort()
  const folder = await mkdtemp(join(tmpdir(), 'scrape-status-redis-'))
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  const file = ['--appendonly', 'yes', '--appendfsync', 'always', '--auto-aof-rewrite-percentage', '0']
  const client = new Redis(port, '127.0.0.1', {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    retryStrategy: () => 50,
  })
  client.on('error', () => {})
  let child: ChildProcess = spawn('true')
  const start = async () => {
    child = spawn('redis-server', [...flags, ...file], { stdio: ['ignore', 'pipe', 'pipe'] })
    const failed = once(child, 'error').then(() => {
      throw new Error('redis-server is not installed: apt-get install redis-server')
    })
    await Promise.race([failed, client.ping()])
  }
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    client,
    kill,
    start,
    async written() {
      const parts = join(folder, 'appendonlydir')
      const texts = (await readdir(parts)).map((name) => readFile(join(parts, name), 'latin1'))
      return (await Promise.all(texts)).join('')
    },
    async close() {
      client.disconnect()
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
