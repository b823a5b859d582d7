// What is not fine in a long list, by what is wrong over all hosts, and under it the hosts that have most of it: a dead
// host is one entry and not a thousand rows. Memory is bounded: so many groups and hosts, three samples each.

import { grouped as count } from '../../words/counted.js'
import type { Verdict } from '../../words/verdict.js'
import { joinLines } from '../escape.js'
import { labelOf, shownUrlOf, troubleOf } from './row.js'
import { place, SECTIONS, titleLines } from './sections.js'
import { cutMiddle, padEnd, textWidth, wrapText } from './text-width.js'
import type { Theme } from './theme.js'

/** Sorts of trouble that are told apart. */
const GROUPS_MAX = 200
/** Hosts that are counted one by one, over all groups; each with three samples of some hundred characters. */
const HOSTS_MAX = 10_000
const SAMPLES = 3
/** A host with no more of it is not worth a line of its own. */
const FEW = 3
/** Hosts and groups shown; the rest is counted. */
const HOSTS_SHOWN = 3
const GROUPS_SHOWN = 20
const INDENT = ' '.repeat(10)

/** Collects failures and prints them at the end. */
export interface Groups {
  add(verdict: Verdict): void
  /** All sections, a blank line before the first; '' when nothing failed. */
  text(): string
}

interface Sample {
  readonly place: string
  readonly url: string
  /** What was expected and found; '' where the title says it. */
  readonly found: string
}

interface HostPart {
  readonly name: string
  readonly samples: Sample[]
  count: number
}

interface Group {
  readonly section: number
  readonly label: string
  readonly trouble: string
  readonly outcome: Verdict['outcome']
  /** Null where URLs have different ones. */
  hint: string | null
  readonly hosts: Map<string, HostPart>
  /** Of hosts that are not counted one by one. */
  readonly others: HostPart
  count: number
}

/** An empty collection. */
export function createGroups(theme: Theme): Groups {
  const groups = new Map<string, Group>()
  const totals = SECTIONS.map(() => 0)
  let hostsLeft = HOSTS_MAX

  const groupOf = (verdict: Verdict, section: number): Group => {
    const label = labelOf(verdict)
    const trouble = theme.clean(troubleOf(verdict))
    const own = `${section} ${label} ${trouble}`
    const isFull = groups.size >= GROUPS_MAX && !groups.has(own)
    // A server's own phrase is not part of the key here, or a hostile list could still make groups without end.
    const key = isFull ? `${section} ${label} ${verdict.kind.startsWith('local.') ? 'local' : verdict.kind}` : own
    const found = groups.get(key)
    if (found !== undefined) return found
    const hint = hintOf(verdict, theme)
    const texts = { label, trouble: detach(trouble), outcome: verdict.outcome, hint }
    const others = { name: '', samples: [], count: 0 }
    const group: Group = { section, ...texts, hosts: new Map(), others, count: 0 }
    groups.set(key, group)
    return group
  }
  const hostOf = (group: Group, verdict: Verdict): HostPart => {
    const known = group.hosts.get(verdict.host)
    if (known !== undefined || hostsLeft === 0) return known ?? group.others
    hostsLeft--
    const part = { name: detach(theme.clean(verdict.host)), samples: [], count: 0 }
    group.hosts.set(detach(verdict.host), part)
    return part
  }

  return {
    add(verdict) {
      const section = SECTIONS.findIndex((one) => one.has(verdict))
      if (section === -1) return
      totals[section]!++
      const group = groupOf(verdict, section)
      group.count++
      if (group.hint !== hintOf(verdict, theme)) group.hint = null
      const host = hostOf(group, verdict)
      host.count++
      if (host.samples.length < SAMPLES) host.samples.push(sampleOf(verdict, theme))
    },
    text() {
      const lines = SECTIONS.flatMap((section, at) => {
        const total = totals[at]!
        if (total === 0) return []
        const own = [...groups.values()].filter((group) => group.section === at).sort((a, b) => b.count - a.count)
        if (section.isFolded) return wrapText(`${section.title(count(total))}: ${inShort(own, theme)}`, theme.columns)
        return [...titleLines(section, count(total), theme), ...entries(own, theme)]
      })
      return lines.length === 0 ? '' : `\n${joinLines(lines)}`
    },
  }
}

