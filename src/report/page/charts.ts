// What answered and how fast, as bars and a table. Drawn with attributes only, see palette.ts.

import { grouped as count } from '../../words/counted.js'
import type { ReportedSummary } from '../../words/summary.js'
import { humanDuration } from '../table/duration.js'
import type { AnswerTimes, HostTimes, TimeBar } from './answer-times.js'
import { filterLink, html } from './html.js'
import { PALETTE } from './palette.js'

const STATUSES_SHOWN = 12
const HOSTS_SHOWN = 8
/** Fewer answers say nothing about how fast a list is, or about its slowest hundredth. */
const TIMED_MIN = 20
const P99_MIN = 100
/** Of the bar's hundred; thinner ones are not seen. */
const BAR_MIN = 0.6

const CLASS_WORDS: Readonly<Record<string, string>> = {
  '2': '2xx delivered',
  '3': '3xx redirect',
  '4': '4xx not found, refused',
  '5': '5xx server error',
}

export interface ChartFacts {
  readonly summary: ReportedSummary
  readonly times: AnswerTimes
}

/** All cards; '' when nothing was asked. */
export function charts(facts: ChartFacts): string {
  const { summary, times } = facts
  const answered = Object.values(summary.statuses).reduce((sum, often) => sum + often, 0)
  if (answered + summary.noAnswer === 0) return ''
  const cards = [answers(facts)]
  if (answered >= TIMED_MIN) {
    const hosts = times.slowestHosts(HOSTS_SHOWN)
    cards.push(timeToAnswer(times.bars(), summary.timeMs, answered))
    if (hosts.length > 1) cards.push(slowestHosts(hosts))
  }
  return `<section data-list="answers"><h2>Answers and times</h2><div class="cards">${cards.join('')}</div></section>`
}

function answers({ summary }: ChartFacts): string {
  const classes = new Map<string, number>()
  for (const [status, often] of Object.entries(summary.statuses)) {
    const name = status.charAt(0)
    classes.set(name, (classes.get(name) ?? 0) + often)
  }
  const bars: Bar[] = [...classes].sort().map(([name, often]) => ({
    words: CLASS_WORDS[name] ?? `${name}xx`,
    count: often,
    colour: name === '2' ? 'ok' : name < '4' ? 'bar' : 'failed',
  }))
  if (summary.noAnswer > 0) bars.push({ words: 'no answer', count: summary.noAnswer, colour: 'failed' })
  const statuses = Object.entries(summary.statuses)
  const shown = statuses.slice(0, STATUSES_SHOWN).map(([status, often]) => `${status} ×${count(often)}`)
  const others = statuses.slice(STATUSES_SHOWN).reduce((sum, [, often]) => sum + often, 0)
  if (others > 0) shown.push(`others ×${count(others)}`)
  const list = shown.length === 0 ? '' : `<p>${shown.join(' · ')}</p>`
  return card('Answers', `${barList(bars)}${list}${redirects(summary.redirected, summary.redirectedForGood)}`)
}

/** `37 of the fine ones are redirected, 35 of them for good: the list could name the new address`. */
function redirects(redirected: number, forGood: number): string {
  if (redirected === 0) return ''
  const isOne = redirected === 1
  const linked = `<a href="${filterLink({ outcome: 'redirected' })}">${count(redirected)} of the fine ones ${isOne ? 'is' : 'are'} redirected</a>`
  if (forGood === 0) return `<p>${linked}</p>`
  const part = forGood < redirected ? `${count(forGood)} of them ` : isOne ? '' : 'all of them '
  return `<p>${linked}, ${part}for good: the list could name the new address${forGood === 1 ? '' : 'es'}</p>`
}

function timeToAnswer(bars: readonly TimeBar[], time: ReportedSummary['timeMs'], answered: number): string {
  const list = barList(bars.map((bar) => ({ words: rangeOf(bar), count: bar.count, colour: 'bar' })))
  if (time === null) return card('Time to answer', list)
  const parts = [`Half within ${humanDuration(time.p50)}`, `9 in 10 within ${humanDuration(time.p90)}`]
  if (answered >= P99_MIN) parts.push(`99 in 100 within ${humanDuration(time.p99)}`)
  return card('Time to answer', `${list}<p>${parts.join(', ')}</p>`)
}

function slowestHosts(hosts: readonly HostTimes[]): string {
  const rows = hosts.map(({ host, count: often, p50Ms, p90Ms }) => {
    const name = `<a href="${filterLink({ host, sort: '-time' })}" title="${html(host)}">${html(host)}</a>`
    return `<tr><td>${name}</td><td>${count(often)}</td><td>${humanDuration(p50Ms)}</td><td>${humanDuration(p90Ms)}</td></tr>`
  })
  const heads = ['Host', 'Answers', 'half in', '9 in 10 in'].map((name) => `<th scope="col">${name}</th>`)
  return card(
    'Slowest hosts',
    `<table><thead><tr>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`,
  )
}

function card(title: string, inside: string): string {
  return `<div class="card"><h3>${title}</h3>${inside}</div>`
}

interface Bar {
  readonly words: string
  readonly count: number
  readonly colour: 'ok' | 'failed' | 'bar'
}

function barList(bars: readonly Bar[]): string {
  const max = Math.max(...bars.map((bar) => bar.count))
  const items = bars.map(({ words, count: often, colour }) => {
    const width = often === 0 ? 0 : Math.max(BAR_MIN, (100 * often) / max)
    const svg = `<svg width="100%" height="14" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="${colour}" fill="${PALETTE[colour]}" width="${width.toFixed(1)}" height="10"/></svg>`
    return `<dt>${words}</dt><dd class="track">${svg}</dd><dd class="number">${count(often)}</dd>`
  })
  return `<dl class="bars">${items.join('')}</dl>`
}

/** `under 20 ms`, `100 – 200 ms`, `10 s and more`. */
function rangeOf({ fromMs, toMs }: TimeBar): string {
  if (fromMs === 0) return `under ${edge(toMs)}`
  if (toMs === Number.POSITIVE_INFINITY) return `${edge(fromMs)} and more`
  const isSameUnit = fromMs >= 1000 === toMs >= 1000
  return `${isSameUnit ? edge(fromMs).split(' ')[0] : edge(fromMs)} – ${edge(toMs)}`
}

function edge(ms: number): string {
  return ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`
}
