// Medians and spreads. A claim is the median of the ratios of paired runs, so that a slow minute of the machine weighs
// on both sides.

/** null of nothing. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length === 0) return null
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * The median of `of(ours) / of(theirs)` over the rounds that both have; `runs` have a `round`, because one that went
 * wrong is missing. null where there is no pair.
 */
export function pairedRatio(ours, theirs, of) {
  const theirsByRound = new Map(theirs.map((run) => [run.round, run]))
  const pairs = ours.filter(({ round }) => theirsByRound.has(round))
  return median(pairs.map((run) => of(run) / of(theirsByRound.get(run.round))))
}
