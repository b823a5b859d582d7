// How the rows of a table are read: what parts its cells, where its header is, and which column is what. Made from the
// start of the table; whatever cannot be told from it is a question to the user, before anything is asked.

import { UsageError } from '../settings/errors.js'
import { KEYS } from '../settings/keys.js'
import type { ChosenColumns } from './chosen-columns.js'
import type { CsvRecord } from './csv-records.js'
import { trimInvisible } from './invisible.js'
import { delimiterOf, plainName, roughCells, urlColumn } from './url-column.js'

/** A column: its name, and its place counted from 0. */
export type Column = readonly [name: string, at: number]

export interface CsvPlan {
  /** Records up to the header and with it; they hold no target. */
  readonly skipped: number
  readonly columns: number
  readonly url: number
  /** Columns that are settings, by key. */
  readonly keys: readonly Column[]
  /** All others. */
  readonly extras: readonly Column[]
  /** The table is a report of ours: a column that tells where a secret was taken out, and no settings. */
  readonly secretAt: number | null
}

/** Rows of the start that are looked at where no header tells. */
const LOOKED_AT = 20
/** The share of them that has to hold URLs. */
const MOST = 0.8
const SHOWN_NAMES = 30

/** Excel's own line before the header, which says what parts the cells. */
const OF_EXCEL = /^\ufeff?sep=(.)$/i

/** The line that the delimiter is told by: the header, or the first line that is no comment. */
export function firstLineOf(head: string): string {
  const lines = head.split(/\r\n?|\n/).filter((line) => line.trim() !== '' && !OF_EXCEL.test(line))
  const named = lines.slice(0, commentsOf(lines)).find((line) => {
    const delimiter = delimiterOf(line)
    return delimiter !== null && urlColumn(roughCells(line, delimiter)) !== -1
  })
  return named ?? lines[commentsOf(lines)] ?? ''
}

function commentsOf(lines: readonly string[]): number {
  const first = lines.findIndex((line) => !line.startsWith('#'))
  return first === -1 ? lines.length : first
}

