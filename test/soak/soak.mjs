// A long run over many origins, one in ten of them faulty: memory, sockets and timers must be flat. Runs the built
// library (`npm run build` first) under `node --expose-gc`; `npm run soak` for 100,000 origins, or `soak.mjs COUNT`.
// Exits 1 when a verdict is wrong, a socket or timer is left, or the heap grew by more than its bound.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { checkAll, createClient } from '../../dist/index.js'

const COUNT = Number(process.argv[2] ?? 100_000)
const MARKS = 10
/** What a run remembers of hosts, at most 50,000 of them, about 0.6 KB each: pace, pauses, whether they answer. */
const HOSTS_REMEMBERED = 50_000
const HOSTS_MB = (Math.min(COUNT, HOSTS_REMEMBERED) * 0.6) / 1000
/** Beside that the heap after GC may grow by this, from the mark at which all are remembered and from before to after. */
const GROWTH_MAX_MB = 8
/** Only silence takes its time; where an answer comes, a busy machine must not change the verdict. */
const SILENCE_MS = 300
const TIMEOUT_MS = 20_000

/** One in ten origins is faulty, each fault as often as the others: its path and what must be said of it. */
const FAULTS = [
  { path: '/refused', kind: 'tcp.refused' },
  { path: '/reset', kind: 'tcp.reset' },
  { path: '/silence', kind: 'timeout' },
  { path: '/garbage', kind: 'http.protocol.error' },
  { path: '/endless', kind: 'ok' },
  { path: '/redirect', kind: 'ok' },
]
const faultOf = (index) => (index % 10 === 9 ? FAULTS[((index - 9) / 10) % FAULTS.length] : { path: '/ok', kind: 'ok' })

if (globalThis.gc === undefined) throw new Error('run it as node --expose-gc test/soak/soak.mjs')
const origins = fork(fileURLToPath(new URL('./origins.mjs', import.meta.url)))
const [ports] = await once(origins, 'message')

function* targets() {
  for (let index = 0; index < COUNT; index++) {
    const { path } = faultOf(index)
    const place = index + 1
    const host = `127.${(place >> 16) & 255}.${(place >> 8) & 255}.${place & 255}`
    const url = `http://${host}:${path === '/refused' ? ports.refused : ports.open}${path}`
    yield path === '/silence' ? { url, timeoutMs: SILENCE_MS } : url
  }
}

const problems = []
const before = await measure('before')
let first = null
let highestHeapMb = 0
let done = 0
let late = 0
const wrong = new Map()
const startedAt = performance.now()
const client = createClient({ timeoutMs: TIMEOUT_MS })
const seen = new Uint8Array(COUNT)
for await (const { index, kind, durationMs } of checkAll(targets(), { client })) {
  seen[index]++
  const expected = faultOf(index).kind
  if (durationMs > TIMEOUT_MS * 0.9) late++
  if (kind !== expected) wrong.set(`${expected} was ${kind}`, (wrong.get(`${expected} was ${kind}`) ?? 0) + 1)
  if (++done % Math.ceil(COUNT / MARKS) === 0 && done < COUNT) {
    const mark = await measure(String(done))
    if (first === null || done <= HOSTS_REMEMBERED) first = mark
    else highestHeapMb = Math.max(highestHeapMb, mark.heapMb)
  }
}
const seconds = (performance.now() - startedAt) / 1000
await client.close()
// What is closed is gone a moment later; the pulse of the deadline takes a tick.
for (let wait = 0; wait < 50 && (sockets() > 0 || timers() > 0); wait++) await sleep(100)
const after = await measure('after')

console.log(`${COUNT} origins in ${seconds.toFixed(1)} s, ${Math.round(COUNT / seconds)}/s`)
if (!seen.every((times) => times === 1)) problems.push('not exactly one verdict for each URL')
if (late > 0) problems.push(`${late} × an answer, and yet the whole timeout waited for`)
for (const [what, times] of wrong) problems.push(`${times} × ${what}`)
if (after.sockets > before.sockets) problems.push(`${after.sockets - before.sockets} sockets are left`)
if (after.timers > before.timers) problems.push(`${after.timers - before.timers} timers are left`)
const growths = {
  'during the run': highestHeapMb - first.heapMb,
  'over the run': after.heapMb - before.heapMb - HOSTS_MB,
}
for (const [when, mb] of Object.entries(growths)) {
  if (mb > GROWTH_MAX_MB) problems.push(`the heap grew by ${mb.toFixed(1)} MB ${when}`)
}
for (const problem of problems) console.log(`WRONG: ${problem}`)
if (problems.length === 0) console.log('flat')
process.exitCode = problems.length === 0 ? 0 : 1
origins.disconnect()

/** Prints and gives the figures of now, after a full collection. */
async function measure(label) {
  // Twice, with a turn between: what a finaliser lets go is collected by the second one.
  globalThis.gc()
  await sleep(0)
  globalThis.gc()
  const { rss, heapUsed, external } = process.memoryUsage()
  const figures = { rssMb: rss / 1e6, heapMb: heapUsed / 1e6, sockets: sockets(), timers: timers() }
  const columns = [
    label.padStart(8),
    `rss ${figures.rssMb.toFixed(1).padStart(6)} MB`,
    `heap ${figures.heapMb.toFixed(1).padStart(6)} MB`,
    `external ${(external / 1e6).toFixed(1).padStart(5)} MB`,
    `sockets ${String(figures.sockets).padStart(4)}`,
    `timers ${String(figures.timers).padStart(3)}`,
  ]
  console.log(columns.join('   '))
  return figures
}

function sockets() {
  return process.getActiveResourcesInfo().filter((name) => /^(?:TCP|TLS)/.test(name)).length
}

function timers() {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}
