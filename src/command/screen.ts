// The terminal, which the progress line, messages and rows share: whoever writes takes the line away first, so that nothing
// is drawn over something else.

import type { TerminalWritable, World } from '../words/world.js'

export interface Screen {
  /** The world with such streams, for everybody else who writes. */
  readonly world: World
  /** Whether a line can be drawn again in place. A dumb terminal, a file and a pipe cannot. */
  readonly isLive: boolean
  /** Columns of the terminal of stderr; null: not known. */
  readonly columns: number | null
  /** Draws the live line, or draws it anew; it must fit into the terminal. */
  draw(line: string): void
  /** Takes the live line away. */
  clear(): void
}

/** Streams that are no terminal stay as they are: a row must not become dearer. */
export function createScreen(world: World): Screen {
  const { stderr, stdout } = world
  const isLive = stderr.isTTY === true && world.env.TERM !== 'dumb'
  let isDrawn = false
  const clear = () => {
    if (isDrawn) stderr.write('\r\x1b[K')
    isDrawn = false
  }
  const own = (stream: TerminalWritable) => (isLive && stream.isTTY ? clearing(stream, clear) : stream)
  return {
    world: isLive ? { ...world, stdin: world.stdin, stdout: own(stdout), stderr: own(stderr) } : world,
    isLive,
    get columns() {
      return columnsOf(stderr)
    },
    draw(line) {
      stderr.write(`\r${line}\x1b[K`)
      isDrawn = true
    },
    clear,
  }
}

/** Null for what is no terminal, and for one of 0 columns (`docker -t`, Jenkins, `script`), whose width nobody knows. */
export function columnsOf({ isTTY, columns = 80 }: TerminalWritable): number | null {
  return isTTY && columns > 0 ? columns : null
}

/** The stream, but that `write` clears first. */
function clearing(stream: TerminalWritable, clear: () => void): TerminalWritable {
  const write = (...args: Parameters<TerminalWritable['write']>) => {
    clear()
    return stream.write(...args)
  }
  return new Proxy(stream, {
    get(target, name) {
      if (name === 'write') return write
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
