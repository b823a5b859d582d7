// One JSON value a line: a row that is wrong is one row, and the next one is read.

import { UsageError } from '../../settings/errors.js'
import type { Target } from '../../settings/target.js'
import type { ChosenColumns } from '../chosen-columns.js'
import { adviceOn } from '../foreign-shape.js'
import { jsonHead } from '../json-head.js'
import { hasUrlMember, type JsonRecord, jsonRecord } from '../json-record.js'
import { parseRecord, recordLine } from '../parse-record.js'
import { createLineSplitter, type Line } from '../split-lines.js'
import { BATCH_TARGETS, type InputBytes, type InputContext, type InputFormat } from './input-format.js'

/** A row with more is none of ours: reports with twenty long redirects have half of it. */
const ROW_BYTES = 1_048_576

export const ndjson: InputFormat = {
  isEnough: (head) => /[\r\n]/.test(head.trimStart()),
  look({ head, shown, columns }) {
    const row = jsonHead(head)
    if (row?.type === 'object' && row.isWhole && !hasUrlMember(row.names, columns)) {
      if (row.names[0] === 'log') throw new UsageError(adviceOn('har', shown))
      const wanted = columns.get('url') ?? 'url'
      const names = row.names.length === 0 ? 'no members' : row.names.join(' ')
      throw new UsageError(`${shown}: rows without ${wanted}; there are: ${names}. Say which one: --column url=NAME`)
    }
    return (bytes, context) => readNdjson(bytes, context, columns)
  },
}

async function* readNdjson(
  bytes: InputBytes,
  context: InputContext,
  columns: ChosenColumns,
): AsyncGenerator<readonly Target[]> {
  const splitter = createLineSplitter(context.encoding, ROW_BYTES)
  for await (const chunk of bytes) yield* batchesOf(splitter.push(chunk), columns, context)
  const last = splitter.end()
  // What is left where the input broke is the half of a row.
  if (!bytes.isBroken) yield* batchesOf(last, columns, context)
  const legacy = splitter.firstLegacyLine()
  if (legacy !== null) context.notice(legacy, 'is not UTF-8; such lines are read as Windows-1252')
}

function* batchesOf(
  lines: readonly Line[],
  columns: ChosenColumns,
  { line: context, series }: InputContext,
): Generator<readonly Target[]> {
  let batch: Target[] = []
  for (const line of lines) {
    if (typeof line === 'string' && line.trim() === '') {
      series.skipLine()
      continue
    }
    const row = rowOf(line, columns)
    batch.push(series.next(parseRecord(row, context), series.keepsLines ? recordLine(row) : null, row.extra))
    if (batch.length < BATCH_TARGETS) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** What is shown of a row that cannot be read. */
const SHOWN = 200

function rowOf(line: Line, columns: ChosenColumns): JsonRecord {
  if (typeof line !== 'string') {
    return wrong(line.head, line.fault === 'nul' ? 'a NUL byte in the row' : 'the row is longer than 1 MiB')
  }
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return wrong(line.slice(0, SHOWN), 'the row is no JSON')
  }
  return jsonRecord(value, columns)
}

function wrong(url: string, reason: string): JsonRecord {
  const problem = { kind: 'line.invalid', reason, hint: null, key: null, column: null } as const
  return { url, pairs: [], problem, extra: null }
}
