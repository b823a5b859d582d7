// A list of which some lines are done: held against the rows that were kept of them, before the run where the list can be
// read twice, and once more as it passes.

import { redact } from '../report/redact.js'
import { UsageError } from '../settings/errors.js'
import type { TargetSource } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import type { Input } from '../targets/open-inputs.js'
import type { Method } from '../words/method.js'
import type { Sink } from '../words/output.js'
import { textHash } from '../words/url-key.js'
import type { Verdict } from '../words/verdict.js'
import type { FailedList } from './failed-list.js'
import type { KeptRows } from './kept-rows.js'
import { BLANK } from './verdict-row.js'

/** The list of failures and where it goes. */
export interface FailedOutput {
  readonly list: FailedList
  readonly sink: Sink
}

/** Whether all inputs are files or URLs to ask: a pipe can be read once, and what is fetched is not fetched twice. */
export function canBeReadAgain(inputs: readonly Input[]): boolean {
  return inputs.every((input) => input.kind === 'url' || (input.kind === 'list' && input.isRepeatable))
}

/** For a list that is another one now: its rows cannot be told from those of the old one. */
const WAY_OUT = 'to begin anew: the same command without --resume'

/** Reads the list up to the last row that is kept; a `UsageError` names the first line that is another one now. */
export async function refuseChangedList(rows: KeptRows, source: TargetSource, signal: AbortSignal): Promise<void> {
  const comparison = compareWith(rows)
  for await (const batch of source.batches) {
    signal.throwIfAborted()
    for (const target of batch) {
      const why = await comparison.fault(target)
      if (why !== null) throw new UsageError(`${why}; ${WAY_OUT}`)
    }
    if (comparison.isThrough) return source.close()
  }
  const why = source.broke() === null ? await comparison.faultAtEnd() : null
  if (why !== null) throw new UsageError(`${why}; ${WAY_OUT}`)
}

/** Holds the targets against the rows that were kept of them. */
function compareWith(rows: KeptRows) {
  let left = rows.count
  let nextIndex = 0
  return {
    get isThrough() {
      return left === 0
    },
    /** Null where the target is the one of its row, or has none. */
    fault(target: Target): Promise<string> | null {
      nextIndex = target.index + 1
      if (!rows.has(target.index)) return null
      left--
      return isOf(rows, target) ? null : describe((row) => row.index === target.index, target)
    },
    /** Null where the list had all of them. */
    faultAtEnd(): Promise<string> | null {
      return left === 0 ? null : describe((row) => row.index >= nextIndex, null)
    },
  }
  async function describe(test: (row: Verdict) => boolean, target: Target | null): Promise<string> {
    const row = await rows.find(test)
    return row === null ? 'the list changed' : whyChanged(row, target)
  }
}

/** Of a line, in a message. */
const SHOWN = 200

/** Why a list is not the one that the rows were made from: the first row that another line stands for now. */
export function whyChanged(row: Verdict, target: Pick<Target, 'source'> | null): string {
  const was = `was ${row.input.length > SHOWN ? `${row.input.slice(0, SHOWN)}…` : row.input}`
  if (row.line === null) return `the arguments changed: number ${row.index + 1} ${was}`
  const name = row.source === '-' ? 'stdin' : row.source
  if (target === null) return `${name} changed: it ends before line ${row.line}, which ${was}`
  if (target.source === row.source) return `${name} changed: line ${row.line} ${was}`
  return `the list changed: number ${row.index + 1} ${was} (${name}:${row.line})`
}

/** Rows show URLs without secrets; their `key` has the method that gave the verdict, which may be another one. */
function isOf(rows: KeptRows, target: Target): boolean {
  const { index, line, source, input, url, ask } = target
  const asShown = (method: Method) => {
    const shown = redact({ ...BLANK, source, input, url: url ?? '', method })
    return { index, line, source: shown.source, input: shown.input, key: shown.key }
  }
  const methods: readonly Method[] = url !== null && ask.method === 'HEAD' ? ['HEAD', 'GET'] : [ask.method]
  if (methods.some((method) => rows.matches(asShown(method)))) return true
  // Rows of 0.1 have another key, or none where less was hidden.
  const keys = [null, ...methods.map((method) => (url === null ? null : textHash(method, url)))]
  return keys.some((key) => rows.matches({ index, line, source, input, key }))
}

/**
 * The same targets, held against the rows as they pass; where one is another one now, the list breaks. Lines of failures
 * that are known already go to their list.
 */
export function heldAgainst(rows: KeptRows, source: TargetSource, failed: FailedOutput | null): TargetSource {
  const comparison = compareWith(rows)
  let isClosed = false
  let changed: string | null = null
  let isComplete = false

  async function* checked(): AsyncGenerator<readonly Target[]> {
    let missing = 0
    for await (const batch of source.batches) {
      for (const [at, target] of batch.entries()) {
        if (!rows.has(target.index)) {
          missing++
          continue
        }
        changed = await comparison.fault(target)
        if (changed !== null) {
          yield batch.slice(0, at)
          return
        }
        const line = failed?.list.kept(target) ?? ''
        if (line !== '') await failed?.sink.write(line)
      }
      yield batch
    }
    if (isClosed || source.broke() !== null) return
    changed = await comparison.faultAtEnd()
    isComplete = changed === null && missing === 0 && rows.count > 0
  }
  return {
    ...source,
    batches: checked(),
    get notices() {
      return isComplete ? [...source.notices, 'nothing to ask: no row is missing'] : source.notices
    },
    broke: () => (changed === null ? source.broke() : `${changed}; ${WAY_OUT}`),
    close() {
      isClosed = true
      source.close()
    },
  }
}