/** What parts the cells of the table that begins like this; null: nothing, each line is a cell. */
export function delimiterIn(head: string): string | null {
  const said = OF_EXCEL.exec(head.split(/\r\n?|\n/, 1)[0]!)?.[1]
  if (said !== undefined) return said
  const first = firstLineOf(head)
  const delimiter = delimiterOf(first)
  if (delimiter === null || urlColumn(roughCells(first, delimiter)) !== -1 || !/https?:\/\//i.test(first))
    return delimiter
  // No header: commas of a URL part nothing, and then the lines have different numbers of them.
  const lines = head.split(/\r\n?|\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'))
  const widths = new Set(lines.slice(0, LOOKED_AT).map((line) => line.replace(/"[^"]*"/g, '').split(delimiter).length))
  return widths.size === 1 ? delimiter : null
}

/** Throws `UsageError`. `shown` is the name of the table. */
export function planCsv(records: readonly CsvRecord[], columns: ChosenColumns, shown: string): CsvPlan {
  // Of `sep=;` the delimiter parts nothing but its own end.
  const isBlank = ({ cells }: CsvRecord) =>
    cells.every((cell) => cell.trim() === '') || (/^\ufeff?sep=$/i.test(cells[0]!) && cells.length === 2)
  const isComment = ({ cells }: CsvRecord) => cells[0]!.startsWith('#')
  const commented = records.findIndex((record) => isComment(record) && urlColumn(namesOf(record)) !== -1)
  const first = records.findIndex((record) => !isBlank(record) && !isComment(record))
  if (commented !== -1 && (first === -1 || commented < first)) {
    const plan = planOf(records, commented, { columns, shown })
    return { ...plan, skipped: first === -1 ? records.length : first }
  }
  if (first === -1) return { skipped: records.length, columns: 0, url: 0, keys: [], extras: [], secretAt: null }
  return planOf(records, first, { columns, shown })
}

interface PlanOptions {
  readonly columns: ChosenColumns
  readonly shown: string
}

/** The record at `at` is the header, or the first row. */
function planOf(records: readonly CsvRecord[], at: number, options: PlanOptions): CsvPlan {
  const { columns, shown } = options
  const names = namesOf(records[at]!)
  const rows = records.slice(at, at + LOOKED_AT).map(({ cells }) => cells)
  const chosen = columns.get('url')
  const url =
    chosen === undefined ? findUrlColumn(names, rows, shown) : findColumn(names, chosen, { key: 'url', shown })
  const isHeader = !isPlace(rows[0]![url] ?? '')
  const wanted = [...columns].filter(([key]) => key !== 'url')
  const picked = wanted.map(([key, name]): Column => [key, findColumn(names, name, { key, shown })])
  const isReport = isHeader && ['outcome', 'input', 'reason'].every((name) => names.includes(name))
  const taken = new Set([url, ...picked.map(([, place]) => place)])
  const keys = [...picked]
  const extras: Column[] = []
  for (const [place, name] of names.entries()) {
    if (taken.has(place)) continue
    const isKey = isHeader && !isReport && KEYS.has(name) && !columns.has(name)
    if (isKey && !keys.some(([key]) => key === name)) keys.push([name, place])
    else extras.push([isHeader && name !== '' ? name : `column ${place + 1}`, place])
  }
  const secretAt = isReport && names.includes('key') ? names.indexOf('key') : null
  return {
    skipped: isHeader ? at + 1 : at,
    columns: names.length,
    url,
    keys,
    extras: isReport ? [] : distinctNames(extras),
    secretAt,
  }
}

function namesOf({ cells }: CsvRecord): readonly string[] {
  return cells.map((cell, at) => (at === 0 ? cell.replace(/^#\s*/, '') : cell).trim())
}

/** Of two columns of one name the second is `name 2`. */
function distinctNames(extras: readonly Column[]): readonly Column[] {
  const seen = new Map<string, number>()
  return extras.map(([name, at]) => {
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return [count === 1 ? name : `${name} ${count}`, at]
  })
}

/** By its header; else the first column of URLs or hosts. */
function findUrlColumn(names: readonly string[], rows: readonly (readonly string[])[], shown: string): number {
  const known = urlColumn(names)
  if (known !== -1) return known
  const plain = names.map(plainName)
  const [source, destination] = [plain.indexOf('source'), plain.indexOf('destination')]
  if (source !== -1 && destination !== -1) {
    if (plain.includes('status') || plain.includes('statuscode')) return destination
    throw new UsageError(
      `${shown}: a source and a destination; which is to be asked? --column url=${names[source]} or --column url=${names[destination]}`,
    )
  }
  const isHeadless = names.some(isPlace)
  const found = names.flatMap((_, at) => (holdsPlaces(isHeadless ? rows : rows.slice(1), at) ? [at] : []))
  if (found.length === 1 || (found.length > 1 && isHeadless)) return found[0]!
  if (found.length === 0) {
    const listed = isHeadless ? `${names.length} columns without a header` : listOf(names)
    const [best] = names.map((_, at) => placesIn(rows, at)).toSorted((a, b) => b.places - a.places)
    const likely = best !== undefined && best.places > 0 && !isHeadless ? best : null
    const advice =
      likely === null
        ? 'NAME'
        : `${quoted(names[likely.at]!)} (${likely.places} of its first ${likely.cells} cells are URLs)`
    throw new UsageError(`${shown}: no column of URLs; there are: ${listed}. Say which one: --column url=${advice}`)
  }
  const which = found.map((at) => `--column url=${quoted(names[at]!)}`).join(' or ')
  throw new UsageError(`${shown}: more than one column of URLs; which is to be asked? ${which}`)
}

/** How many cells of a column's start are URLs or hosts. */
function placesIn(rows: readonly (readonly string[])[], at: number) {
  const cells = rows
    .slice(1)
    .map((row) => (row[at] ?? '').trim())
    .filter((cell) => cell !== '')
  return { at, places: cells.filter(isPlace).length, cells: cells.length }
}

function holdsPlaces(rows: readonly (readonly string[])[], at: number): boolean {
  const cells = rows.map((row) => (row[at] ?? '').trim()).filter((cell) => cell !== '')
  return cells.length > 0 && cells.filter(isPlace).length >= cells.length * MOST
}

/** By its name as it is, then as names are compared, then by its number counted from 1. */
function findColumn(
  names: readonly string[],
  wanted: string,
  { key, shown }: { readonly key: string; readonly shown: string },
): number {
  const exact = names.indexOf(wanted)
  if (exact !== -1) return exact
  const alike = names.map(plainName).indexOf(plainName(wanted))
  if (alike !== -1) return alike
  const number = /^\d{1,4}$/.test(wanted) ? Number(wanted) : 0
  if (number >= 1 && number <= names.length) return number - 1
  throw new UsageError(`--column ${key}=${wanted}: ${shown} has no such column; there are: ${listOf(names)}`)
}

function listOf(names: readonly string[]): string {
  const more = names.length > SHOWN_NAMES ? ` and ${names.length - SHOWN_NAMES} more` : ''
  return `${names.slice(0, SHOWN_NAMES).map(quoted).join(', ')}${more}`
}

function quoted(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `"${name}"`
}

const HOST = /^\.?(?:[\p{L}\d_-]{1,63}\.)+(?:[\p{L}]{2,63}|xn--[a-z\d-]+)\.?(?::\d+)?(?:\/\S*)?$/iu
/** A place that is longer is not looked at further. */
const PLACE_LENGTH = 2000

/** Whether a cell is a URL or a host, as far as its looks go. */
export function isPlace(cell: string): boolean {
  const text = trimInvisible(cell.slice(0, PLACE_LENGTH))
  return /^(?:https?:)?\/\//i.test(text) || HOST.test(text)
}
