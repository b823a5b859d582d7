// One target a line, as people write lists: `URL [key=value …] [# comment]`.

import type { LineProblem, Target } from '../../settings/target.js'
import { type LineContext, type ParsedLine, parseLine } from '../parse-line.js'
import { createLineSplitter, type FaultyLine, HEAD_CHARACTERS, type Line } from '../split-lines.js'
import type { InputBytes, InputContext } from './input-format.js'

/** Small enough that parsing a batch, 1 to 2 ms, does not hold up the sockets. */
const BATCH_TARGETS = 1000

/** Reads a list of lines, UTF-8 with lines of Windows-1252 among them, or UTF-16. */
export async function* text(bytes: InputBytes, context: InputContext): AsyncGenerator<readonly Target[]> {
  const splitter = createLineSplitter(context.encoding)
  for await (const chunk of bytes) yield* batchesOf(splitter.push(chunk), context)
  yield* batchesOf(bytes.isBroken ? splitter.end().map(cutOff) : splitter.end(), context)
  const legacy = splitter.firstLegacyLine()
  if (legacy !== null) context.notice(legacy, 'is not UTF-8; such lines are read as Windows-1252')
}

/** The targets of some lines, a batch at a time. */
function* batchesOf(lines: readonly Line[], { line: context, series }: InputContext): Generator<readonly Target[]> {
  let batch: Target[] = []
  for (const line of lines) {
    const isWhole = typeof line === 'string'
    const parsed = isWhole ? parseLine(line, context) : faulty(line, context)
    if (parsed === null) series.skipLine()
    else batch.push(series.next(parsed, isWhole ? line : null))
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

function faulty({ fault, head }: FaultyLine, { ask, expect }: LineContext): ParsedLine {
  const problem: LineProblem = { kind: 'line.invalid', reason: FAULTS[fault], hint: null, key: null, column: null }
  return { input: head, url: null, host: '', problem, ask, expect, skip: null }
}

/** The rest of a URL never came: asking the half of it would make a false death. */
function cutOff(line: Line): FaultyLine {
  return { fault: 'cut-off', head: typeof line === 'string' ? line.slice(0, HEAD_CHARACTERS) : line.head }
}
