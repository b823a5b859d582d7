// Who takes part in a race: those of its own, and every tool that can do it.

import { curl, tools } from '../rivals/index.mjs'

/** Ours and the floor, as many runs as asked for. `id` tells two of the same apart. */
export function entrant(bench, rival, list, { id = rival.name, label = rival.name, flags = [] } = {}) {
  return { id, label, rival, list, flags, runs: bench.runs }
}

/** curl gets as many runs as ours where it is fast enough, all the others fewer. */
export function toolEntrants(bench, workload, list) {
  const able = tools.filter(({ most, not }) => most[workload] !== undefined || not?.[workload] !== undefined)
  return able.map((rival) => ({
    id: rival.name,
    rival,
    list,
    runs: rival === curl && workload !== 'W3' ? bench.runs : bench.toolRuns,
  }))
}
