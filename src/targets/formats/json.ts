// JSON lists: an array of URLs or objects, a report of ours, or objects one after the other.

import { UsageError } from '../../settings/errors.js'
import type { Target } from '../../settings/target.js'
import type { ChosenColumns } from '../chosen-columns.js'
import { adviceOn } from '../foreign-shape.js'
import { type JsonHead, jsonHead } from '../json-head.js'
import { hasUrlMember, jsonRecord } from '../json-record.js'
import { createJsonValues, type JsonShape, type JsonValue } from '../json-values.js'
import { parseRecord, recordLine } from '../parse-record.js'
import { utf8Bytes } from '../utf8-bytes.js'
import { BATCH_TARGETS, type InputBytes, type InputContext, type InputFormat } from './input-format.js'

export const json: InputFormat = {
  isEnough: (head, columns) => {
    const found = jsonHead(head)
    const row = found?.first ?? found
    return row !== null && (row.type !== 'object' || row.isWhole || hasUrlMember(row.names, columns))
  },
  look({ head, shown, columns }) {
    const shape = shapeOf(jsonHead(head), { shown, columns })
    return (bytes, context) => readJson(bytes, context, { shape, columns })
  },
}

interface Reading {
  readonly shape: JsonShape
  readonly columns: ChosenColumns
}

/** Where the targets are; throws `UsageError` where there can be none. */
function shapeOf(
  found: JsonHead | null,
  { shown, columns }: { readonly shown: string; readonly columns: ChosenColumns },
): JsonShape {
  if (found === null) return 'array'
  if (found.type === 'array') {
    if (found.first !== null) refuseRow(found.first, { shown, columns })
    return 'array'
  }
  if (found.type !== 'object') throw new UsageError(`${shown}: no JSON list; it begins with ${found.type}`)
  if (found.names.includes('verdicts')) return 'report'
  refuseRow(found, { shown, columns })
  return 'objects'
}

function refuseRow(
  row: JsonHead,
  { shown, columns }: { readonly shown: string; readonly columns: ChosenColumns },
): void {
  if (row.type === 'string') return
  if (row.type !== 'object') throw new UsageError(`${shown}: an array, but not of URLs or of objects with a url`)
  if (hasUrlMember(row.names, columns) || !row.isWhole) {
    if (row.names[0] !== 'log' || row.isWhole) return
    throw new UsageError(adviceOn('har', shown))
  }
  if (row.names[0] === 'log') throw new UsageError(adviceOn('har', shown))
  const names = row.names.length === 0 ? 'no members' : row.names.join(' ')
  const wanted = columns.get('url') ?? 'url'
  throw new UsageError(`${shown}: objects without ${wanted}; there are: ${names}. Say which one: --column url=NAME`)
}

async function* readJson(
  bytes: InputBytes,
  context: InputContext,
  { shape, columns }: Reading,
): AsyncGenerator<readonly Target[]> {
  const values = createJsonValues(shape)
  const onLegacy = () => context.notice(null, 'is not UTF-8; such lines are read as Windows-1252')
  for await (const chunk of utf8Bytes(bytes, context.encoding, onLegacy)) {
    yield* batchesOf(values.push(chunk), columns, context)
    if (values.fault !== null) break
  }
  if (bytes.isBroken) return
  values.end()
  if (values.fault !== null) context.broke(values.fault)
}

function* batchesOf(
  values: readonly JsonValue[],
  columns: ChosenColumns,
  { line: context, series }: InputContext,
): Generator<readonly Target[]> {
  for (let from = 0; from < values.length; from += BATCH_TARGETS) {
    yield values.slice(from, from + BATCH_TARGETS).map(({ value, line }) => {
      series.moveTo(line)
      const row = jsonRecord(value, columns)
      return series.next(parseRecord(row, context), series.keepsLines ? recordLine(row) : null, row.extra)
    })
  }
}
