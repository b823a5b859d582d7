// Breadth first: a failure's last retry costs nobody anything while there is other work, and most trouble passes within it.
// So it comes as late as it may; once nothing else is left to ask, or room is short, it comes at once.

import type { RestOfList } from '../words/limits.js'
export interface LastTurnOptions {
  readonly rest: RestOfList
  /** Monotonic ms. */
  now(): number
  /** Ends early when the run is stopped. */
  wait(ms: number): Promise<void>
  readonly stop: { readonly stopped: boolean }
}

/** How often who waits looks whether it is time. */
const LOOK_MS = 250

/**
 * Resolves as late as `latestMs` (monotonic) allows while there is other work, and as soon as somebody waits to hear what
 * comes of it (`isAwaited`).
 */
export type LastTurn = (latestMs: number, isAwaited: () => boolean) => Promise<void>

export function createLastTurn({ rest, now, wait, stop }: LastTurnOptions): LastTurn {
  let waiting: { readonly latestMs: number; readonly isAwaited: () => boolean; readonly go: () => void }[] = []
  let isLooking = false
  let deaf: (() => void) | null = null

  const mayWait = () => !stop.stopped && rest.hasSome() && !rest.isPressed()
  const look = () => {
    const all = !mayWait()
    const nowMs = now()
    const looked = waiting
    waiting = []
    for (const each of looked) {
      if (all || each.latestMs <= nowMs || each.isAwaited()) each.go()
      else waiting.push(each)
    }
  }
  const keepLooking = () => {
    if (waiting.length === 0) {
      isLooking = false
      deaf?.()
      return
    }
    wait(LOOK_MS).then(() => {
      look()
      keepLooking()
    })
  }
  return (latestMs, isAwaited) => {
    if (latestMs <= now() || isAwaited() || !mayWait()) return Promise.resolve()
    return new Promise((resolve) => {
      waiting.push({ latestMs, isAwaited, go: resolve })
      if (isLooking) return
      isLooking = true
      deaf = rest.onEnd(look)
      keepLooking()
    })
  }
}
