// A row, closed or open. Everything in it is text; a link is a link only where it leads to the web.

import { escapeText } from '../../escape.js'
import { humanDuration } from '../../table/duration.js'
import { shortTarget } from '../../table/short-target.js'
import type { Row } from '../page-row.js'
import { element } from './element.js'
import { rowDetails } from './row-details.js'

/** The most of a URL that a closed row shows; open, it shows all. */
const URL_SHOWN = 2000

export interface RowState {
  /** Its place among the rows that are shown. */
  readonly at: number
  readonly isOpen: boolean
  readonly toggle: () => void
}

/** A row of the table; the button in it opens it. */
export function rowElement(row: Row, { at, isOpen, toggle }: RowState): HTMLElement {
  const shown = shownUrl(row)
  const [, scheme = '', rest = shown] = /^(https?:\/\/)(.*)$/is.exec(shown) ?? []
  const button = element(
    'button',
    { type: 'button', 'aria-expanded': `${isOpen}`, title: visible(row.url || row.written), click: toggle },
    [element('bdi', {}, [element('span', { class: 'scheme' }, scheme), visible(rest)])],
  )
  const cells = [
    element('div', { role: 'cell', class: 'status' }, element('span', { class: `tag ${row.outcome}` }, row.label)),
    element('div', { role: 'cell', class: 'url' }, button),
    element('div', { role: 'cell', class: 'note' }, noteParts(row)),
    element('div', { role: 'cell', class: 'time' }, row.durationMs === null ? '' : humanDuration(row.durationMs)),
    element('div', { role: 'cell', class: 'line' }, row.line === null ? '' : `${row.line}`),
    isOpen ? element('div', { role: 'cell', class: 'more' }, rowDetails(row)) : null,
  ]
  const attributes = { role: 'row', 'aria-rowindex': at + 2, 'data-index': at }
  return element('div', { class: `row ${row.outcome}${isOpen ? ' open' : ''}`, ...attributes }, cells)
}

/** As it stands in the list where that is a URL: an encoded path is nothing to recognise. */
export function shownUrl(row: Row): string {
  return /^https?:\/\//i.test(row.written) || row.url === '' ? row.written : row.url
}

function noteParts(row: Row): (string | Node)[] {
  const badge =
    row.change === 'new-failure' || row.change === 'fixed'
      ? [element('span', { class: `badge ${row.outcome}` }, row.change === 'fixed' ? 'fixed' : 'new'), ' ']
      : []
  const parts = [noteText(row), row.attempts > 1 ? `after ${row.attempts} tries` : ''].filter(Boolean)
  return [...badge, visible(parts.join(', '))]
}

function noteText(row: Row): string {
  if (row.outcome === 'ok') {
    if (row.isRedirected) return `→\u00a0${shortTarget(row.url, row.finalUrl)}`
    return row.status >= 200 && row.status <= 299 ? '' : `${withoutStatus(row)} (accepted)`.trimStart()
  }
  return withoutStatus(row)
}

/** The label beside it says the number. */
function withoutStatus({ reason, label }: Row): string {
  return reason.startsWith(`${label} `) ? reason.slice(label.length + 1) : reason
}

function visible(text: string): string {
  return escapeText(text, URL_SHOWN)
}
