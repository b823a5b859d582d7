// What an open row shows: the way from the URL to its answer, where the time went, and the facts.

import { grouped as count } from '../../../words/counted.js'
import { escapeText } from '../../escape.js'
import { humanDuration } from '../../table/duration.js'
import { PHASES, type Row } from '../page-row.js'
import { bar, element } from './element.js'

const TEXT_MAX = 8192

export function rowDetails(row: Row): readonly HTMLElement[] {
  return [way(row), element('div', {}, [...phases(row), facts(row)])]
}

function way(row: Row): HTMLElement {
  const { hops } = row
  const title = hops.length === 0 ? 'Address' : hops.length === 1 ? '1 redirect' : `${hops.length} redirects`
  const steps = hops.map(([status, url]) => step(`${status}`, 'skipped', address(row, url)))
  const end = row.finalUrl === '' ? row.url : row.finalUrl
  const isEnd = hops.length === 0 || row.isRedirected
  const last = isEnd ? [step(row.label, row.outcome, address(row, end || row.written))] : []
  return element('div', {}, [
    element('h3', {}, title),
    element('ol', {}, [...steps, ...last]),
    row.hint === '' ? null : element('p', {}, visible(row.hint)),
  ])
}

function step(label: string, outcome: string, where: HTMLElement): HTMLElement {
  return element('li', {}, [element('span', { class: `tag ${outcome}` }, label), where])
}

/** A link; of what is no web address, or had a secret in it, only its text. */
function address(row: Row, url: string): HTMLElement {
  if (!/^https?:\/\//i.test(url) || !row.isWhole) return element('bdi', {}, visible(url))
  return element('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, element('bdi', {}, visible(url)))
}

/** One below the other, each where the one before it ended. */
function phases({ phasesMs }: Row): HTMLElement[] {
  const known = PHASES.flatMap((name, at) => {
    const ms = phasesMs?.[at] ?? 0
    return ms > 0 ? [{ name, ms }] : []
  })
  if (known.length === 0) return []
  const total = known.reduce((sum, { ms }) => sum + ms, 0)
  let from = 0
  const lines = known.flatMap(({ name, ms }) => {
    const drawn = bar((100 * from) / total, (100 * ms) / total)
    from += ms
    return [
      element('span', { class: 'phase' }, name),
      drawn,
      element('span', { class: 'phase-time' }, humanDuration(ms)),
    ]
  })
  return [element('h3', {}, 'Where the time went'), element('div', { class: 'waterfall' }, lines)]
}

function facts(row: Row): HTMLElement {
  const place = row.line === null ? 'argument' : `${row.source === '-' ? 'stdin' : row.source}:${row.line}`
  const list: readonly (readonly [string, string])[] = [
    ['Result', row.reason],
    ['Kind', row.kind],
    ['Line', place],
    ...(row.written === row.url ? [] : [['Written', row.written] as const]),
    ...(row.attempts > 1 ? [['Tries', `${row.attempts}`] as const] : []),
    ...(row.change === null ? [] : [['Baseline', CHANGE_WORDS[row.change]] as const]),
    ...row.facts,
    ...(row.contentLength === null ? [] : [['Size', `${count(row.contentLength)} bytes`] as const]),
  ]
  return element(
    'dl',
    {},
    list.map(([name, text]) => [element('dt', {}, visible(name)), element('dd', {}, visible(text))]),
  )
}

const CHANGE_WORDS = {
  'new-failure': 'a new failure',
  'still-failing': 'failed before too',
  fixed: 'fixed: it failed before',
  changed: 'could not be judged then or now',
  same: 'as before',
} as const

function visible(text: string): string {
  return escapeText(text, TEXT_MAX)
}
