// Which rows are shown and in which order, and the same as the part of the address behind `#`, so that it can be sent to
// somebody. Pure.

import type { Row } from '../page-row.js'

/** By name as in the address; '' is no filter. `sort` is a column, with `-` before it from the other end. */
export interface Filter {
  readonly q: string
  readonly outcome: string
  readonly change: string
  readonly status: string
  readonly kind: string
  readonly host: string
  readonly sort: string
}

export const NO_FILTER: Filter = { q: '', outcome: '', change: '', status: '', kind: '', host: '', sort: '' }

const NAMES = Object.keys(NO_FILTER) as (keyof Filter)[]

/** Of a fragment such as `#outcome=failed&status=404`; what is unknown in it is passed over. */
export function parseFilter(fragment: string): Filter {
  const given = new URLSearchParams(fragment.replace(/^#/, ''))
  return Object.fromEntries(NAMES.map((name) => [name, given.get(name) ?? ''])) as unknown as Filter
}

/** The fragment without `#`; '' when nothing is filtered. */
export function filterText(filter: Filter): string {
  return new URLSearchParams(NAMES.filter((name) => filter[name] !== '').map((name) => [name, filter[name]])).toString()
}

/** Whether rows are left out, which an order does not. */
export function isNarrowed(filter: Filter): boolean {
  return NAMES.some((name) => name !== 'sort' && filter[name] !== '')
}

/** A list of rows to choose from. */
export interface Choosing {
  /** Places in the list of those that pass, in their order. */
  choose(filter: Filter): readonly number[]
}

export function createChoosing(rows: readonly Row[]): Choosing {
  const texts = rows.map((row) => searchText(row))
  const ranks = new Map<string, Uint32Array>()
  return {
    choose(filter) {
      const words = filter.q.toLowerCase().split(/\s+/).filter(Boolean)
      const found: number[] = []
      for (let at = 0; at < rows.length; at++) {
        if (matches(rows[at]!, filter) && words.every((word) => texts[at]!.includes(word))) found.push(at)
      }
      const [, isDown, column = ''] = /^(-?)(\w+)$/.exec(filter.sort) ?? []
      const keyOf = COLUMNS[column]
      if (keyOf === undefined) return found
      const rank = ranks.get(column) ?? rankRows(rows, keyOf)
      ranks.set(column, rank)
      const sign = isDown ? -1 : 1
      return found.sort((a, b) => sign * (rank[a]! - rank[b]!) || a - b)
    },
  }
}

function matches(row: Row, filter: Filter): boolean {
  if (filter.outcome === 'redirected') {
    if (row.outcome !== 'ok' || !row.isRedirected) return false
  } else if (filter.outcome !== '' && row.outcome !== filter.outcome) return false
  if (filter.change !== '' && row.change !== filter.change) return false
  if (filter.status !== '' && row.label !== filter.status) return false
  if (filter.kind !== '' && row.kind !== filter.kind) return false
  return filter.host === '' || row.host === filter.host
}

function searchText({ url, written, finalUrl, reason, source, line }: Row): string {
  const parts = [
    url,
    written === url ? '' : written,
    finalUrl === url ? '' : finalUrl,
    reason,
    `${source}:${line ?? ''}`,
  ]
  return parts.join(' ').toLowerCase()
}

/** What a column is sorted by; the line is the place in the list, also of several lists. */
const COLUMNS: Readonly<Record<string, (row: Row) => string | number>> = {
  status: (row) => row.label,
  url: (row) => row.url || row.written,
  note: (row) => row.reason,
  time: (row) => row.durationMs ?? -1,
  line: (row) => row.index,
}

/** The place of each row in an order, equal rows the same: sorted once, then numbers are compared. */
function rankRows(rows: readonly Row[], keyOf: (row: Row) => string | number): Uint32Array {
  const keys = rows.map(keyOf)
  const order = Uint32Array.from(keys, (_, at) => at)
  order.sort((a, b) => (keys[a]! < keys[b]! ? -1 : keys[a]! > keys[b]! ? 1 : 0))
  const rank = new Uint32Array(rows.length)
  let place = 0
  for (let n = 0; n < order.length; n++) {
    if (n > 0 && keys[order[n - 1]!] !== keys[order[n]!]) place = n
    rank[order[n]!] = place
  }
  return rank
}
