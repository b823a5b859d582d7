// How far the run is, on stderr: one live line on a terminal, gone without debris when the report comes; one plain line
// every 30 s elsewhere, because CI kills silent jobs. Never touches stdout.

import { cutEnd } from '../report/table/text-width.js'
import type { TerminalWritable } from '../words/world.js'
import { type ProgressFigures, progressText } from './progress-text.js'
import { RecentRate } from './recent-rate.js'
import type { Screen } from './screen.js'

export interface ProgressLine {
  stop(): void
}

export interface ProgressOptions {
  readonly screen: Pick<Screen, 'isLive' | 'columns' | 'draw' | 'clear'>
  /** Where plain lines go. */
  readonly stream: Pick<TerminalWritable, 'write'>
  readonly figures: () => ProgressFigures
  now(): number
  /** Escapes what comes from the list. */
  readonly safe: (text: string) => string
}

const LIVE_MS = 200
const PLAIN_MS = 30_000
/** Between two looks at how fast it is, where nothing is drawn. */
const LOOK_MS = 1000
/** Of a terminal whose width nobody knows: no longer line wraps on the narrowest that are used. */
const UNKNOWN_WIDTH = 80

/** Starts showing; ends with `stop`. */
export function createProgress({ screen, stream, figures, now, safe }: ProgressOptions): ProgressLine {
  const { isLive } = screen
  const rate = new RecentRate(now())
  let shownAt = now()
  const show = () => {
    const found = figures()
    rate.add(now(), found.done)
    if (!isLive && now() - shownAt < PLAIN_MS) return
    shownAt = now()
    const text = progressText(found, rate.perSecond(), safe)
    if (isLive) screen.draw(cutTo(text, (screen.columns ?? UNKNOWN_WIDTH) - 1))
    else stream.write(`${text}\n`)
  }
  // Unref'd: showing progress must not keep a finished run alive.
  const timer = setInterval(show, isLive ? LIVE_MS : LOOK_MS).unref()
  return {
    stop() {
      clearInterval(timer)
      screen.clear()
    },
  }
}

/** By columns: a wide character too many would wrap, and the next picture leaves what wrapped. */
function cutTo(text: string, width: number): string {
  return cutEnd(text, Math.max(1, width), '…')
}
