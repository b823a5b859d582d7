// A `World` in memory, so that `run(argv, world)` is tested without a process: streams to look into, signals to send.

import { Readable, Writable } from 'node:stream'
import type { TerminalReadable, TerminalWritable, World } from '../../src/words/world.js'

export interface TestWorldOptions {
  readonly env?: World['env']
  /** What is piped in, whole or in pieces or as a stream; default null: a keyboard where nobody types. */
  readonly stdin?: string | Uint8Array | Readable | null
  /** Whether stdout and stderr are a terminal; default no. */
  readonly isTTY?: boolean
  /** Its width; default 80 on a terminal. */
  readonly columns?: number
  /** Replaces the stream in memory (a full disk, a reader that leaves); `stdoutText()` is then empty. */
  readonly stdout?: TerminalWritable
  /** Default the real time; a `FakeClock` has it. */
  readonly clock?: Pick<World, 'now'>
}

export interface TestWorld extends World {
  /** All that was written, escape sequences included. */
  stdoutText(): string
  stderrText(): string
  /** Sends a signal to whoever listens; returns how many that were. */
  signal(name: 'SIGINT' | 'SIGTERM'): number
  /** The codes with which the process would have been ended at once. */
  deaths(): readonly number[]
  /** The codes with which it would have been ended with output that nobody reads. */
  leaves(): readonly number[]
}

/** Makes a world of its own: no environment, nothing piped in, no terminal, unless the options say so. */
export function createTestWorld(options: TestWorldOptions = {}): TestWorld {
  const terminal = options.isTTY ? { isTTY: true, columns: options.columns ?? 80 } : {}
  const stdout = createMemoryStream(terminal)
  const stderr = createMemoryStream(terminal)
  const handlers = new Set<(signal: 'SIGINT' | 'SIGTERM') => void>()
  const deaths: number[] = []
  const leaves: number[] = []
  return {
    env: options.env ?? {},
    stdin: stdinFrom(options.stdin ?? null),
    stdout: options.stdout ?? stdout.stream,
    stderr: stderr.stream,
    now: options.clock?.now ?? (() => performance.now()),
    onSignal(handler) {
      handlers.add(handler)
      return () => void handlers.delete(handler)
    },
    die: (exitCode) => void deaths.push(exitCode),
    pid: process.pid,
    isRunning: (pid) => pid === process.pid,
    leave: (exitCode) => void leaves.push(exitCode),
    stdoutText: stdout.text,
    stderrText: stderr.text,
    signal(name) {
      const listening = [...handlers]
      for (const handler of listening) handler(name)
      return listening.length
    },
    deaths: () => deaths,
    leaves: () => leaves,
  }
}

function stdinFrom(given: NonNullable<TestWorldOptions['stdin']> | null): TerminalReadable {
  if (given instanceof Readable) return given
  if (given === null) return Object.assign(new Readable({ read() {} }), { isTTY: true })
  return Readable.from([Buffer.from(given as string)], { objectMode: false })
}

function createMemoryStream(terminal: { isTTY?: boolean; columns?: number }) {
  const chunks: Buffer[] = []
  const stream: TerminalWritable = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  return { stream: Object.assign(stream, terminal), text: () => Buffer.concat(chunks).toString() }
}
