// What failed and what could not be judged, a sort of trouble each: readable without a script, and the way into the table.

import { grouped as count } from '../../words/counted.js'
import type { FailureGroup, FailureGroups, SectionName } from './failure-groups.js'
import { filterLink, html, isWebAddress, link } from './html.js'
import type { Row } from './page-row.js'

/** Sorts shown of a list; what is rarer is counted. */
const GROUPS_SHOWN = 40
const WORST_HOSTS = 3
/** Fewer on one host are no pattern. */
const WORST_MIN = 4

interface Section {
  readonly name: SectionName
  readonly title: string
  readonly small: string
  /** Behind the colour of its labels. */
  readonly outcome: 'failed' | 'inconclusive' | 'ok'
  readonly filter: Readonly<Record<string, string>>
  /** Nothing in it is opened: who knows them need not read them again. */
  readonly isFolded?: boolean
}

const LISTS: readonly Section[] = [
  {
    name: 'new',
    title: 'New failures',
    small: 'not in the baseline, most first',
    outcome: 'failed',
    filter: { outcome: 'failed', change: 'new-failure' },
  },
  {
    name: 'failed',
    title: 'What failed',
    small: 'by reason, most first',
    outcome: 'failed',
    filter: { outcome: 'failed' },
  },
  {
    name: 'undecided',
    title: 'Failed, and could not be judged before',
    small: '',
    outcome: 'failed',
    filter: { outcome: 'failed', change: 'changed' },
  },
  {
    name: 'inconclusive',
    title: 'What could not be judged',
    small: 'the server refused this checker, or this machine had trouble; the page may be fine',
    outcome: 'inconclusive',
    filter: { outcome: 'inconclusive' },
  },
  {
    name: 'fixed',
    title: 'Fixed',
    small: 'failed in the baseline and is fine now',
    outcome: 'ok',
    filter: { outcome: 'ok', change: 'fixed' },
    isFolded: true,
  },
  {
    name: 'known',
    title: 'Known failures',
    small: 'failed in the baseline too',
    outcome: 'failed',
    filter: { outcome: 'failed', change: 'still-failing' },
    isFolded: true,
  },
]

/** All lists that have something in them. */
export function failureLists(groups: FailureGroups): string {
  return LISTS.map((section) => list(section, groups.of(section.name))).join('')
}

function list(section: Section, groups: readonly FailureGroup[]): string {
  if (groups.length === 0) return ''
  const rest = groups.slice(GROUPS_SHOWN)
  const more = rest.reduce((sum, group) => sum + group.count, 0)
  const tail = more === 0 ? '' : `<p class="meta">and ${count(more)} more of ${count(rest.length)} other sorts</p>`
  const shown = groups.slice(0, GROUPS_SHOWN).map((group, at) => entry(section, group, at === 0))
  const small = section.small === '' ? '' : ` <small>${section.small}</small>`
  return `<section data-list="${section.name}"><h2>${section.title}${small}</h2><div class="groups">${shown.join('')}</div>${tail}</section>`
}

function entry(section: Section, group: FailureGroup, isFirst: boolean): string {
  const filter = { ...section.filter, status: group.label, kind: group.kind }
  const all =
    group.count > group.samples.length
      ? `<p><a hidden data-needs-script href="${filterLink(filter)}">Show all ${count(group.count)} in the table</a></p>`
      : ''
  const trouble = group.trouble.charAt(0).toUpperCase() + group.trouble.slice(1)
  const title = `<span class="tag ${section.outcome}">${html(group.label)}</span> <span class="why">${html(trouble)}${where(group)}</span> <span class="often">${count(group.count)}</span>`
  const inside = `${hint(group.hint)}${hint(worst(group))}<ul>${group.samples.map((row) => sample(row, group)).join('')}</ul>${all}`
  return `<details${isFirst && section.isFolded !== true ? ' open' : ''}><summary>${title}</summary><div class="inside">${inside}</div></details>`
}

function hint(text: string): string {
  return text === '' ? '' : `<p class="hint">${html(text)}</p>`
}

function where({ hosts, hasMoreHosts }: FailureGroup): string {
  const [first] = hosts
  if (hasMoreHosts) return ` <span class="where">on more than ${count(hosts.length)} hosts</span>`
  if (first === undefined || (hosts.length === 1 && first[0] === '')) return ''
  const text = hosts.length === 1 ? html(first[0]) : `${count(hosts.length)} hosts`
  return ` <span class="where">on ${text}</span>`
}

/** `Most on a.example (4,310), b.example (17)`. */
function worst({ hosts }: FailureGroup): string {
  if (hosts.length < 2 || hosts[0]![1] < WORST_MIN) return ''
  const named = hosts.slice(0, WORST_HOSTS).filter(([host, often]) => host !== '' && often > 1)
  return `Most on ${named.map(([host, often]) => `${host} (${count(often)})`).join(', ')}`
}

/** A URL with its line; below it what is said of this one and not of the whole group. */
function sample(row: Row, group: FailureGroup): string {
  const at = row.line === null ? '' : `<span class="unseen">line </span>${row.line}`
  const url = row.url === '' ? row.written : row.url
  const shown = isWebAddress(row.written) ? row.written : url
  const isSaid = row.outcome === 'ok' || row.reason.toLowerCase().includes(group.trouble.toLowerCase())
  const note = isSaid ? '' : ` <span class="note">${html(row.reason)}</span>`
  return `<li><span class="at">${at}</span> <span>${row.isWhole ? link(url, shown) : html(shown)}${note}</span></li>`
}
