// What is not fine, grouped by what is wrong over all hosts; and what became fine. Bounded: there are only so many
// statuses and kinds, five samples each, and the hosts of all groups together are counted up to a limit.

import { kindFacts } from '../../settings/kinds.js'
import type { Verdict } from '../../words/verdict.js'
import { labelOf, troubleOf } from '../table/row.js'
import type { Row } from './page-row.js'
import { toPageRow } from './to-page-row.js'

const SAMPLES = 5
/** Hosts that are told apart, 5 MB of them at most. */
const HOSTS_MAX = 50_000

/** The lists of the page, in its order. Each verdict is in one of them at most. */
export const SECTIONS = ['new', 'failed', 'undecided', 'known', 'inconclusive', 'fixed'] as const
export type SectionName = (typeof SECTIONS)[number]

/** URLs with the same trouble. */
export interface FailureGroup {
  readonly section: SectionName
  readonly label: string
  readonly kind: string
  readonly trouble: string
  readonly hint: string
  readonly count: number
  /** Most URLs first. */
  readonly hosts: readonly (readonly [host: string, count: number])[]
  /** There may be more hosts than those. */
  readonly hasMoreHosts: boolean
  /** The first ones of the list. */
  readonly samples: readonly Row[]
}

export interface FailureGroups {
  add(verdict: Verdict): void
  /** Biggest first. */
  of(section: SectionName): readonly FailureGroup[]
}

type Growing = { -readonly [Key in keyof FailureGroup]: FailureGroup[Key] } & {
  samples: Row[]
  readonly byHost: Map<string, number>
}

/** Which list it is in; null for what is fine as before. */
export function sectionOf({ outcome, change }: Pick<Verdict, 'outcome' | 'change'>): SectionName | null {
  if (outcome === 'inconclusive') return 'inconclusive'
  if (outcome === 'ok') return change === 'fixed' ? 'fixed' : null
  if (outcome !== 'failed') return null
  if (change === 'new-failure') return 'new'
  if (change === 'still-failing') return 'known'
  return change === 'changed' ? 'undecided' : 'failed'
}

export function createFailureGroups(): FailureGroups {
  const groups = new Map<string, Growing>()
  let hostsLeft = HOSTS_MAX
  return {
    add(verdict) {
      const section = sectionOf(verdict)
      if (section === null) return
      const label = labelOf(verdict)
      const key = `${section} ${label} ${verdict.kind}`
      const group = groups.get(key) ?? emptyGroup(section, verdict)
      groups.set(key, group)
      group.count++
      // Two sorts of one kind (self-signed, unknown issuer) are what the kind means.
      if (section !== 'fixed' && group.trouble !== troubleOf(verdict) && !isStatus(label)) {
        group.trouble = kindFacts(verdict.kind).meaning
      }
      if (group.hint !== (verdict.hint ?? '')) group.hint = ''
      hostsLeft -= countHost(group, verdict.host, hostsLeft > 0)
      keepSample(group, verdict)
    },
    of(section) {
      const own = [...groups.values()].filter((group) => group.section === section)
      return own
        .map((group) => ({ ...group, hosts: [...group.byHost].sort((a, b) => b[1] - a[1]) }))
        .sort((a, b) => b.count - a.count)
    },
  }
}

function emptyGroup(section: SectionName, verdict: Verdict): Growing {
  const label = detach(labelOf(verdict))
  const trouble = section === 'fixed' ? 'fine again' : detach(troubleOf(verdict))
  const facts = { kind: verdict.kind, trouble, hint: detach(verdict.hint ?? '') }
  return { section, label, ...facts, count: 0, hosts: [], hasMoreHosts: false, samples: [], byHost: new Map() }
}

/** Returns how many hosts are new. */
function countHost(group: Growing, host: string, hasRoom: boolean): number {
  const before = group.byHost.get(host)
  if (before === undefined && !hasRoom) group.hasMoreHosts = true
  else group.byHost.set(before === undefined ? detach(host) : host, (before ?? 0) + 1)
  return before === undefined && hasRoom ? 1 : 0
}

function keepSample({ samples }: Growing, verdict: Verdict): void {
  if (samples.length === SAMPLES && verdict.index >= samples.at(-1)!.index) return
  const row = JSON.parse(JSON.stringify(toPageRow(verdict))) as Row
  const at = samples.findIndex(({ index }) => index > row.index)
  samples.splice(at === -1 ? samples.length : at, 0, row)
  if (samples.length > SAMPLES) samples.pop()
}

function isStatus(label: string): boolean {
  return /^\d/.test(label)
}

/** A copy that does not keep alive the piece of input that it was cut from. */
function detach(text: string): string {
  return Buffer.from(text).toString()
}
