// W3: every URL on a host of its own, so nothing but new connections.

import { faster, fasterThanTools, lighter } from '../claims.mjs'
import { createList, loopbackHost } from '../lists.mjs'
import { race } from '../race.mjs'
import { curl, floorDefault, floorUnpipelined, ourNdjson, tools } from '../rivals/index.mjs'
import { commandTable, count, raceTable } from '../tables.mjs'
import { entrant, toolEntrants } from './entrants.mjs'

const AT_ONCE = 128

export const manyHosts = {
  name: 'W3',
  title: 'Every URL on a host of its own',
  async run(bench) {
    const { port } = bench.server
    const size = bench.size(50_000, 10_000)
    const urls = Array.from({ length: size }, (_, index) => `http://${loopbackHost(index)}:${port}/`)
    const list = createList(bench.folder, 'many-hosts', urls)
    const own = [ourNdjson, floorDefault, floorUnpipelined].map((rival) => entrant(bench, rival, list))
    const contestants = [...own, ...toolEntrants(bench, 'W3', list)]
    const entries = await race({ ...bench, workload: 'W3', contestants, atOnce: AT_ONCE, port })
    const ours = ourNdjson.name
    const floors = [floorDefault, floorUnpipelined].map(({ name }) => name)
    return {
      setup: `${count(size)} URLs of as many hosts, ${AT_ONCE} at once.`,
      tables: [raceTable(entries, ours), commandTable(entries)],
      claims: [
        ...floors.map((floor) => faster(entries, ours, floor, { must: 1 })),
        ...fasterThanTools(entries, ours, tools, { [curl.name]: { must: 6 } }),
        ...floors.map((floor) => lighter(entries, ours, floor, { must: 1 })),
      ],
      raw: entries,
    }
  },
}
