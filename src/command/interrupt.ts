// What ends a run before its list does: the first SIGINT or SIGTERM, --time-limit, outputs that keep nothing any more. One
// signal for all that may wait, from the first file that is opened to the last row that is written.

import type { Unfinished } from '../words/summary.js'
import type { World } from '../words/world.js'

export interface Interrupt {
  /** Aborted when the run has to end; its reason is why (`Unfinished`). */
  readonly signal: AbortSignal
  /** Which signal came; null while none has. */
  name(): 'SIGINT' | 'SIGTERM' | null
  /** Calls back once when the run has to end; at once where it has to already. */
  onStop(listener: () => void): void
  /** Ends the run; nothing changes for one that has to end already. */
  stop(why: Unfinished): void
  /** Listens no more. */
  forget(): void
}

/** Listens; the time runs from here, so that waiting for an input to open is within `--time-limit`. */
export function createInterrupt(world: World, timeLimitMs: number | null): Interrupt {
  const abort = new AbortController()
  let first: 'SIGINT' | 'SIGTERM' | null = null
  const stop = (why: Unfinished) => abort.abort(why)
  const forgetSignals = world.onSignal((name) => {
    if (first !== null) return world.die(name === 'SIGINT' ? 130 : 143)
    first = name
    stop('interrupted')
  })
  // Node's timers hold 24.8 days; a longer one would end at once.
  const timer =
    timeLimitMs === null ? undefined : setTimeout(() => stop('time-limit'), Math.min(timeLimitMs, 2_147_483_647))
  return {
    signal: abort.signal,
    name: () => first,
    onStop(listener) {
      if (abort.signal.aborted) listener()
      else abort.signal.addEventListener('abort', listener, { once: true })
    },
    stop,
    forget() {
      clearTimeout(timer)
      forgetSignals()
    },
  }
}

/** How long a reader that takes nothing is waited for once the run has to end, in ms. */
export const READER_GRACE_MS = 2000

/**
 * What was said on stderr gets its time; then the process is ended with what nobody reads, or it would wait for ever. Only
 * for a run that had to end.
 */
export async function leaveUnread({ stdout, stderr, leave }: World, code: number): Promise<void> {
  if (stderr.writableLength > 0) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, READER_GRACE_MS)
      stderr.write('', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
  if (stdout.writableLength > 0 || stderr.writableLength > 0) leave(code)
}
