// The share bar and the counts below it. Widths and colours are attributes: a viewer that forbids styles shows them too.

import { grouped as count } from '../../words/counted.js'
import type { ReportedSummary } from '../../words/summary.js'
import { filterLink } from './html.js'
import { PALETTE } from './palette.js'

/** Of the bar's hundred; thinner parts are not seen. */
const PART_MIN = 0.7
const GAP = 0.15

interface Part {
  readonly name: 'failed' | 'inconclusive' | 'skipped' | 'ok'
  readonly count: number
  readonly words: string
  readonly filter: Readonly<Record<string, string>>
}

/** One bar for the run, and each outcome as a link to its rows. */
export function pageCounts(summary: ReportedSummary): string {
  const parts = partsOf(summary)
  if (summary.verdicts === 0) return ''
  const changes = summary.baseline === null ? [] : changesOf(summary.baseline)
  const list = [...parts, ...changes].map((part) => tile(part, summary.verdicts)).join('')
  return `${shareBar(parts)}<ul class="tiles" aria-label="Counts">${list}</ul>`
}

function partsOf({ failed, inconclusive, ok, skipped }: ReportedSummary): readonly Part[] {
  const parts: readonly Part[] = [
    { name: 'failed', count: failed, words: 'failed', filter: { outcome: 'failed' } },
    { name: 'inconclusive', count: inconclusive, words: 'could not be judged', filter: { outcome: 'inconclusive' } },
    { name: 'ok', count: ok, words: 'fine', filter: { outcome: 'ok' } },
    { name: 'skipped', count: skipped, words: 'not asked', filter: { outcome: 'skipped' } },
  ]
  return parts.filter((part) => part.count > 0)
}

/** How the run differs from its baseline; what is gone has no rows to show. */
function changesOf(baseline: NonNullable<ReportedSummary['baseline']>): readonly Part[] {
  const parts: readonly Part[] = [
    { name: 'failed', count: baseline.new, words: 'new', filter: { change: 'new-failure' } },
    { name: 'failed', count: baseline.stillFailing, words: 'known', filter: { change: 'still-failing' } },
    { name: 'ok', count: baseline.fixed, words: 'fixed', filter: { change: 'fixed' } },
    { name: 'skipped', count: baseline.gone ?? 0, words: 'no longer in the list', filter: {} },
  ]
  return parts.filter((part) => part.count > 0)
}

function tile({ name, count: often, words, filter }: Part, total: number): string {
  const isShare = 'outcome' in filter
  const share = isShare ? ` <small>${percent(often, total)}</small>` : ''
  const text = `<b>${count(often)}</b> <span>${words}</span>${share}`
  const shown =
    Object.keys(filter).length === 0
      ? `<span class="plain">${text}</span>`
      : `<a href="${filterLink(filter)}">${text}</a>`
  return `<li class="${name}${isShare ? '' : ' change'}" data-count="${isShare ? name : words}">${shown}</li>`
}

/** `4.8 %`; what is there is never 0, and what is not all is never 100. */
function percent(often: number, total: number): string {
  if (often === total) return '100 %'
  const tenths = Math.round((1000 * often) / total)
  if (tenths === 0) return '&lt; 0.1 %'
  return `${(Math.min(tenths, 999) / 10).toFixed(1)} %`
}

function shareBar(parts: readonly Part[]): string {
  const all = parts.reduce((sum, part) => sum + part.count, 0)
  const widths = parts.map((part) => Math.max(PART_MIN, (100 * part.count) / all))
  const scale = 100 / widths.reduce((sum, width) => sum + width, 0)
  let x = 0
  const rects = parts.map(({ name }, at) => {
    const width = widths[at]! * scale
    const rect = `<rect class="${name}" fill="${PALETTE[name]}" x="${x.toFixed(2)}" width="${Math.max(0.1, width - GAP).toFixed(2)}" height="4"/>`
    x += width
    return rect
  })
  return `<svg class="share" width="100%" height="16" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">${rects.join('')}</svg>`
}