function hintOf({ hint }: Verdict, theme: Theme): string | null {
  return hint === null ? null : detach(theme.clean(hint))
}

function sampleOf(verdict: Verdict, theme: Theme): Sample {
  const [fault] = verdict.failedChecks
  const found =
    fault === undefined || fault.check === 'status' ? '' : `found ${fault.actual}, expected ${fault.expected}`
  return {
    place: detach(place(verdict, theme)),
    url: detach(theme.clean(shownUrlOf(verdict))),
    found: detach(theme.clean(found)),
  }
}

/** `404 ×180, DNS ×20`. */
function inShort(groups: readonly Group[], theme: Theme): string {
  return groups.map((group) => `${group.label} ${theme.times}${count(group.count)}`).join(', ')
}

function entries(groups: readonly Group[], theme: Theme): string[] {
  const lines = groups.slice(0, GROUPS_SHOWN).flatMap((group) => entry(group, theme))
  const rest = groups.slice(GROUPS_SHOWN)
  if (rest.length === 0) return lines
  const more = rest.reduce((sum, group) => sum + group.count, 0)
  return [...lines, `  and ${count(more)} more of ${rest.length} other sorts`]
}

function entry(group: Group, theme: Theme): string[] {
  const label = theme.paint[group.outcome](group.label) + ' '.repeat(Math.max(0, 8 - group.label.length))
  const often = group.count === 1 ? '' : ` ${theme.times}${count(group.count)}`
  const width = theme.columns === null ? null : theme.columns - INDENT.length
  const [first, ...others] = wrapText(`${group.trouble}${often}${whereOf(group)}`, width)
  const hint = group.hint === null ? [] : wrapText(group.hint, width).map((line) => INDENT + theme.dim(line))
  return [`  ${label}${first}`, ...others.map((line) => INDENT + line), ...hint, ...partsOf(group, theme)]
}

/** The worst hosts with three samples each; where none stands out, three of all. */
function partsOf(group: Group, theme: Theme): string[] {
  const hosts = [...group.hosts.values()].sort((a, b) => b.count - a.count)
  const worst = hosts.slice(0, HOSTS_SHOWN).filter((host) => host.count > FEW)
  if (hosts.length + group.others.count < 2 || worst.length === 0) {
    const samples = [...hosts, group.others].flatMap((host) => host.samples).slice(0, SAMPLES)
    const more = group.count - samples.length
    return [...samplesOf(samples, theme), ...(more > 0 ? [`${INDENT}and ${count(more)} more`] : [])]
  }
  const lines = worst.flatMap((host) => [
    `${INDENT}${host.name === '' ? 'no host' : host.name} ${theme.times}${count(host.count)}`,
    ...samplesOf(host.samples, theme, '  '),
  ])
  const more = worst.reduce((left, host) => left - host.count, group.count)
  const left = hosts.length - worst.length
  const where = left === 0 ? '' : ` on ${left === 1 ? '1 other host' : `${count(left)} other hosts`}`
  return more === 0 ? lines : [...lines, `${INDENT}and ${count(more)} more${where}`]
}

function samplesOf(samples: readonly Sample[], theme: Theme, deeper = ''): string[] {
  const indent = INDENT + deeper
  const widest = Math.max(0, ...samples.map((sample) => textWidth(sample.place)))
  return samples.flatMap(({ place: where, url, found }) => {
    const prefix = widest === 0 ? indent : `${indent}${padEnd(where, widest)}  `
    const width = theme.columns === null ? null : Math.max(16, theme.columns - prefix.length)
    const shown = width === null ? url : cutMiddle(url, width, theme.ellipsis)
    const behind = ' '.repeat(textWidth(prefix))
    return [prefix + shown, ...(found === '' ? [] : wrapText(found, width).map((line) => behind + theme.dim(line)))]
  })
}

/** ` on example.com`, ` on 2,312 hosts`; '' for lines without a URL. */
function whereOf({ hosts, others }: Group): string {
  const [first] = hosts.values()
  if (others.count > 0) return hosts.size === 0 ? '' : ` on ${count(hosts.size)} hosts and more`
  if (hosts.size > 1) return ` on ${count(hosts.size)} hosts`
  return first === undefined || first.name === '' ? '' : ` on ${first.name}`
}

/** A copy that does not keep alive the piece of input that it was cut from. */
function detach(text: string): string {
  return Buffer.from(text).toString()
}
