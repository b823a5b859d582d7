// One value of a JSON list as a row: a string, or an object with `url` or `input`, line keys as members and whatever else.

import { KEYS } from '../settings/keys.js'
import type { LineProblem } from '../settings/target.js'
import type { ChosenColumns } from './chosen-columns.js'
import type { ListRecord } from './parse-record.js'
import type { Pair } from './read-settings.js'
import type { Extra } from './target-series.js'

/** What a value says, and what else it holds. */
export interface JsonRecord extends ListRecord {
  readonly extra: Extra
}

/** Members that hold the URL, the first of them that does. */
const URL_MEMBERS = ['url', 'input'] as const

type Members = Readonly<Record<string, unknown>>

/** Reads one value. Total: what is no target is one with a problem. */
export function jsonRecord(value: unknown, columns: ChosenColumns): JsonRecord {
  if (typeof value === 'string') return { url: value, pairs: [], problem: null, extra: null }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return wrong('', `expected a URL or an object with one, not ${nameOf(value)}`)
  }
  const members = value as Members
  return isReportRow(members) ? reportRow(members) : foreignRow(members, columns)
}

/** Whether an object has a member that holds its URL. */
export function hasUrlMember(names: readonly string[], columns: ChosenColumns): boolean {
  const chosen = columns.get('url')
  return chosen === undefined ? URL_MEMBERS.some((name) => names.includes(name)) : names.includes(chosen)
}

/** A row of a report of ours: what it found is nothing that is asked. */
function isReportRow(members: Members): boolean {
  return typeof members.outcome === 'string' && typeof members.kind === 'string' && typeof members.input === 'string'
}

function reportRow({ url, input, key, extra }: Members): JsonRecord {
  const written = typeof url === 'string' && url !== '' ? url : String(input)
  if (typeof key === 'string') {
    return wrong(written, 'a report, and the secret in this URL was taken out; ask it from its own list')
  }
  return { url: written, pairs: [], problem: null, extra: isMembers(extra) ? extra : null }
}

function foreignRow(members: Members, columns: ChosenColumns): JsonRecord {
  const chosen = columns.get('url')
  const at = chosen ?? URL_MEMBERS.find((name) => isGiven(members[name])) ?? URL_MEMBERS[0]
  const url = members[at]
  if (typeof url !== 'string') {
    const found = Object.keys(members).slice(0, NAMES_SHOWN).join(' ')
    return wrong(
      '',
      url === undefined ? `no ${at} among ${found === '' ? 'no members' : found}` : `${at}: expected a URL`,
    )
  }
  const pairs: Pair[] = []
  const extra: [string, unknown][] = []
  for (const [name, member] of Object.entries(members)) {
    const key = keyOf(name, columns)
    if (name === at) continue
    if (key === null) extra.push([name, member])
    else {
      const settings = pairsOf(key, member)
      if (settings === null) return wrong(url, `${key}: expected text, not ${nameOf(member)}`)
      pairs.push(...settings)
    }
  }
  return { url, pairs, problem: null, extra: extra.length === 0 ? null : Object.fromEntries(extra) }
}

const NAMES_SHOWN = 12

/** The key of a line that a member is, as chosen or by its exact name. */
function keyOf(name: string, columns: ChosenColumns): string | null {
  for (const [key, chosen] of columns) if (chosen === name && key !== 'url') return key
  return KEYS.has(name) && !columns.has(name) ? name : null
}

/** A member as settings; null where it can be none. `false` is `no`, and `true` stands for the key alone. */
function pairsOf(key: string, member: unknown): readonly Pair[] | null {
  if (!isGiven(member)) return []
  if (typeof member === 'string') return [[key, member]]
  if (typeof member === 'number') return [[key, String(member)]]
  if (member === true) return [[key, null]]
  if (member === false) return key === 'skip' ? [] : [[key, 'no']]
  if (Array.isArray(member)) {
    const all = member.map((each) => pairsOf(key, each))
    return all.some((each) => each === null) ? null : all.flatMap((each) => each!)
  }
  const isHeaders = key === 'header' || key === 'expect-header'
  return isHeaders && isMembers(member)
    ? Object.entries(member).map(([name, value]): Pair => [key, `${name}: ${String(value)}`])
    : null
}

function isGiven(member: unknown): boolean {
  return member !== undefined && member !== null && member !== ''
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function wrong(url: string, reason: string): JsonRecord {
  const problem: LineProblem = { kind: 'line.invalid', reason, hint: null, key: null, column: null }
  return { url, pairs: [], problem, extra: null }
}
