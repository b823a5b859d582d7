// How far the run is, on stderr: one live line on a terminal, gone without debris when the report comes; one plain line
// every 30 s elsewhere, because CI kills silent jobs. Never touches stdout.

import type { TerminalWritable } from '../words/world.js'

/** The figures of the moment. */
export interface ProgressFigures {
  readonly done: number
  readonly known: number
  /** Whether `known` is all there is. */
  readonly inputEnded: boolean
  readonly failed: number
  /** The host that has most to do or to wait for; null when none has. */
  readonly waitsFor: string | null
}

export interface ProgressLine {
  /** Takes the line away so that something else can be printed. */
  hide(): void
  stop(): void
}

export interface ProgressOptions {
  readonly stream: TerminalWritable
  readonly figures: () => ProgressFigures
  now(): number
  /** Escapes what comes from the list. */
  readonly safe: (text: string) => string
}

const LIVE_MS = 200
const PLAIN_MS = 30_000

/** Starts showing; ends with `stop`. */
export function createProgress({ stream, figures, now, safe }: ProgressOptions): ProgressLine {
  const startedAt = now()
  const live = stream.isTTY === true
  let shown = false

  const hide = () => {
    if (shown) stream.write('\r\x1b[K')
    shown = false
  }
  const show = () => {
    const text = progressText(figures(), now() - startedAt, safe)
    if (live) stream.write(`\r${cutTo(text, (stream.columns ?? 80) - 1)}\x1b[K`)
    else stream.write(`${text}\n`)
    shown = live
  }
  // Unref'd: showing progress must not keep a finished run alive.
  const timer = setInterval(show, live ? LIVE_MS : PLAIN_MS).unref()
  return {
    hide,
    stop() {
      clearInterval(timer)
      hide()
    },
  }
}

/** `812 of 10,000 · 240/s · 3 failed · 38 s left · waiting for example.com`. */
export function progressText(figures: ProgressFigures, elapsedMs: number, safe: (text: string) => string): string {
  const { done, known, inputEnded, failed, waitsFor } = figures
  const perSecond = elapsedMs > 0 ? (done * 1000) / elapsedMs : 0
  const left = inputEnded && perSecond > 0 ? Math.ceil((known - done) / perSecond) : null
  const parts = [
    `${grouped(done)} of ${grouped(known)}${inputEnded ? '' : '+'}`,
    `${perSecond >= 10 ? grouped(Math.round(perSecond)) : perSecond.toFixed(1)}/s`,
    ...(failed > 0 ? [`${grouped(failed)} failed`] : []),
    ...(left !== null && left > 0 ? [`${clock(left)} left`] : []),
    ...(waitsFor !== null && known > done ? [`waiting for ${safe(waitsFor)}`] : []),
  ]
  return parts.join(' · ')
}

function grouped(count: number): string {
  return count.toLocaleString('en-US')
}

function clock(seconds: number): string {
  if (seconds < 100) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 100 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}

/** In characters; a wide one too many wraps at worst one line, which the next picture overwrites. */
function cutTo(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}
