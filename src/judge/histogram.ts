// How long things took, counted and not kept: a million durations cost what ten do.
// Exact to 1 ms below one second, to 1 % above.

/** Durations below this have a counter for each ms. */
const EXACT_MS = 1000
/** Each further counter is this much wider than the one before. */
const GROWTH = 1.01
/** The last counter starts at about 34 days; more goes there. */
const WIDE_COUNTERS = 1500

/** Counts durations and answers with percentiles. */
export interface Histogram {
  add(ms: number): void
  readonly count: number
  /** The longest, in whole ms; 0 when nothing was added. */
  readonly max: number
  /** The duration within which that share (0 to 1) of all was done, by nearest rank, in whole ms. */
  percentile(share: number): number
  /** What was counted so far, as plain data. */
  snapshot(): HistogramCounts
  /** Counts what another one has counted. */
  merge(part: HistogramCounts): void
}

/** The counters that are not 0, and the longest of all durations. */
export interface HistogramCounts {
  readonly counters: readonly (readonly [counter: number, often: number])[]
  readonly max: number
}

/** An empty histogram of about 20 KB. */
export function createHistogram(): Histogram {
  const counters = new Float64Array(EXACT_MS + WIDE_COUNTERS)
  let count = 0
  let max = 0
  return {
    add(ms) {
      // Nothing takes 0 ms; the table says `1 ms` as well.
      const whole = ms > 0 ? Math.max(1, Math.round(ms)) : 0
      const at = counterOf(whole)
      counters[at] = counters[at]! + 1
      count++
      if (whole > max) max = whole
    },
    get count() {
      return count
    },
    get max() {
      return max
    },
    percentile(share) {
      const rank = Math.max(1, Math.ceil(share * count))
      let seen = 0
      for (let at = 0; at < counters.length; at++) {
        seen += counters[at]!
        if (seen >= rank) return Math.min(max, middleOf(at))
      }
      return max
    },
    snapshot() {
      const found: [number, number][] = []
      counters.forEach((often, at) => {
        if (often > 0) found.push([at, often])
      })
      return { counters: found, max }
    },
    merge(part) {
      for (const [at, often] of part.counters) {
        counters[at]! += often
        count += often
      }
      max = Math.max(max, part.max)
    },
  }
}

function counterOf(ms: number): number {
  if (ms < EXACT_MS) return ms
  return Math.min(EXACT_MS + WIDE_COUNTERS - 1, EXACT_MS + Math.floor(Math.log(ms / EXACT_MS) / Math.log(GROWTH)))
}

function middleOf(counter: number): number {
  if (counter < EXACT_MS) return counter
  return Math.round(EXACT_MS * GROWTH ** (counter - EXACT_MS + 0.5))
}
