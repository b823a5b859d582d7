// W10: short lists from the start of the process to its end, as most lists are.

import { faster } from '../claims.mjs'
import { createList, loopbackHost } from '../lists.mjs'
import { race } from '../race.mjs'
import { ourNdjson } from '../rivals/index.mjs'
import { commandTable, count, raceTable } from '../tables.mjs'
import { entrant, toolEntrants } from './entrants.mjs'

const AT_ONCE = 128
const SIZES = [20, 200, 2000]
/** A host has four URLs. */
const PER_HOST = 4

export const shortLists = {
  name: 'W10',
  title: 'Short lists',
  async run(bench) {
    const { port } = bench.server
    const races = []
    for (const size of SIZES) {
      const url = (at) => `http://${loopbackHost(Math.floor(at / PER_HOST))}:${port}/${at}`
      const list = createList(
        bench.folder,
        `short-${size}`,
        Array.from({ length: size }, (_, at) => url(at)),
      )
      // Each is over soon, so all of them as often as ours.
      const tools = toolEntrants(bench, 'W10', list).map((each) => ({ ...each, runs: bench.runs }))
      const contestants = [entrant(bench, ourNdjson, list), ...tools]
      races.push({
        size,
        entries: await race({ ...bench, share: 1, workload: 'W10', contestants, atOnce: AT_ONCE, port }),
      })
    }
    return {
      setup: `${SIZES.map(count).join(', ')} URLs, ${PER_HOST} of each host, ${AT_ONCE} at once, whole processes.`,
      tables: [...races.map(({ entries }) => raceTable(entries, ourNdjson.name)), commandTable(races[0].entries)],
      claims: races.flatMap(({ size, entries }) =>
        entries
          .filter(({ id, runs }) => id !== ourNdjson.name && runs !== undefined && runs.length > 0)
          .map(({ id }) => {
            const { what, ...rest } = faster(entries, ourNdjson.name, id, {})
            return { what: `${what}, ${count(size)} URLs`, ...rest }
          }),
      ),
      raw: races,
    }
  },
}
