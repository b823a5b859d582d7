// Kinds and statuses as people name them together: `timeout,403,5xx,tcp.*`. Never judges, only answers what names one.

import { type Kind, NAMED_KINDS } from '../words/kinds.js'
import { nearest } from '../words/nearest.js'
import { ValueError } from './errors.js'
import { parseStatusSet } from './status-set.js'
import { textOf, type ValueType } from './value-type.js'

/** Statuses and kinds. */
export interface KindSet {
  /** What of it, as written, names an answer with a status that is not accepted; null: nothing. */
  nameOfStatus(status: number): string | null
  /** The same of a kind. */
  nameOfKind(kind: Kind): string | null
  /** As written, without what is there twice. */
  toString(): string
  /** Of `+403`, which adds: the set with all of another one. */
  over?(base: KindSet | null): KindSet
}

/** Kinds that nothing is judged to be: what is no answer's and no failure's, and our own bug, which must not be hidden. */
const NEVER_JUDGED: ReadonlySet<string> = new Set<keyof typeof NAMED_KINDS>([
  'ok',
  'url.invalid',
  'line.invalid',
  'duplicate',
  'skipped',
  'aborted',
  'internal',
])

/** Sets in which the kinds of the program may stand, and these others. */
export function kindSet(others: () => readonly string[]): ValueType<KindSet, string> {
  const known = () => [...Object.keys(NAMED_KINDS), ...others()].filter((kind) => !NEVER_JUDGED.has(kind))
  return {
    ...textOf((text) => parseKindSet(text, known)),
    over: (set, base) => set.over?.(base) ?? set,
  }
}

function parseKindSet(text: string, known: () => readonly string[]): KindSet {
  const adds = text.startsWith('+')
  const items = (adds ? text.slice(1) : text).split(',').map((item) => item.trim())
  for (const item of items) if (!isStatuses(item)) checkKind(item, known())
  const set = setOf(items)
  return adds ? { ...set, over: (base) => (base === null ? set : setOf([...`${base}`.split(','), ...items])) } : set
}

function setOf(written: readonly string[]): KindSet {
  const items = [...new Set(written)]
  // One set of them all: a line of 64 KiB may hold thousands.
  const ofStatus = items.filter(isStatuses)
  const statuses = ofStatus.length === 0 ? null : parseStatusSet(ofStatus.join(','))
  const kinds = new Set(items.filter((item) => !isStatuses(item) && !item.endsWith('*')))
  const prefixes = items.filter((item) => item.endsWith('.*')).map((item) => item.slice(0, -1))
  return {
    nameOfStatus(status) {
      if (statuses?.has(status) !== true) return null
      return ofStatus.find((item) => parseStatusSet(item)!.has(status)) ?? null
    },
    nameOfKind(kind) {
      if (kinds.has(kind)) return kind
      const prefix = prefixes.find((start) => kind.startsWith(start))
      return prefix === undefined ? null : `${prefix}*`
    },
    toString: () => items.join(','),
  }
}

function isStatuses(item: string): boolean {
  return /^\d/.test(item) && parseStatusSet(item) !== null
}

/** Longer words are no slip, and are not measured against the kinds. */
const SLIP_MAX = 40

/** Throws `ValueError` for what names no kind that a URL is judged to be. Those of this machine are inconclusive anyhow. */
function checkKind(item: string, known: readonly string[]): void {
  const isKnown = item.endsWith('.*')
    ? known.some((kind) => kind.startsWith(item.slice(0, -1)))
    : known.includes(item) || /^local\.\w+$/.test(item)
  if (isKnown || item === 'local.*') return
  const example = 'statuses and kinds such as timeout,403,5xx,tcp.*'
  if (NEVER_JUDGED.has(item)) throw new ValueError(`${example}; ${item} is no failure of a URL that was asked`)
  const near = item.length > SLIP_MAX ? null : nearest(item, known)
  throw new ValueError(near === null ? example : `${example}; did you mean ${near}?`)
}
