// A set of status codes written as people write them: `200-299,301,4xx`. Never judges, only answers `has`.

import { ValueError } from './errors.js'
import { textOf, type ValueType } from './value-type.js'

/** Which status codes (100 to 999) are accepted. */
export interface StatusSet {
  has(status: number): boolean
  /** The set as ranges, shortest form: `200-299,301`. */
  toString(): string
  /** Of `+403`, which adds: the set over another one than the default. */
  over?(base: StatusSet): StatusSet
}

/** The default of `accept`: RFC 9110 §15.3, successful answers. */
export const SUCCESSFUL: StatusSet = fromRanges([[200, 299]])

/**
 * Reads `200-299,301,4xx`; a leading `+` adds to `base` instead of replacing it (`+403`).
 * Returns null where the text is not a set; codes are three digits, 100 to 999 (RFC 9110 §15 allows any three digits).
 */
export function parseStatusSet(text: string, base: StatusSet = SUCCESSFUL): StatusSet | null {
  const adds = text.startsWith('+')
  const ranges: Range[] = []
  for (const part of (adds ? text.slice(1) : text).split(',')) {
    const range = parseRange(part.trim())
    if (range === null) return null
    ranges.push(range)
  }
  if (adds) for (let status = 100; status <= 999; status++) if (base.has(status)) ranges.push([status, status])
  return fromRanges(ranges)
}

type Range = readonly [first: number, last: number]

function parseRange(part: string): Range | null {
  const hundred = /^([1-9])xx$/i.exec(part)
  if (hundred) return [Number(hundred[1]) * 100, Number(hundred[1]) * 100 + 99]
  const range = /^([1-9]\d\d)(?:-([1-9]\d\d))?$/.exec(part)
  if (!range) return null
  const first = Number(range[1])
  const last = Number(range[2] ?? range[1])
  return first <= last ? [first, last] : null
}

function fromRanges(ranges: readonly Range[]): StatusSet {
  const member = new Uint8Array(1000)
  for (const [first, last] of ranges) member.fill(1, first, last + 1)
  return { has: (status) => member[status] === 1, toString: () => describe(member) }
}

function describe(member: Uint8Array): string {
  const parts: string[] = []
  for (let first = 100; first < 1000; first++) {
    if (member[first] !== 1) continue
    let last = first
    while (member[last + 1] === 1) last++
    parts.push(first === last ? `${first}` : `${first}-${last}`)
    first = last
  }
  return parts.join(',')
}

/** Statuses, or what is added to them. */
export const statuses: ValueType<StatusSet, string> = {
  ...textOf((text) => {
    const set = parseStatusSet(text)
    if (set === null) throw new ValueError('statuses such as 200-299,301,4xx or +403')
    return text.startsWith('+') ? { ...set, over: (base: StatusSet) => parseStatusSet(text, base)! } : set
  }),
  over: (set, base) => set.over?.(base) ?? set,
}
