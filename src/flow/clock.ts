// Time as an argument.

/** Monotonic ms, and a wait that ends early when its client is closed. */
export interface Clock {
  now(): number
  wait(ms: number): Promise<void>
  /** True once waits end at once: then pauses and paces count no more, or each would be waited for again at once. */
  isOver?(): boolean
}
