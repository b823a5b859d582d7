// What is asked of a workload, as numbers: a ratio or a figure, the least that must be, the aim, and whether it is met.

import { pairedRatio } from './statistics.mjs'

/**
 * `value` null: not measured. `must` and `aim` are bounds from below, with `atMost` from above; null: nothing is asked.
 * `digits` are those after the point. Resolves to texts.
 */
export function claim({ what, value, must = null, aim = null, atMost = false, unit = '', digits = 2 }) {
  const holds = (bound) => (atMost ? value <= bound : value >= bound)
  const written = (number) => `${number.toFixed(digits)}${unit}`
  const bound = (number) => (number === null ? '' : `${atMost ? '≤' : '≥'} ${written(number)}`)
  const met = value === null ? 'not measured' : must === null ? '' : holds(must) ? metWithAim(aim, holds) : 'NO'
  return { what, value: value === null ? '' : written(value), must: bound(must), aim: bound(aim), met }
}

function metWithAim(aim, holds) {
  if (aim === null) return 'yes'
  return holds(aim) ? 'yes, and the aim' : 'yes, not the aim'
}

/** How many times as fast one entry of a race is as another, both by id. */
export function faster(entries, ours, theirs, bounds) {
  return ratioClaim(entries, ours, theirs, { ...bounds, name: 'URLs/s', of: ({ urlsPerSecond }) => urlsPerSecond })
}

/** The same for peak memory. */
export function lighter(entries, ours, theirs, bounds) {
  return ratioClaim(entries, ours, theirs, { ...bounds, name: 'memory', of: ({ peakKb }) => peakKb, atMost: true })
}

/** `faster` for every tool that took part: at least ahead of it, or what `bounds` says by id. */
export function fasterThanTools(entries, ours, tools, bounds = {}) {
  const ran = tools.filter(({ name }) => entries.some(({ id, runs }) => id === name && runs !== undefined))
  const ids = new Set([...Object.keys(bounds), ...ran.map(({ name }) => name)])
  return Array.from(ids, (id) => faster(entries, ours, id, bounds[id] ?? { must: 1 }))
}

function ratioClaim(entries, ours, theirs, { name, of, ...bounds }) {
  const [a, b] = [ours, theirs].map((wanted) => entries.find(({ id }) => id === wanted))
  const value = a?.runs && b?.runs ? pairedRatio(a.runs, b.runs, of) : null
  return claim({ what: `${name}, ${a?.name ?? ours} / ${b?.name ?? theirs}`, value, ...bounds })
}
