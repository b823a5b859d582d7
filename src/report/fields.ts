// The fields of a verdict in their order, and the choice of some of them (`--fields`). A new field of `Verdict` does not
// compile until it has its place here.

import { UsageError } from '../settings/errors.js'
import { nearest } from '../words/nearest.js'
import type { Verdict } from '../words/verdict.js'

/** All fields of the record, in the order in which they are printed. */
export const FIELDS = [
  'index',
  'line',
  'source',
  'input',
  'url',
  'host',
  'outcome',
  'ok',
  'status',
  'kind',
  'reason',
  'hint',
  'code',
  'failedChecks',
  'method',
  'attempts',
  'finalUrl',
  'redirects',
  'httpVersion',
  'remoteAddress',
  'contentType',
  'contentLength',
  'bodyBytes',
  'durationMs',
  'timingsMs',
  'tls',
  'inferred',
  'secondLook',
  'duplicateOf',
  'change',
  'extra',
  'key',
  'checkedAt',
] as const satisfies readonly (keyof Verdict)[]

type Missing = Exclude<keyof Verdict, (typeof FIELDS)[number]>
const nothingMissing: [Missing] extends [never] ? true : Missing = true
void nothingMissing

/** The parts of fields that are flat in CSV and can be asked for by `--fields timingsMs.dns`. */
const PARTS: { readonly [Field in keyof Verdict]?: readonly string[] } = {
  timingsMs: ['queue', 'dns', 'connect', 'tls', 'firstByte'] satisfies (keyof Verdict['timingsMs'])[],
  tls: ['protocol', 'issuer', 'validTo', 'error'] satisfies (keyof NonNullable<Verdict['tls']>)[],
}

/** A named value of a verdict: a field, or a part of one (`timingsMs.dns`). */
export interface Column {
  readonly name: string
  readonly get: (verdict: Verdict) => unknown
}

/** Every field, nested ones as they are: what NDJSON and JSON print. */
export const NESTED: readonly Column[] = FIELDS.map((name) => ({ name, get: (verdict) => verdict[name] }))

/** What a redirect map is read for; in a record it is in `redirects`. */
const OF_REDIRECTS: readonly Column[] = [
  { name: 'location', get: ({ redirects }) => redirects[0]?.location ?? null },
  { name: 'hops', get: ({ redirects }) => redirects.length },
]

/** What people look for first in a spreadsheet. */
const FIRST = ['line', 'input', 'outcome', 'status', 'reason', 'finalUrl', 'location', 'hops']

/** Every value, parts with dots in their names: what CSV prints. */
export const FLAT: readonly Column[] = inFront(FIRST, [
  ...FIELDS.flatMap((field) => partsOf(field) ?? [columnOf(field)]),
  ...OF_REDIRECTS,
])

/**
 * The columns that the user named, in that order; `all` when none were named. A nested field may be named as a whole or
 * by a part, a column of the list as `extra.NAME`. An unknown name is a `UsageError` with the nearest known one.
 */
export function selectColumns(names: readonly string[] | null, all: readonly Column[]): readonly Column[] {
  if (names === null) return all
  const known = new Map([...NESTED, ...FLAT].map((column) => [column.name, column]))
  return names.flatMap((name) => {
    const column = known.get(name) ?? columnOfInput(name)
    if (column === undefined) throw unknownField(name, known.keys())
    return all === FLAT ? (partsOf(name as keyof Verdict) ?? [column]) : [column]
  })
}

function inFront(names: readonly string[], columns: readonly Column[]): readonly Column[] {
  const placeOf = ({ name }: Column) => (names.includes(name) ? names.indexOf(name) : names.length)
  return columns.toSorted((a, b) => placeOf(a) - placeOf(b))
}

const OF_INPUT = 'extra.'

/** A column of the list itself, by its name there; empty where a row has none of it. */
function columnOfInput(name: string): Column | undefined {
  if (!name.startsWith(OF_INPUT) || name === OF_INPUT) return undefined
  const own = name.slice(OF_INPUT.length)
  const get = ({ extra }: Verdict) => (extra !== null && Object.hasOwn(extra, own) ? extra[own] : null)
  return { name, get }
}

function columnOf(field: keyof Verdict): Column {
  return { name: field, get: (verdict) => verdict[field] }
}

function partsOf(field: keyof Verdict): Column[] | undefined {
  return PARTS[field]?.map((part) => ({
    name: `${field}.${part}`,
    get: (verdict) => (verdict[field] as Readonly<Record<string, unknown>> | null)?.[part] ?? null,
  }))
}

function unknownField(name: string, known: Iterable<string>): UsageError {
  const near = nearest(name, known)
  return new UsageError(
    `--fields ${name}: no such field; ${near === null ? `one of ${FIELDS.join(' ')}` : `did you mean ${near}?`}`,
  )
}
