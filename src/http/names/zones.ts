// Whether zones exist, asked of the same servers as names: a DNS that does not know `com` is blind.

import type { Answer } from './dns-message.js'
import type { NameServers } from './name-servers.js'

/** `absent` is what NXDOMAIN says; a zone without records of the type asked for exists. */
export type ZoneAnswer = 'exists' | 'absent' | 'unknown'

export interface Zones {
  /** By its records of that type; `unknown` where the servers fail or keep silent. The answer is remembered for a minute. */
  exists(zone: string, type: 'NS' | 'SOA'): Promise<ZoneAnswer>
  /** Nobody is asked any more: all is `unknown`. */
  close(): void
}

/** How long a zone that was asked for stays what it is, in ms, and how many are remembered: there are some 1,500 at the top. Beyond, all are asked anew. */
const ZONE_MS = 60_000
const ZONES_MAX = 2048

/** `now` is monotonic ms. */
export function createZones(servers: NameServers, now: () => number): Zones {
  const known = new Map<string, { readonly answer: Promise<ZoneAnswer>; readonly until: number }>()
  let isClosed = false

  return {
    exists(zone, type) {
      const key = `${zone} ${type}`
      const found = known.get(key)
      if (found !== undefined && now() < found.until) return found.answer
      const answer = new Promise<ZoneAnswer>((resolve) => {
        const done = (answer: Answer) => {
          const said = saidBy(answer)
          // What could not be learned is asked anew.
          if (said === 'unknown') known.delete(key)
          resolve(said)
        }
        if (isClosed) done({ code: 'ECANCELLED' })
        else servers.ask({ hostname: zone, type, done })
      })
      if (known.size >= ZONES_MAX) known.clear()
      known.set(key, { answer, until: now() + ZONE_MS })
      return answer
    },
    close() {
      isClosed = true
    },
  }
}

function saidBy(answer: Answer): ZoneAnswer {
  const code = 'code' in answer ? answer.code : 'ENODATA'
  if (code === 'ENODATA') return 'exists'
  return code === 'ENOTFOUND' ? 'absent' : 'unknown'
}
