// The last lines of the table: how many of what, which answers, how fast, where every line went, and what to do next.

import { grouped as count } from '../../words/counted.js'
import type { LineAccount, ReportedSummary } from '../../words/summary.js'
import { joinLines } from '../escape.js'
import { humanDuration } from './duration.js'
import { type Labelled, labelled } from './labelled.js'
import { textWidth } from './text-width.js'
import type { Theme } from './theme.js'

/** The right edge of the first line where the terminal is wider, or none. */
const WIDTH = 76
const LABEL_WIDTH = 9
/** Different status codes shown; more is for a file. */
const STATUSES_SHOWN = 16
/** Fewer answers say nothing about the slowest hundredth. */
const P99_MIN = 100

/** The parts of the account of lines, in their order. */
export const LINE_WORDS: readonly (readonly [keyof LineAccount, string])[] = [
  ['checked', 'checked'],
  ['invalid', 'invalid'],
  ['duplicate', 'duplicate'],
  ['excluded', 'excluded'],
  ['otherShard', 'in other shards'],
  ['notAsked', 'not asked'],
  ['blank', 'blank or comment'],
]

/** The block of totals with a blank line before it; `next` is a suggestion, null for none. */
export function totals(summary: ReportedSummary, next: string | null, theme: Theme): string {
  const blocks: readonly Labelled[] = [
    { label: 'answers', parts: answers(summary, theme), separator: '  ' },
    { label: 'baseline', parts: changes(summary), separator: ` ${theme.dot} ` },
    { label: 'moved', parts: redirects(summary), separator: ', ' },
    { label: 'time', parts: times(summary), separator: ', ' },
    { label: 'lines', parts: linesOf(summary.lines) },
    { label: 'ended', parts: ended(summary) },
    ...summary.notices.map((notice) => ({ label: 'note', parts: theme.clean(notice).split(' ') })),
    { label: 'next', parts: next === null ? [] : next.split(' ') },
  ]
  return `\n${joinLines([...heading(summary, theme), ...blocks.flatMap((block) => labelled(block, LABEL_WIDTH, theme))])}`
}

function heading(summary: ReportedSummary, theme: Theme): string[] {
  const parts = (['ok', 'failed', 'inconclusive', 'skipped'] as const)
    .filter((outcome) => summary[outcome] > 0)
    .map((outcome) => `${count(summary[outcome])} ${outcome}`)
  const left = parts.length === 0 ? 'nothing checked' : parts.join(` ${theme.dot} `)
  const urls = `${count(summary.verdicts)} ${summary.verdicts === 1 ? 'URL' : 'URLs'}`
  const right = `${urls} in ${humanDuration(summary.durationMs)}, exit code ${summary.exitCode}`
  const room = Math.min(WIDTH, theme.columns ?? WIDTH) - textWidth(left) - right.length
  return room >= 2 ? [left + ' '.repeat(room) + right] : [left, right]
}

function answers(summary: ReportedSummary, theme: Theme): string[] {
  const statuses = Object.entries(summary.statuses)
  const shown = statuses.slice(0, STATUSES_SHOWN).map(([status, often]) => `${status} ${theme.times}${count(often)}`)
  const others = statuses.slice(STATUSES_SHOWN).reduce((sum, [, often]) => sum + often, 0)
  if (others > 0) shown.push(`others ${theme.times}${count(others)}`)
  if (summary.noAnswer > 0) shown.push(`no answer ${theme.times}${count(summary.noAnswer)}`)
  return shown
}

/** `37 fine ones are redirected, 35 of them for good: the list could name the new address`. */
function redirects({ redirected, redirectedForGood: forGood }: ReportedSummary): string[] {
  if (redirected === 0) return []
  return [`${count(redirected)} redirected`, ...(forGood === 0 ? [] : [`${count(forGood)} for good`])]
}

function changes({ baseline }: ReportedSummary): string[] {
  if (baseline === null) return []
  const parts: readonly (readonly [number | null, string])[] = [
    [baseline.new, 'new'],
    [baseline.stillFailing, 'still failing'],
    [baseline.fixed, 'fixed'],
    [baseline.gone, 'gone'],
  ]
  const shown = parts.flatMap(([often, word]) => (often === null || often === 0 ? [] : [`${count(often)} ${word}`]))
  return shown.length === 0 ? ['as before'] : shown
}

function times({ statuses, timeMs }: ReportedSummary): string[] {
  const answered = Object.values(statuses).reduce((sum, often) => sum + often, 0)
  if (timeMs === null || answered < 2) return []
  const parts = [`half within ${humanDuration(timeMs.p50)}`, `9 in 10 within ${humanDuration(timeMs.p90)}`]
  if (answered >= P99_MIN) parts.push(`99 in 100 within ${humanDuration(timeMs.p99)}`)
  return parts
}

function linesOf(lines: LineAccount | null): string[] {
  if (lines === null) return ['unknown']
  if (lines.total === 0) return []
  const parts = LINE_WORDS.filter(([name]) => lines[name] > 0).map(([name, word]) => `${count(lines[name])} ${word}`)
  return [count(lines.total), '=', ...parts.flatMap((part, at) => (at === 0 ? [part] : [`+ ${part}`]))]
}

function ended({ unfinished }: ReportedSummary): string[] {
  switch (unfinished) {
    case null:
      return []
    case 'interrupted':
      return ['early: interrupted']
    case 'input-broke':
      return ['early: the input broke; what was read is reported']
    case 'time-limit':
      return ['early: --time-limit is over']
    case 'bail':
      return ['early: --bail is reached']
    case 'output-failed':
      return ['early: no output is left that keeps rows']
    case 'queue-broke':
      return ['early: the queue broke']
  }
}
