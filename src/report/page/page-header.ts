// What the run was and how it ended, in words: for somebody who was not there.

import { hideSecrets, shorten } from '../../words/hide-secrets.js'
import type { RunDescription } from '../../words/output.js'
import type { ReportedSummary } from '../../words/summary.js'
import { earlyEnd, headline } from '../headline.js'
import { plainDuration } from '../table/duration.js'
import { html } from './html.js'

export const MARKS = { failed: '✗', inconclusive: '?', ok: '✓' } as const

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
]
const NAME_MAX = 120

export interface HeaderFacts {
  readonly summary: ReportedSummary
  readonly about: RunDescription | undefined
  /** Some lines or rules had expectations of their own. */
  readonly hasOwnRules: boolean
}

/** Headline, one line of facts, and notes where something has to be known. */
export function pageHeader(facts: HeaderFacts): string {
  const { summary, about } = facts
  const { state, text } = headline(summary)
  const meta = [
    ...(about === undefined ? [] : [html(listName(about.inputs))]),
    startedAt(summary.startedAt),
    `took ${unbroken(plainDuration(summary.durationMs))}`,
    ...(about === undefined || about.accept === null
      ? []
      : [`fine means ${fineMeans(about, about.accept, facts.hasOwnRules)}`]),
  ]
  const early = earlyEnd(summary)
  const note = early === null ? '' : `<p class="early" role="note">${html(early)}</p>`
  const notices = summary.notices.map((notice) => `<li>${html(sentence(notice))}</li>`).join('')
  const list = notices === '' ? '' : `<ul class="notices">${notices}</ul>`
  const title = `<h1><span class="mark" aria-hidden="true">${MARKS[state]}</span> <span>${text}</span></h1>`
  return `<header class="top ${state}">${title}<p class="meta">${meta.join(' · ')}</p>${note}${list}</header>`
}

/** `links.txt`, `a.txt, b.txt and 3 more`. */
export function listName(inputs: readonly string[]): string {
  const names = inputs.map((name) =>
    name === '-' ? 'stdin' : shorten(hideSecrets(shorten(name), 'written'), NAME_MAX),
  )
  if (names.length > 1 && inputs.every((name) => /^https?:/i.test(name))) return `${names.length} URLs`
  if (names.length <= 3) return names.join(', ')
  return `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`
}

/** `200–299, an answer within 500 ms, and what the list says of some lines`. */
function fineMeans({ expectations }: RunDescription, accept: string, hasOwnRules: boolean): string {
  const ranges = accept.replaceAll('-', '–').replaceAll(',', ', ')
  const own = hasOwnRules ? [', or what is said of a line or a host'] : []
  return [unbroken(html(ranges)), ...expectations.map((text) => `, ${html(text)}`), ...own].join('')
}

/** `25 November 2026, 22:36 UTC` of a date in RFC 3339. */
function startedAt(date: string): string {
  const [, year, month, day, time] = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)/.exec(date) ?? []
  const name = MONTHS[Number(month) - 1]
  return name === undefined ? html(date) : unbroken(`${Number(day)} ${name} ${year}, ${time} UTC`)
}

function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`
}

function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00a0')
}
