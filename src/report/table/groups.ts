// Failures of a long list, grouped by what is wrong and host, so that a dead host is one entry and not a thousand rows.
// Memory is bounded: so many groups, three samples each; hosts beyond that share a group by what is wrong.

import type { Verdict } from '../../words/verdict.js'
import { joinLines } from '../escape.js'
import { count } from './count.js'
import { labelOf, troubleOf, urlOf } from './row.js'
import { place, SECTIONS, titleLines } from './sections.js'
import { cutMiddle, padEnd, textWidth, wrapText } from './text-width.js'
import type { Theme } from './theme.js'

/** Groups by host that are kept; three samples of 300 characters each make this a few MB at most. */
const GROUPS_MAX = 1000
const SAMPLES = 3
/** Groups of this size or smaller, of the same trouble, are shown as one over several hosts. */
const SMALL = 3
/** Entries shown for a section; the rest is counted. */
const SHOWN = 20
const INDENT = ' '.repeat(10)

/** Collects failures and prints them at the end. */
export interface Groups {
  add(verdict: Verdict): void
  /** All sections, a blank line before the first; '' when nothing failed. */
  text(): string
}

interface Group {
  readonly section: number
  readonly label: string
  readonly trouble: string
  readonly outcome: Verdict['outcome']
  readonly hint: string | null
  /** '' for a group over several hosts. */
  readonly host: string
  /** Hosts in it; null when they were not counted. */
  readonly hosts: number | null
  readonly samples: readonly Sample[]
  count: number
}

interface Sample {
  readonly place: string
  readonly url: string
}

/** An empty collection. */
export function createGroups(theme: Theme): Groups {
  const groups = new Map<string, Group & { samples: Sample[] }>()
  const totals = SECTIONS.map(() => 0)

  const groupOf = (verdict: Verdict, section: number) => {
    const label = labelOf(verdict)
    const trouble = theme.clean(troubleOf(verdict))
    const own = `${section} ${label} ${trouble} ${verdict.host}`
    const found = groups.get(own)
    if (found !== undefined) return found
    const isFull = groups.size >= GROUPS_MAX
    // A server's own phrase is not part of the key here, or a hostile list could still make groups without end.
    const key = isFull ? `${section} ${label} ${verdict.kind.startsWith('local.') ? 'local' : verdict.kind}` : own
    const group = groups.get(key) ?? {
      section,
      label,
      trouble: detach(trouble),
      outcome: verdict.outcome,
      hint: verdict.hint === null ? null : detach(theme.clean(verdict.hint)),
      host: isFull ? '' : detach(theme.clean(verdict.host)),
      hosts: isFull ? null : 1,
      samples: [],
      count: 0,
    }
    groups.set(key, group)
    return group
  }

  return {
    add(verdict) {
      const section = SECTIONS.findIndex((one) => one.has(verdict))
      if (section === -1) return
      totals[section]!++
      const group = groupOf(verdict, section)
      group.count++
      if (group.samples.length < SAMPLES) {
        group.samples.push({ place: detach(place(verdict, theme)), url: detach(theme.clean(urlOf(verdict))) })
      }
    },
    text() {
      const lines = SECTIONS.flatMap((section, at) => {
        const total = totals[at]!
        if (total === 0) return []
        const own = [...groups.values()].filter((group) => group.section === at)
        return [...titleLines(section, count(total), theme), ...entries(mergeSmall(own), theme)]
      })
      return lines.length === 0 ? '' : `\n${joinLines(lines)}`
    },
  }
}

/** Many hosts with a failure or two each are one entry by what is wrong; biggest entries first. */
function mergeSmall(groups: readonly Group[]): Group[] {
  const merged: Group[] = []
  const smallByTrouble = new Map<string, Group[]>()
  for (const group of groups) {
    if (group.count > SMALL || group.hosts === null) {
      merged.push(group)
      continue
    }
    const key = `${group.label} ${group.trouble}`
    smallByTrouble.set(key, [...(smallByTrouble.get(key) ?? []), group])
  }
  for (const small of smallByTrouble.values()) {
    if (small.length === 1) merged.push(small[0]!)
    else {
      merged.push({
        ...small[0]!,
        host: '',
        hosts: small.length,
        count: small.reduce((sum, group) => sum + group.count, 0),
        samples: small.flatMap((group) => group.samples).slice(0, SAMPLES),
      })
    }
  }
  return merged.sort((a, b) => b.count - a.count)
}

function entries(groups: readonly Group[], theme: Theme): string[] {
  const shown = groups.slice(0, SHOWN)
  const widest = Math.max(0, ...shown.flatMap((group) => group.samples.map((sample) => textWidth(sample.place))))
  const lines = shown.flatMap((group) => entry(group, widest, theme))
  const rest = groups.slice(SHOWN)
  if (rest.length === 0) return lines
  const more = rest.reduce((sum, group) => sum + group.count, 0)
  return [...lines, `  and ${count(more)} more of ${rest.length} other sorts and hosts`]
}

function entry(group: Group, widest: number, theme: Theme): string[] {
  const label = theme.paint[group.outcome](group.label) + ' '.repeat(Math.max(0, 8 - group.label.length))
  const often = group.count === 1 ? '' : `  ${theme.times}${count(group.count)}`
  const title = `${group.trouble}${whereOf(group)}${often}`
  const width = theme.columns === null ? null : theme.columns - INDENT.length
  const [first, ...others] = wrapText(title, width)
  const hint = group.hint === null ? [] : wrapText(group.hint, width).map((line) => INDENT + theme.dim(line))
  const samples = group.samples.map(({ place: where, url }) => {
    const prefix = widest === 0 ? INDENT : `${INDENT}${padEnd(where, widest)}  `
    return (
      prefix +
      (theme.columns === null ? url : cutMiddle(url, Math.max(16, theme.columns - prefix.length), theme.ellipsis))
    )
  })
  const more =
    group.count > group.samples.length ? [`${INDENT}and ${count(group.count - group.samples.length)} more`] : []
  return [`  ${label}${first}`, ...others.map((line) => INDENT + line), ...hint, ...samples, ...more]
}

function whereOf(group: Group): string {
  if (group.hosts === null) return ', other hosts'
  if (group.hosts > 1) return `, ${count(group.hosts)} hosts`
  return group.host === '' ? '' : ` on ${group.host}`
}

/** A copy that does not keep alive the piece of input that it was cut from. */
function detach(text: string): string {
  return Buffer.from(text).toString()
}
