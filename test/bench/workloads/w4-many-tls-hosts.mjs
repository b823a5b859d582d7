// W4: every URL on a TLS host of its own, verified by everybody with the same authority; nothing is resumed.

import { faster, fasterThanTools } from '../claims.mjs'
import { createList } from '../lists.mjs'
import { race } from '../race.mjs'
import { bareTls, curl, floor20, ourNdjson, tools } from '../rivals/index.mjs'
import { commandTable, count, raceTable } from '../tables.mjs'
import { entrant, toolEntrants } from './entrants.mjs'

const AT_ONCE = 128

export const manyTlsHosts = {
  name: 'W4',
  title: 'Every URL on a TLS host of its own, verified',
  async run(bench) {
    const { port, tlsPort } = bench.server
    const urls = bench.tlsHosts.slice(0, bench.size(5000, 2000)).map((host) => `https://${host}:${tlsPort}/`)
    const list = createList(bench.folder, 'many-tls-hosts', urls)
    const own = [ourNdjson, floor20, bareTls].map((rival) => entrant(bench, rival, list))
    const contestants = [...own, ...toolEntrants(bench, 'W4', list)]
    const entries = await race({ ...bench, workload: 'W4', contestants, atOnce: AT_ONCE, port, ca: bench.authority })
    const ours = ourNdjson.name
    return {
      setup: `${count(urls.length)} URLs of as many hosts, ECDSA P-256, no resumption, ${AT_ONCE} at once.`,
      tables: [raceTable(entries, ours), commandTable(entries)],
      claims: [
        faster(entries, ours, floor20.name, { must: 1.2 }),
        faster(entries, ours, bareTls.name, {}),
        ...fasterThanTools(entries, ours, tools, { [curl.name]: { must: 1 } }),
      ],
      raw: entries,
    }
  },
}
