// A clock that notices when this process was stopped. Whatever comes in when it wakes is looked at by this clock before
// anything new is asked: timers come only after that.

export interface LateGuard {
  /** Monotonic ms. */
  now(): number
  /** Called when nobody has looked at the clock for that long. */
  onLate(listener: () => void): void
  close(): void
}

/** Somebody looks at least so often, ms. */
const TICK_MS = 50

export function createLateGuard(now: () => number, mostMs: number): LateGuard {
  let lookedAtMs = now()
  let listener = () => {}
  const look = () => {
    const before = lookedAtMs
    lookedAtMs = now()
    if (lookedAtMs - before >= mostMs) listener()
    return lookedAtMs
  }
  const timer = setInterval(look, Math.min(TICK_MS, mostMs / 4))
  return {
    now: look,
    onLate(heard) {
      listener = heard
    },
    close: () => clearInterval(timer),
  }
}
