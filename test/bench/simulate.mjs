// How long a made internet takes when nothing costs anything but its own latencies: the same order and limits as ours
// (one line a host, a ring of hosts that have somebody waiting and room, host before global; a redirect gives its permit
// back and its next hop waits at the front of its host's line). Written apart from src/flow/limiter.ts, so that a fault
// there is not in both.

import { createHeap } from './heap.mjs'

/** Milliseconds. `journeys` is a list of URLs as lists of hops, `{ host, ms }` each. */
export function simulate(journeys, { atOnce, perHost }) {
  const lines = new Map()
  const ring = []
  const arrivals = createHeap()
  let free = atOnce
  let now = 0

  const lineOf = (host) => {
    if (!lines.has(host)) lines.set(host, { waiting: [], active: 0, inRing: false })
    return lines.get(host)
  }
  const offer = (line) => {
    if (line.inRing || line.waiting.length === 0 || line.active >= perHost) return
    line.inRing = true
    ring.push(line)
  }
  const grant = () => {
    while (free > 0 && ring.length > 0) {
      const line = ring.shift()
      line.inRing = false
      const { hops, hop } = line.waiting.shift()
      free--
      line.active++
      offer(line)
      arrivals.push({ at: now + hops[hop].ms, line, hops, hop })
    }
  }
  const wait = (hops, hop) => {
    const line = lineOf(hops[hop].host)
    if (hop === 0) line.waiting.push({ hops, hop })
    else line.waiting.unshift({ hops, hop })
    offer(line)
    grant()
  }

  for (const hops of journeys) wait(hops, 0)
  for (let arrived = arrivals.pop(); arrived !== undefined; arrived = arrivals.pop()) {
    now = arrived.at
    free++
    arrived.line.active--
    offer(arrived.line)
    grant()
    if (arrived.hop + 1 < arrived.hops.length) wait(arrived.hops, arrived.hop + 1)
  }
  return now
}
