// Moments as text. `toISOString` costs 0.6 µs, twice what all of judging does, and dozens of answers come in one millisecond.

/** RFC 3339 UTC with ms, of ms since 1970. */
export type TimeText = (ms: number) => string

/** Makes it anew every time. */
export const isoText: TimeText = (ms) => new Date(ms).toISOString()

/** Remembers the last one: for who asks for many in a row, as a run does. */
export function createTimeText(): TimeText {
  let lastMs = Number.NaN
  let lastText = ''
  return (ms) => {
    if (ms !== lastMs) {
      lastText = isoText(ms)
      lastMs = ms
    }
    return lastText
  }
}
