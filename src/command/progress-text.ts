// The progress of a run in one line. A number that cannot be known is not guessed: no time is left to say where the last
// URLs are waited for, and no percentage of a list whose length nobody knows.

import { grouped as count } from '../words/counted.js'

/** The figures of the moment. Rows of an earlier run are in none of them. */
export interface ProgressFigures {
  readonly done: number
  readonly known: number
  /** Whether `known` is all there is. */
  readonly inputEnded: boolean
  /** Of the list, 0 to 1, by its bytes; null: not known. */
  readonly readShare: number | null
  /** The same when the first of `known` came: what an earlier run has done is in front of it. */
  readonly knownFromShare: number
  /** Those that are to be asked again among them. */
  readonly failed: number
  /** The host that has most to do or to wait for; null when none has. */
  readonly waitsFor: WaitsFor | null
  /** What is asked again after everything else; null: nothing yet. */
  readonly later: LaterFigures | null
}

export interface WaitsFor {
  readonly host: string
  /** For how long it asked to be left alone, ms; null: it did not. */
  readonly askedMs: number | null
}

export interface LaterFigures {
  /** What fails still, one of them and how many. */
  readonly sample: string
  readonly failing: number
  /** Until the next look, or under `--wait` until the last one; ms. */
  readonly leftMs: number
  /** Asked until they are fine, and not just once more. */
  readonly isUntilFine: boolean
}

/** Fewer are waited for one by one: how fast the others were says nothing of them. */
const MANY = 200

/** `812 of 10,000 (8 %) · 240/s · 3 failed · 38 s left · waiting for example.com`. */
export function progressText(figures: ProgressFigures, perSecond: number, safe: (text: string) => string): string {
  const { done, known, inputEnded, failed, waitsFor, later } = figures
  if (later !== null) return laterText(figures, later, safe)
  const total = estimatedTotal(figures)
  const left = total === null ? null : total - done
  const isMany = left !== null && left >= MANY
  const parts = [
    `${count(done)} of ${count(known)}${inputEnded ? '' : '+'}${percentage(figures, total)}`,
    ...(known >= MANY || !inputEnded ? [rateText(perSecond)] : []),
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
    ...(isMany && perSecond > 0 ? [`${clock(Math.ceil(left / perSecond))} left`] : []),
    ...(waitsFor !== null && known > done ? [`waiting for ${waitText(waitsFor, safe)}`] : []),
  ]
  return parts.join(' · ')
}

function waitText({ host, askedMs }: WaitsFor, safe: (text: string) => string): string {
  return askedMs === null ? safe(host) : `${safe(host)}, which asked for ${clock(Math.ceil(askedMs / 1000))}`
}

function laterText({ done, known }: ProgressFigures, later: LaterFigures, safe: (text: string) => string): string {
  const { failing, sample, leftMs, isUntilFine } = later
  const which = `${safe(sample)}${failing > 1 ? ` and ${count(failing - 1)} more` : ''}`
  const left = clock(Math.max(0, Math.ceil(leftMs / 1000)))
  const when = isUntilFine
    ? `asked again for ${left} at most`
    : leftMs > 0
      ? `asked once more in ${left}`
      : 'asked once more'
  return `${count(done)} of ${count(known)} · ${count(failing)} failing, ${when} · ${which}`
}

/** Of a file that is not read to its end, by the part that is. */
function estimatedTotal({ known, inputEnded, readShare, knownFromShare: from }: ProgressFigures): number | null {
  if (inputEnded) return known
  return readShare === null || readShare <= from ? null : Math.round((known * (1 - from)) / (readShare - from))
}

function percentage({ done, inputEnded, known }: ProgressFigures, total: number | null): string {
  if (total === null || total < MANY || (inputEnded && known === done)) return ''
  const share = (100 * done) / total
  return ` (${share < 10 ? share.toFixed(1) : Math.floor(share)} %)`
}

function rateText(perSecond: number): string {
  return `${perSecond >= 10 ? count(Math.round(perSecond)) : perSecond.toFixed(1)}/s`
}

function clock(seconds: number): string {
  if (seconds < 100) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 100 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}
