// One target a line, as people write lists: `URL [key=value …] [# comment]`.

import { UsageError } from '../../settings/errors.js'
import type { LineProblem, Target } from '../../settings/target.js'
import { adviceOn, createShapeCount, type ShapeCount, shapeOf, whyNoTextList } from '../foreign-shape.js'
import { type LineContext, type ParsedLine, parseLine } from '../parse-line.js'
import { createLineSplitter, type FaultyLine, HEAD_CHARACTERS, type Line } from '../split-lines.js'
import { urlColumn } from '../url-column.js'
import { BATCH_TARGETS, type InputBytes, type InputContext, type InputFormat } from './input-format.js'

/** Lists of lines, UTF-8 with lines of Windows-1252 among them, or UTF-16. */
export const text: InputFormat = {
  look({ shown, head, isNamed }) {
    const why = isNamed ? null : whyNoTextList(head, shown)
    if (why !== null) throw new UsageError(`${why}; as it is: text=${shown === 'stdin' ? '-' : shown}`)
    return readText
  },
}

async function* readText(bytes: InputBytes, context: InputContext): AsyncGenerator<readonly Target[]> {
  const splitter = createLineSplitter(context.encoding)
  const shapes = createShapeCount()
  for await (const chunk of bytes) yield* batchesOf(splitter.push(chunk), shapes, context)
  yield* batchesOf(bytes.isBroken ? splitter.end().map(cutOff) : splitter.end(), shapes, context)
  const legacy = splitter.firstLegacyLine()
  if (legacy !== null) context.notice(legacy, 'is not UTF-8; such lines are read as Windows-1252')
  const most = shapes.most()
  if (most !== null) context.notice(null, adviceOn(most, context.shown))
}

/** The targets of some lines, a batch at a time. */
function* batchesOf(
  lines: readonly Line[],
  shapes: ShapeCount,
  { line: context, series }: InputContext,
): Generator<readonly Target[]> {
  let batch: Target[] = []
  for (const line of lines) {
    const isWhole = typeof line === 'string'
    const isHeader = isWhole && series.line === series.blankOfList && urlColumn([line]) === 0
    const parsed = isHeader ? header(line, context) : isWhole ? parseLine(line, context) : faulty(line, context)
    if (parsed === null) series.skipLine()
    else {
      shapes.add(parsed.problem !== null && isWhole ? shapeOf(line) : null)
      batch.push(series.next(parsed, isWhole ? line : null))
    }
    if (batch.length < BATCH_TARGETS) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

const FAULTS: Readonly<Record<FaultyLine['fault'], string>> = {
  nul: 'a NUL byte in the line; is this a text file?',
  overlong: 'the line is longer than 64 KiB',
  'cut-off': 'the input broke in this line',
}

function faulty({ fault, head }: FaultyLine, context: LineContext): ParsedLine {
  return invalid(head, FAULTS[fault], context)
}

/** `url` alone in the first line would be a host of that name. */
function header(line: string, context: LineContext): ParsedLine {
  return invalid(line.trim(), 'the header of a table, not a host; csv=FILE reads it', context)
}

function invalid(input: string, reason: string, { ask, expect }: LineContext): ParsedLine {
  const problem: LineProblem = { kind: 'line.invalid', reason, hint: null, key: null, column: null }
  return { input, url: null, host: '', problem, ask, expect, skip: null }
}

/** The rest of a URL never came: asking the half of it would make a false death. */
function cutOff(line: Line): FaultyLine {
  return { fault: 'cut-off', head: typeof line === 'string' ? line.slice(0, HEAD_CHARACTERS) : line.head }
}
