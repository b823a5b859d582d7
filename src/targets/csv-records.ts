// Bytes of a table to its records, in bounded memory. csv-parse knows the quotes; which character parts the cells, and
// on which line a record begins, is known here.

import { createRequire } from 'node:module'
import type { Parser } from 'csv-parse'

/** One row: its cells, and the line of the file on which it begins. */
export interface CsvRecord {
  readonly cells: readonly string[]
  readonly line: number
}

export interface CsvRecords {
  /** The records that are now complete. Keeps the chunk. */
  push(chunk: Buffer): readonly CsvRecord[]
  end(): Promise<readonly CsvRecord[]>
  /** Why there are no more records though there are more bytes; null: nothing is wrong. */
  readonly fault: string | null
}

/** A row with more is no row: a quote that is not closed makes one of all that follows. */
const RECORD_BYTES = 1_048_576
/** In no list, so that the whole line is the cell. */
const NO_DELIMITER = '\u001f'
const LINE_BREAK = /\r\n?|\n/g

const FAULTS: Readonly<Record<string, string>> = {
  CSV_MAX_RECORD_SIZE: 'a row of more than 1 MiB; a quote is not closed?',
  CSV_QUOTE_NOT_CLOSED: 'a quote is not closed',
}

/** A reader of one table; without a delimiter every line is one cell. Five microseconds a row of four cells. */
export function createCsvRecords(delimiter: string | null): CsvRecords {
  const { parse } = createRequire(import.meta.url)('csv-parse') as typeof import('csv-parse')
  let records: CsvRecord[] = []
  let line = 1
  let fault: string | null = null
  const parser: Parser = parse({
    delimiter: delimiter ?? NO_DELIMITER,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: RECORD_BYTES,
    on_record(cells: string[]) {
      records.push({ cells, line })
      line += 1 + cells.reduce((sum, cell) => sum + breaksIn(cell), 0)
      return null
    },
  })
  parser.on('error', (error: NodeJS.ErrnoException) => {
    fault = FAULTS[error.code ?? ''] ?? error.code ?? error.message
  })
  const take = () => {
    const taken = records
    records = []
    return taken
  }
  return {
    push(chunk) {
      // Parsed at once: what `on_record` drops is never in the way of the next chunk.
      if (fault === null) parser.write(chunk)
      return take()
    },
    async end() {
      if (fault === null) {
        const ended = new Promise<void>((resolve) => parser.once('end', resolve).once('error', () => resolve()))
        parser.resume().end()
        await ended
      }
      return take()
    },
    get fault() {
      return fault
    },
  }
}

function breaksIn(cell: string): number {
  return cell.includes('\n') || cell.includes('\r') ? (cell.match(LINE_BREAK)?.length ?? 0) : 0
}
