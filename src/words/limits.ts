// Who may go when, and what may end it: what flow, policies and an attempt say to each other.

/** The right to have one request on the wire; give it back exactly once. */
export interface Permit {
  release(): void
  /** Answers of its origin without complaint so far; where it is known. */
  readonly cleanAnswers?: number
  /** Requests that its origin has on the wire now. */
  readonly active?: number
}

/** Something that waits for a permit. Linked into its origin's line itself, so that a wait allocates nothing. */
export interface Waiter {
  granted(permit: Permit): void
  /** True when it waits no more; it is passed over and costs its origin nothing. */
  readonly gone?: boolean
  /** Owned by the limiter while it waits. */
  next: Waiter | null
}

/** What a stop ends. */
export interface Stoppable {
  abort(): void
  /** Owned by the stop while it runs. */
  stopPlace?: number
}

/** What stops many jobs at once; a job adds itself while it runs. */
export interface Stop {
  readonly running: { add(job: Stoppable): void; delete(job: Stoppable): void; readonly size: number }
  readonly stopped: boolean
}

/** Where a request goes: limits are the host's, complaints, pauses and the learned pace the origin's. */
export interface Where {
  /** Lower-case name without port, IPv6 in brackets. */
  readonly host: string
  /** `https://example.com:8443`: two ports of one machine are two services. */
  readonly origin: string
}

/** Time and chance as an argument, so that a run can be played in a made time. */
export interface Time {
  /** Monotonic ms. */
  now(): number
  /** Ms since 1970. */
  wallNow(): number
  /** From 0 to 1, for jitter. */
  random(): number
  /** Ends early when the run is stopped. */
  wait(ms: number, stop: Stop): Promise<void>
  /** Calls back at the end of the loop's turn. */
  soon(done: () => void): void
}

/** What a limiter may give out, where several share what one list may use. */
export interface Share {
  readonly concurrency: number
  /** Requests a second; null: as many as there is room for. */
  readonly rate: number | null
}

/** Who may go when. */
export interface Limiter {
  /** Takes a place in the origin's line, before all that were not begun yet (`front`) for a URL already begun. */
  enqueue(where: Where, waiter: Waiter, front: boolean): void
  /** The same as a promise; null where the run stops first. */
  acquire(where: Where, front: boolean, stop: Stop | null): Promise<Permit | null>
  /** Halves how many requests may run at once, at least one; returns how many that are now. */
  shrink(): number
  /** From now on so many requests at once and a second (null: as many as there is room for); resolves once that holds. */
  resize(to: Share): Promise<void>
  /** Nothing starts on this origin before `untilMs` (monotonic). */
  pause(where: Where, untilMs: number): void
  /** The origin asked for less, answering a request that started at `startedAtMs`; `retryAfterMs` null: it named no time. */
  slowDown(where: Where, startedAtMs: number, retryAfterMs: number | null): void
  /** The origin answered without complaint; `isPublic`: from a public address. */
  clean(where: Where, isPublic: boolean): void
  /** Whoever waits for this origin goes on at once without a permit (`NO_PERMIT`): there is nothing to wait for. */
  dismiss(origin: string): void
  /** How many permits are held: requests on the wire. */
  inUse(): number
  /** Permits are free and nobody who waits may have one. */
  lacksWork(): boolean
  /** Calls back when that has become so, maybe more than once; the result ends it. */
  onLackOfWork(listener: () => void): () => void
  /** Until when nothing starts on this origin; 0: it is not paused. */
  readyAtMs(origin: string): number
  /** Whether the origin has answered without complaint before, as far as is remembered. */
  hasAnswered(origin: string): boolean
  /** How many wait for this origin now. */
  waiting(origin: string): number
  /** How many wait for this origin or are on the wire to it now. */
  busy(origin: string): number
  /** The host with most waiting or running requests now; null when idle. For the progress line. */
  busiest(): string | null
}

/** What else there is to do. */
export interface RestOfList {
  /** Whether URLs are still to be asked for the first time. */
  hasSome(): boolean
  /** Whether those who wait are in the way of the list. */
  isPressed(): boolean
  /** Calls back when nothing is left; the result ends that. */
  onEnd(listener: () => void): () => void
}
