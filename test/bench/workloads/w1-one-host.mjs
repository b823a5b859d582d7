// W1: one host that keeps its connections alive.

import { faster, fasterThanTools } from '../claims.mjs'
import { createList } from '../lists.mjs'
import { race } from '../race.mjs'
import { curl, floor20, ourNdjson, ourTable, pythonHttpx, tools } from '../rivals/index.mjs'
import { commandTable, count, raceTable } from '../tables.mjs'
import { entrant, toolEntrants } from './entrants.mjs'

const AT_ONCE = 20

export const oneHost = {
  name: 'W1',
  title: 'One host, kept alive',
  async run(bench) {
    const { port } = bench.server
    const urls = Array.from({ length: bench.size(100_000, 50_000) }, (_, index) => `http://127.0.0.1:${port}/${index}`)
    const list = createList(bench.folder, 'one-host', urls)
    const own = [ourNdjson, ourTable, floor20].map((rival) => entrant(bench, rival, list))
    const contestants = [...own, ...toolEntrants(bench, 'W1', list)]
    const entries = await race({ ...bench, workload: 'W1', contestants, atOnce: AT_ONCE, port })
    const ours = ourNdjson.name
    return {
      setup: `${count(urls.length)} URLs of one host, ${AT_ONCE} at once.`,
      tables: [raceTable(entries, ours), commandTable(entries)],
      claims: [
        faster(entries, ours, floor20.name, { must: 0.55, aim: 0.65 }),
        faster(entries, ourTable.name, floor20.name, { must: 0.7, aim: 0.8 }),
        ...fasterThanTools(entries, ours, tools, {
          [curl.name]: { must: 1.1, aim: 1.3 },
          [pythonHttpx.name]: { must: 20 },
        }),
      ],
      raw: entries,
    }
  },
}
