// A made internet: URLs whose latency and fate are written in their paths, the same in every run, so that the server
// only has to obey and the right verdict on each is known. Latencies are log-normal: median 150 ms, p99 2.5 s.

import { loopbackHost } from './lists.mjs'
import { createNormal, createRandom } from './random.mjs'

const MEDIAN_MS = 150
/** ln(2500 / 150) over the 99 % quantile of the normal distribution, 2.326. */
const SIGMA = 1.2095
/** Well below the time-out, or whether an answer came in time would be a matter of luck: 0.3 % are cut. */
const LONGEST_MS = 4000
export const TIMEOUT_MS = 5000
/** Nobody listens there, on any machine that is not a museum (tcpmux). */
const CLOSED_PORT = 1
const SILENT = 0.02
const REFUSED = 0.01
const RESET = 0.01
const REDIRECT = 0.1
const GONE = 0.03

/** `count` URLs on `hosts` hosts: `{ url, status, kind, hops }` each, `hops` as simulate.mjs takes them. */
export function madeInternet({ count, hosts, port, seed, sortedByHost = false }) {
  const random = createRandom(seed)
  const normal = createNormal(random)
  const places = Array.from({ length: count }, () => Math.floor(random() * hosts))
  if (sortedByHost) places.sort((a, b) => a - b)

  return places.map((place, index) => {
    const host = loopbackHost(place)
    const base = `http://${host}:${port}/${index}`
    const fate = random()
    const ms = Math.max(2, Math.round(Math.min(LONGEST_MS, MEDIAN_MS * Math.exp(SIGMA * normal()))))
    const other = loopbackHost((place + 1 + Math.floor(random() * (hosts - 1))) % hosts)
    const status = random() < GONE ? 404 : 200
    const kind = status === 200 ? 'ok' : 'http.error'

    if (fate < SILENT) return { url: `${base}/silent`, ...lost('timeout'), hops: [{ host, ms: TIMEOUT_MS }] }
    if (fate < SILENT + REFUSED) {
      return { url: `http://${host}:${CLOSED_PORT}/${index}`, ...lost('tcp.refused'), hops: [{ host, ms: 0 }] }
    }
    if (fate < SILENT + REFUSED + RESET) return { url: `${base}/reset`, ...lost('tcp.reset'), hops: [{ host, ms: 0 }] }
    if (fate < SILENT + REFUSED + RESET + REDIRECT) {
      const [first, second] = [ms >> 1, ms - (ms >> 1)]
      const hops = [
        { host, ms: first },
        { host: other, ms: second },
      ]
      return { url: `${base}/redirect/${first}/${other}/${second}/${status}`, status, kind, hops }
    }
    return { url: `${base}/wait/${ms}/${status}`, status, kind, hops: [{ host, ms }] }
  })
}

function lost(kind) {
  return { status: 0, kind }
}
