// Durations as people say them. Never rounds to "60.0 s": the unit is chosen after rounding.

/** `142 ms`, `10.0 s`, `2 m 05 s`, `1 h 02 m`; anything above zero is at least `1 ms`. */
export function humanDuration(ms: number): string {
  const whole = ms > 0 ? Math.max(1, Math.round(ms)) : 0
  if (whole < 1000) return `${whole} ms`
  const tenths = Math.round(whole / 100)
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`
  const seconds = Math.round(whole / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} m`
}

/** The same for a sentence, without a needless `.0`: `10 s`. */
export function plainDuration(ms: number): string {
  return humanDuration(ms).replace('.0 s', ' s')
}

function two(value: number): string {
  return value.toString().padStart(2, '0')
}
