// Why a run ends before its list does, and what has to hear of it. The first reason is the one that is told.

import { stopOf } from '../flow/stop.js'
import type { Stop, Stoppable } from '../words/limits.js'
import type { Unfinished } from '../words/summary.js'

export interface Ending {
  /** Null while the run goes on, and for one that came to its end. */
  readonly why: Unfinished | null
  /** Whether nothing is begun any more. */
  readonly isOver: boolean
  /** Ends waits. */
  readonly stop: Stop
  /** Ends the run; null: it has come to its end, or nobody wants more of it. */
  halt(why: Unfinished | null): void
  /** Calls back once when the run has to end; at once where it has to already. */
  onHalt(listener: () => void): void
  /** Hears of the caller's signal and of the client from now on; a run that nobody begins listens to nobody. */
  listen(): void
  /** Listens to them no more. */
  forget(): void
}

/** Ends with the caller's signal, and with the client whose `closed` it is given. */
export function createEnding(signal: AbortSignal | undefined, closed?: Stop): Ending {
  const abort = new AbortController()
  const stop = stopOf(abort.signal)
  let listeners: (() => void)[] = []
  let why: Unfinished | null = null
  const halt = (reason: Unfinished | null) => {
    why ??= reason
    const told = listeners
    listeners = []
    for (const listener of told) listener()
    abort.abort()
  }
  const leaves: (() => void)[] = []
  const hear = (from: Stop, why: () => Unfinished) => {
    const job: Stoppable = { abort: () => halt(why()) }
    if (from.stopped) job.abort()
    else from.running.add(job)
    leaves.push(() => from.running.delete(job))
  }
  return {
    stop,
    halt,
    get why() {
      return why
    },
    get isOver() {
      return stop.stopped
    },
    onHalt(listener) {
      if (stop.stopped) listener()
      else listeners.push(listener)
    },
    listen() {
      // In the list behind the signal: Node warns of the eleventh listener.
      if (signal !== undefined) hear(stopOf(signal), () => whyAborted(signal))
      if (closed !== undefined) hear(closed, () => 'interrupted')
    },
    forget() {
      for (const leave of leaves) leave()
    },
  }
}

/** The command says by its reason why it aborts; anybody else interrupts. */
function whyAborted({ reason }: AbortSignal): Unfinished {
  return reason === 'time-limit' || reason === 'output-failed' ? reason : 'interrupted'
}
