// Tables: one target a row, by the header or by what the columns hold. CSV and TSV differ by what parts their cells.

import type { LineProblem, Target } from '../../settings/target.js'
import type { ChosenColumns } from '../chosen-columns.js'
import { type CsvPlan, delimiterIn, firstLineOf, planCsv } from '../csv-plan.js'
import { type CsvRecord, type CsvRecords, createCsvRecords } from '../csv-records.js'
import { trimInvisible } from '../invisible.js'
import { parseRecord, recordLine } from '../parse-record.js'
import type { Pair } from '../read-settings.js'
import type { Extra } from '../target-series.js'
import { hasUrlHeader, urlColumn } from '../url-column.js'
import { utf8Bytes } from '../utf8-bytes.js'
import {
  BATCH_TARGETS,
  type InputBytes,
  type InputContext,
  type InputFormat,
  type Look,
  type ReadTargets,
} from './input-format.js'

const LF = 10
/** Characters that the parser wants to see behind a row before it gives it. */
const LOOKS_AHEAD = 8
/** Lines without a header that tell enough. */
const ENOUGH_LINES = 20

/** Cells parted by what is most frequent of `,`, `;` and a tab in the header. */
export const csv: InputFormat = formatOf(delimiterIn)

/** Cells parted by tabs. */
export const tsv: InputFormat = formatOf(() => '\t')

function formatOf(delimiterOf: (head: string) => string | null): InputFormat {
  return { isEnough, look: (look) => readerOf(look, delimiterOf(look.head)) }
}

/** A header that names the URLs, or rows enough to see where they are. */
function isEnough(head: string, columns: ChosenColumns): boolean {
  const lines = head.split(/\r\n?|\n/).slice(0, -1)
  const first = firstLineOf(lines.join('\n'))
  if (first === '') return false
  return columns.has('url') || hasUrlHeader(first) || urlColumn([first]) === 0 || lines.length > ENOUGH_LINES
}

function readerOf({ head, isWhole, columns, shown }: Look, delimiter: string | null): ReadTargets {
  const records = createCsvRecords(delimiter)
  const lines = isWhole ? head : head.slice(0, head.search(/[\r\n][^\r\n]*$/) + 1)
  // The parser looks a few characters ahead, and there are none behind the last row of the head.
  const plan = planCsv(records.push(Buffer.from(lines + '\n'.repeat(LOOKS_AHEAD))), columns, shown)
  return (bytes, context) => readCsv(bytes, context, { plan, records: createCsvRecords(delimiter) })
}

interface Table {
  readonly plan: CsvPlan
  readonly records: CsvRecords
}

async function* readCsv(bytes: InputBytes, context: InputContext, table: Table): AsyncGenerator<readonly Target[]> {
  const { records, plan } = table
  const rows = new Rows(plan, context)
  const onLegacy = () => context.notice(null, 'is not UTF-8; such lines are read as Windows-1252')
  let endsLine = true
  for await (const chunk of utf8Bytes(bytes, context.encoding, onLegacy)) {
    if (chunk.length > 0) endsLine = chunk[chunk.length - 1] === LF
    yield* rows.targets(records.push(chunk))
    if (records.fault !== null) break
  }
  const last = records.fault === null ? await records.end() : []
  // The end of a row that broke off is not its end.
  yield* rows.targets(bytes.isBroken && !endsLine ? last.slice(0, -1) : last)
  if (records.fault !== null && !bytes.isBroken) context.broke(records.fault)
}

/** The rows of one table, numbered. */
class Rows {
  readonly #plan: CsvPlan
  readonly #context: InputContext
  #count = 0

  constructor(plan: CsvPlan, context: InputContext) {
    this.#plan = plan
    this.#context = context
  }

  *targets(records: readonly CsvRecord[]): Generator<readonly Target[]> {
    const { series } = this.#context
    let batch: Target[] = []
    for (const record of records) {
      series.moveTo(record.line)
      if (++this.#count <= this.#plan.skipped || record.cells.every((cell) => cell === '')) series.skipLine()
      else batch.push(this.#target(record))
      if (batch.length < BATCH_TARGETS) continue
      yield batch
      batch = []
    }
    if (batch.length > 0) yield batch
  }

  #target({ cells }: CsvRecord): Target {
    const { series, line } = this.#context
    const { url: at, keys, extras, secretAt } = this.#plan
    const url = cells[at] ?? ''
    const shifted = widthProblem(cells, this.#plan)
    const problem = shifted ?? emptyProblem(url) ?? secretProblem(cells[secretAt ?? -1] ?? '')
    const pairs = problem === null ? keys.flatMap(([key, place]) => pairOf(key, cells[place] ?? '')) : []
    const row = { url, pairs, problem }
    const extra = shifted === null ? extraOf(cells, extras) : null
    return series.next(parseRecord(row, line), series.keepsLines ? recordLine(row) : null, extra)
  }
}

function pairOf(key: string, cell: string): readonly Pair[] {
  const value = trimInvisible(cell)
  return value === '' ? [] : [[key, value]]
}

function extraOf(cells: readonly string[], extras: CsvPlan['extras']): Extra {
  const held = extras.filter(([, at]) => (cells[at] ?? '') !== '')
  // `fromEntries` makes own members of whatever names there are, `__proto__` too.
  return held.length === 0 ? null : Object.fromEntries(held.map(([name, at]) => [name, cells[at]!]))
}

/** Cells that are left out at the end are empty: spreadsheets write such rows. */
function widthProblem(cells: readonly string[], { columns, url }: CsvPlan): LineProblem | null {
  const isWide = cells.slice(columns).some((cell) => cell !== '')
  if (!isWide && cells.length > url) return null
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`
  const advice = isWide ? '; quote the URL' : ''
  return problem(`${count(cells.length, 'cell')} under ${count(columns, 'column')}${advice}`)
}

function emptyProblem(url: string): LineProblem | null {
  return trimInvisible(url) === '' ? problem('no URL in this row') : null
}

function secretProblem(key: string): LineProblem | null {
  return key === '' ? null : problem('a report, and the secret in this URL was taken out; ask it from its own list')
}

function problem(reason: string): LineProblem {
  return { kind: 'line.invalid', reason, hint: null, key: null, column: null }
}
