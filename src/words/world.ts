// Everything a run takes from outside.

import type { Readable, Writable } from 'node:stream'

/** A stream with the terminal's facts, as `process.stdout` has them. */
export interface TerminalWritable extends Writable {
  isTTY?: boolean
  columns?: number
}

/** A stream that may be a keyboard, as `process.stdin`. */
export interface TerminalReadable extends Readable {
  isTTY?: boolean
}

/** Everything a run takes from outside; `bin/` makes the real one, tests make others. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: TerminalReadable
  readonly stdout: TerminalWritable
  readonly stderr: TerminalWritable
  /** Monotonic ms. */
  now(): number
  /** Calls back for SIGINT and SIGTERM; the result stops that. */
  onSignal(handler: (signal: 'SIGINT' | 'SIGTERM') => void): () => void
  /** Ends the process now, whatever is pending: only for the second signal. */
  die(exitCode: number): void
  /** The id of this process. */
  readonly pid: number
  /** Whether a process with this id runs on this machine. */
  isRunning(pid: number): boolean
  /** Ends the process with output pending that nobody reads: only for a run that had to end. */
  leave(exitCode: number): void
}
