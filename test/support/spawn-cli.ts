// Runs the real command as a child process. For what a process alone can show: signals, pipes, exit codes, memory;
// everything else is tested by `run(argv, world)`. The command needs `npm run build` first.

import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { stopwatch, waitedForCoreMs } from './stopwatch.js'

const COMMAND = fileURLToPath(new URL('../../bin/scrape-status.js', import.meta.url))

/** The kernel's figures of a process end with it. */
const LOOK_EVERY_MS = 25

export interface SpawnCliOptions {
  /** What is piped in; default nothing, stdin is closed. `open`: a pipe that stays open and silent. */
  readonly input?: string | Uint8Array | 'open'
  /** Added to a bare environment: PATH, HOME, a UTF-8 locale, and nothing that is left in that home. `undefined` takes away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** Killed after this: for what hangs; default 2 min. */
  readonly killAfterMs?: number
  /** Arguments for node itself, such as `--expose-gc`. */
  readonly nodeArgs?: readonly string[]
  /** Another script to run than the command. */
  readonly script?: string
  /** Where stdout goes instead of into `stdout`: `/dev/full`. */
  readonly stdoutTo?: string
  /** The same for stderr. */
  readonly stderrTo?: string
  /** The most descriptors it may have open (`ulimit -n`), through sh. */
  readonly maxOpenFiles?: number
  /** The most bytes a file of it may have (`ulimit -f`), through sh. */
  readonly maxFileBytes?: number
  /** Fills `peakRssKb`, at the price of a preloaded module. */
  readonly measureMemory?: boolean
}

export interface CliResult {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** Without the time in which it, or we who serve it, waited for a core: what a busy machine adds is no fault of its. */
  readonly durationMs: number
  /** That time: how much later than on an idle machine a row of its may be. */
  readonly waitedMs: number
  /** The most memory it had, in KiB; null unless asked for, or when it was killed. */
  readonly peakRssKb: number | null
}

export interface RunningCli {
  readonly pid: number
  kill(signal: NodeJS.Signals): void
  /** Stops reading stdout and closes our end, as `head` does. */
  leaveStdout(): void
  /** What it wrote so far. */
  stdoutText(): string
  stderrText(): string
  /** Resolves when stdout or stderr holds the text; rejects when the command ended without. */
  wrote(text: string): Promise<void>
  /** Resolves when it ended and everything it wrote is read; never rejects for how it ended. */
  readonly finished: Promise<CliResult>
}

/** Runs the command to its end. */
export function spawnCli(args: readonly string[], options: SpawnCliOptions = {}): Promise<CliResult> {
  return startCli(args, options).finished
}

/** Starts the command and leaves it running, for tests that send signals. */
export function startCli(args: readonly string[], options: SpawnCliOptions = {}): RunningCli {
  const watch = stopwatch()
  const preload = options.measureMemory ? ['--import', `data:text/javascript,${encodeURIComponent(REPORT_PEAK)}`] : []
  const argv = [process.execPath, ...preload, ...(options.nodeArgs ?? []), options.script ?? COMMAND, ...args]
  const { maxOpenFiles, maxFileBytes } = options
  const limits = [
    ...(maxOpenFiles ? [`ulimit -n ${maxOpenFiles}`] : []),
    // sh counts in blocks of 512 bytes.
    ...(maxFileBytes ? [`ulimit -f ${maxFileBytes / 512}`] : []),
  ]
  const [file = '', ...rest] =
    limits.length > 0 ? ['sh', '-c', `${limits.join(' && ')} && exec "$@"`, 'sh', ...argv] : argv
  const sink = options.stdoutTo === undefined ? null : openSync(options.stdoutTo, 'w')
  const errorSink = options.stderrTo === undefined ? null : openSync(options.stderrTo, 'w')
  const child = spawn(file, rest, {
    cwd: options.cwd,
    env: { ...bareEnvironment(), ...options.env },
    stdio: ['pipe', sink ?? 'pipe', errorSink ?? 'pipe', 'pipe'],
  })
  if (sink !== null) closeSync(sink)
  if (errorSink !== null) closeSync(errorSink)
  const [stdout, stderr, peak] = [collect(child.stdout), collect(child.stderr), collect(child.stdio[3])]
  // It may end before it has read everything.
  child.stdin?.on('error', () => {})
  if (options.input !== 'open') child.stdin?.end(options.input)

  const killNow = () => void child.kill('SIGKILL')
  process.once('exit', killNow)
  const timer = setTimeout(killNow, options.killAfterMs ?? 120_000)
  let waitedMs = 0
  const look = () => {
    waitedMs = Math.max(waitedMs, waitedForCoreMs(child.pid))
  }
  const looking = setInterval(look, LOOK_EVERY_MS)
  const finished = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      process.off('exit', killNow)
      clearTimeout(timer)
      clearInterval(looking)
      resolve({
        code,
        signal,
        stdout: stdout.text(),
        stderr: stderr.text(),
        durationMs: Math.max(0, watch.ownMs() - waitedMs),
        waitedMs: waitedMs + watch.wallMs() - watch.ownMs(),
        peakRssKb: Number(peak.text()) || null,
      })
    })
  })
  return {
    pid: child.pid ?? 0,
    kill: (signal) => void child.kill(signal),
    leaveStdout: () => void child.stdout?.destroy(),
    stdoutText: stdout.text,
    stderrText: stderr.text,
    wrote: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (stdout.text().includes(text) || stderr.text().includes(text)) resolve()
        }
        for (const stream of [child.stdout, child.stderr]) stream?.on('data', look)
        look()
        finished.then(({ code }) => {
          look()
          reject(new Error(`ended with code ${code} without writing ${JSON.stringify(text)}:\n${stderr.text()}`))
        }, reject)
      }),
    finished,
  }
}

const REPORT_PEAK = `
  import { writeSync } from 'node:fs'
  process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)))`

function bareEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'SystemRoot'].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  // The home is the user's: nothing is left in it.
  return { ...Object.fromEntries(kept), LANG: 'C.UTF-8', NODE_DISABLE_COMPILE_CACHE: '1' }
}

function collect(stream: NodeJS.ReadableStream | NodeJS.WritableStream | null | undefined): { text(): string } {
  const chunks: Buffer[] = []
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk))
  return { text: () => Buffer.concat(chunks).toString() }
}
