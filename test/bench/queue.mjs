// What the queue itself costs a URL: a run over a list with workers that ask nothing, so that all there is to pay for is
// coordinator, Redis and compression. Needs a build and redis-server.
//   node test/bench/queue.mjs [urls]      default 1,000,000

import { spawn, spawnSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'

const COMMAND = fileURLToPath(new URL('../../bin/scrape-status.js', import.meta.url))
const HOSTS = 20_000
const PORT = 20_000 + (process.pid % 20_000)

if (env.ASKS_NOTHING) await askNothing(env.ASKS_NOTHING)
else if (argv[1] === fileURLToPath(import.meta.url)) setImmediate(printIt)

async function printIt() {
  const urls = Number(argv[2] ?? 1_000_000)
  const found = await measureQueue(urls)
  if (found.missing !== undefined) throw new Error(found.missing)
  const us = (value) => value.toFixed(1)
  const { cpuUs, runUs, redisUs, packUs, seconds, runMb, redisMb } = found
  const lines = [
    `${urls} URLs on ${HOSTS} hosts in ${seconds.toFixed(1)} s`,
    `CPU a URL: ${us(cpuUs)} µs = run ${us(runUs)} + Redis ${us(redisUs)} + compression ${us(packUs)}`,
    `peak: run ${runMb} MB, Redis ${redisMb} MB`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** A worker that leaves rows of pages that are fine, and counts what that costs beside making them. */
async function askNothing(url) {
  const { packAnswer, keys, QUEUE } = await import('../../build/fleet/protocol.js')
  const { packRows } = await import('../../build/ask/threads/packed-rows.js')
  const redis = new Redis(url, { maxRetriesPerRequest: null })
  let made = 0
  const worker = new Worker(
    QUEUE,
    async ({ id, data }) => {
      const rows = packRows(data.targets.map(([index]) => rowOf(index)))
      const before = process.cpuUsage()
      const packed = await packAnswer({ rows, rest: [], isFruitless: false })
      await redis.set(keys.rows(id), packed, 'EX', 3600)
      const { user, system } = process.cpuUsage(before)
      made += user + system
    },
    { connection: redis, concurrency: 1, drainDelay: 1 },
  )
  process.on('SIGTERM', async () => {
    await worker.close(true)
    process.stdout.write(String(made))
    process.exit(0)
  })
}

function rowOf(index) {
  const ms = 20 + (index % 90)
  return {
    ...{ index, outcome: 'ok', status: 200, kind: 'ok', reason: null, hint: null, code: null, failedChecks: [] },
    ...{ method: 'GET', attempts: 1, url: 'u', finalUrl: 'u', redirects: [], httpVersion: '1.1', host: 'h' },
    ...{ remoteAddress: `127.0.${index % 250}.1`, contentType: 'text/html', contentLength: 512, bodyBytes: 512 },
    ...{ durationMs: ms, timingsMs: { queue: 0, dns: 0, connect: 1, tls: null, firstByte: ms - 1 }, tls: null },
    ...{ inferred: false, secondLook: false, checkedAt: '2026-01-01T00:00:00.000Z' },
  }
}

/** Figures a URL in µs, or `{ missing }`. */
export async function measureQueue(urls) {
  if (spawnSync('redis-server', ['--version']).error) return { missing: 'redis-server is not installed' }
  const folder = mkdtempSync(join(tmpdir(), 'scrape-status-queue-'))
  const list = join(folder, 'urls.txt')
  const file = createWriteStream(list)
  for (let at = 0; at < urls; at++) {
    const host = (at * 7919) % HOSTS
    file.write(`http://127.1.${Math.floor(host / 250)}.${(host % 250) + 1}:9/a/page/of/the/site/${at}\n`)
    if (file.writableNeedDrain) await new Promise((resolve) => file.once('drain', resolve))
  }
  await new Promise((resolve) => file.end(resolve))

  const url = `redis://127.0.0.1:${PORT}`
  const flags = ['--port', String(PORT), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes']
  const server = spawn('redis-server', flags, { stdio: 'ignore' })
  const redis = new Redis(url, { maxRetriesPerRequest: null })
  redis.on('error', () => {})
  await redis.ping()
  const worker = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    env: { ...env, ASKS_NOTHING: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let packing = ''
  worker.stdout.on('data', (chunk) => {
    packing += chunk
  })

  const startedAt = performance.now()
  const preload = `data:text/javascript,${encodeURIComponent(REPORT)}`
  const command = [
    '--import',
    preload,
    COMMAND,
    list,
    '--queue',
    url,
    '-o',
    join(folder, 'o.ndjson'),
    '-q',
    '-r',
    'summary',
  ]
  const run = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] })
  let own = ''
  run.stdio[3].on('data', (chunk) => {
    own += chunk
  })
  const code = await new Promise((resolve) => run.once('close', resolve))
  const seconds = (performance.now() - startedAt) / 1000
  const info = await redis.info()
  const figure = (name) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)[1])
  const redisUs = (figure('used_cpu_user') + figure('used_cpu_sys')) * 1e6
  worker.kill('SIGTERM')
  await new Promise((resolve) => worker.once('close', resolve))
  redis.disconnect()
  server.kill()
  rmSync(folder, { recursive: true, force: true })
  if (code !== 0) throw new Error(`the run ended with exit code ${code}`)
  const { cpuUs, peakKb } = JSON.parse(own)
  const packUs = Number(packing)
  return {
    cpuUs: (cpuUs + redisUs + packUs) / urls,
    runUs: cpuUs / urls,
    redisUs: redisUs / urls,
    packUs: packUs / urls,
    seconds,
    runMb: Math.round(peakKb / 1024),
    redisMb: Math.round(figure('used_memory_peak') / 2 ** 20),
  }
}

const REPORT = `
  import { writeSync } from 'node:fs'
  process.on('exit', () => {
    const { user, system } = process.cpuUsage()
    writeSync(3, JSON.stringify({ cpuUs: user + system, peakKb: process.resourceUsage().maxRSS }))
  })`
