// What a program holds of a client. How it works is behind the door (engine.ts): nobody's to lean on, and not in the types.

declare const CLIENT: unique symbol

/** Asks URLs; made by `createClient`. Close it when done, so that idle connections do not hold their sockets. */
export interface Client {
  /**
   * Closes all connections and timers. What is in flight ends at once, as `aborted`; whoever asks afterwards is told by a
   * `TypeError`. Again is without effect.
   */
  close(): Promise<void>
  /** The same, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
  /** The host with most requests waiting or on the wire now; null when idle. For progress displays. */
  busiestHost(): string | null
  /** Not for use: what is made by `createClient` and nothing else is a client. */
  readonly [CLIENT]: true
}
