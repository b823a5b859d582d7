// The filters above the table and what they say: from the controls to a filter and back.

import { grouped as count } from '../../../words/counted.js'
import type { PageFacts } from '../page-facts.js'
import type { Row } from '../page-row.js'
import { byId, element } from './element.js'
import { type Filter, isNarrowed, NO_FILTER } from './filter.js'

/** Hosts to choose from; a row or the search finds the others. Each costs an element. */
const HOSTS_MAX = 300
/** After the last key. */
const TYPING_MS = 80

const CHOICES = ['outcome', 'change', 'status', 'host'] as const

export interface Tools {
  /** Shows a filter in the controls, and how many rows it found. */
  tell(filter: Filter, found: number): void
}

export interface ToolsRequest {
  readonly rows: readonly Row[]
  readonly facts: PageFacts
  readonly current: () => Filter
  readonly onChange: (filter: Filter) => void
}

export function createTools({ rows, facts, current, onChange }: ToolsRequest): Tools {
  const search = byId<HTMLInputElement>('q')
  const selects = CHOICES.flatMap((name) => {
    const found = document.getElementById(name)
    return found === null ? [] : [{ name, select: found as HTMLSelectElement }]
  })
  fill(
    byId('status'),
    counted(rows, (row) => row.label).sort(([a], [b]) => (a < b ? -1 : 1)),
  )
  fill(
    byId('host'),
    counted(rows, (row) => row.host)
      .sort(([, a], [, b]) => b - a)
      .slice(0, HOSTS_MAX),
  )

  let timer = 0
  const take = () => {
    clearTimeout(timer)
    onChange({ ...current(), q: search.value })
  }
  search.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(take, TYPING_MS)
  })
  search.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') take()
  })
  for (const { name, select } of selects)
    select.addEventListener('change', () => onChange({ ...current(), [name]: select.value }))
  byId('clear').addEventListener('click', () => {
    onChange({ ...NO_FILTER, sort: current().sort })
    search.focus()
  })
  for (const head of heads()) {
    const name = head.dataset.sort!
    head
      .querySelector('button')!
      .addEventListener('click', () => onChange({ ...current(), sort: nextSort(current().sort, name) }))
  }
  addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    search.focus()
    search.select()
  })
  return {
    tell(filter, found) {
      byId('count').textContent = countText(filter, found, facts)
      byId('clear').hidden = !isNarrowed(filter)
      if (search.value !== filter.q) search.value = filter.q
      for (const { name, select } of selects) choose(select, filter[name])
      for (const head of heads()) head.setAttribute('aria-sort', orderOf(filter.sort, head.dataset.sort!))
    },
  }
}

function heads(): readonly HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-sort]')]
}

function counted(rows: readonly Row[], get: (row: Row) => string): [string, number][] {
  const counts = new Map<string, number>()
  for (const row of rows) counts.set(get(row), (counts.get(get(row)) ?? 0) + 1)
  return [...counts].filter(([value]) => value !== '')
}

function fill(select: HTMLElement, values: readonly (readonly [string, number])[]): void {
  select.append(...values.map(([value, often]) => element('option', { value }, `${value} (${count(often)})`)))
}

/** A link may name what is no choice: a rare host, or one that has no rows here. */
function choose(select: HTMLSelectElement, value: string): void {
  if (value !== '' && ![...select.options].some((option) => option.value === value)) {
    select.append(element('option', { value }, value))
  }
  if (select.value !== value) select.value = value
}

/** First click: from the small end; second: from the other one; third: as it was. Slowest first for times. */
function nextSort(sort: string, name: string): string {
  const turns = name === 'time' ? ['-time', 'time', ''] : [name, `-${name}`, '']
  return turns[turns.indexOf(sort) + 1] ?? turns[0]!
}

function orderOf(sort: string, name: string): 'none' | 'ascending' | 'descending' {
  if (sort === name) return 'ascending'
  return sort === `-${name}` ? 'descending' : 'none'
}

function countText(filter: Filter, found: number, { isPart, total }: PageFacts): string {
  const isAll = !isNarrowed(filter)
  const here = isPart ? `${count(found)} rows` : `${count(total)} rows`
  const order = filter.sort === '' ? ', failures first, then as in the list' : ''
  const kind = filter.kind === '' ? '' : `, kind ${filter.kind}`
  if (isAll && isPart) return `${here} of this run's ${count(total)}${order}`
  if (isAll) return total === 1 ? '1 row' : `All ${here}${order}`
  return `${count(found)} of ${isPart ? 'the rows of this page' : here}${kind}`
}
