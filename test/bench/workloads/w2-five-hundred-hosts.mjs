// W2: five hundred hosts, in any order and sorted by host. Sorted, 128 at once are seven hosts with 20 each.

import { faster, fasterThanTools } from '../claims.mjs'
import { createList, loopbackHost } from '../lists.mjs'
import { race } from '../race.mjs'
import { createRandom, shuffled } from '../random.mjs'
import { curl, floor20, ourNdjson, tools } from '../rivals/index.mjs'
import { commandTable, count, raceTable } from '../tables.mjs'
import { entrant, toolEntrants } from './entrants.mjs'

const HOSTS = 500
const AT_ONCE = 128
const SORTED = '(sorted)'

export const fiveHundredHosts = {
  name: 'W2',
  title: 'Five hundred hosts, shuffled and sorted by host',
  async run(bench) {
    const { port } = bench.server
    const size = bench.size(100_000, 50_000)
    const hostOf = (index) => loopbackHost(Math.floor((index * HOSTS) / size))
    const sortedUrls = Array.from({ length: size }, (_, index) => `http://${hostOf(index)}:${port}/${index}`)
    const sorted = createList(bench.folder, 'sorted-by-host', sortedUrls)
    const mixed = createList(bench.folder, 'shuffled', shuffled(sortedUrls, createRandom(2)))
    const [ours, floor] = [ourNdjson, floor20].map(({ name }) => name)
    const [oursSorted, floorSorted] = [ours, floor].map((name) => `${name} ${SORTED}`)
    const contestants = [
      entrant(bench, ourNdjson, mixed),
      entrant(bench, ourNdjson, sorted, { id: oursSorted, label: oursSorted }),
      entrant(bench, floor20, mixed),
      entrant(bench, floor20, sorted, { id: floorSorted, label: floorSorted }),
      ...toolEntrants(bench, 'W2', mixed),
    ]
    const entries = await race({ ...bench, workload: 'W2', contestants, atOnce: AT_ONCE, port })
    return {
      setup: `${count(size)} URLs of ${HOSTS} hosts, ${AT_ONCE} at once, shuffled where nothing else is said.`,
      tables: [raceTable(entries, ours), commandTable(entries)],
      claims: [
        faster(entries, ours, floor, { must: 0.7, aim: 0.8 }),
        faster(entries, oursSorted, floorSorted, { must: 0.7, aim: 0.8 }),
        faster(entries, oursSorted, ours, { must: 0.9 }),
        ...fasterThanTools(entries, ours, tools, { [curl.name]: { must: 2 } }),
      ],
      raw: entries,
    }
  },
}
