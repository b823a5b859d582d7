// Reports of earlier runs as one: shards, threads, parts of a run that was resumed. Read twice, so that whatever is wrong
// with one of them is said before anything is written, and no row is held.

import { stat } from 'node:fs/promises'
import { UsageError } from '../settings/errors.js'
import type { Summary } from '../words/summary.js'
import type { Verdict } from '../words/verdict.js'
import { openRows } from './open-rows.js'
import { type RowPiece, readRows } from './read-rows.js'
import { verdictRow } from './verdict-row.js'

/** The reports, checked. */
export interface JoinedReports {
  /** Rows in all. */
  readonly count: number
  /** Of the files among them that hold a summary (`-r summary`). */
  readonly summaries: readonly Summary[]
  /** What was left out. */
  readonly notices: readonly string[]
  /** File by file, as they were written. */
  rows(): AsyncGenerator<readonly Verdict[]>
}

/** A `UsageError` names the file and line that is no row of ours, and both places of an index that is there twice. */
export async function openReports(paths: readonly string[], signal: AbortSignal): Promise<JoinedReports> {
  const seen = createBits()
  const summaries: Summary[] = []
  const notices: string[] = []
  const reports: string[] = []
  let count = 0
  for (const path of paths) {
    let isReport = true
    for await (const piece of piecesOf(path, signal)) {
      for (const [at, text] of piece.lines.entries()) {
        if (text === '') continue
        const line = piece.firstLine + at
        const summary = line === 1 ? summaryOf(text) : null
        if (summary !== null) {
          summaries.push(summary)
          isReport = false
        } else if (isTorn(piece, text)) notices.push(`${path}, line ${line}: torn, and left out`)
        else {
          const { index } = verdictRow(text, placeIn(path, line))
          if (!seen.add(index)) throw await twice(index, { paths, path, line, signal })
          count++
        }
      }
    }
    if (isReport) reports.push(path)
  }
  return {
    count,
    summaries,
    notices,
    async *rows() {
      for (const path of reports) for await (const piece of piecesOf(path, signal)) yield rowsOf(path, piece)
    },
  }
}

function rowsOf(path: string, piece: RowPiece): Verdict[] {
  return piece.lines.flatMap((text, at) =>
    text === '' || isTorn(piece, text) ? [] : [verdictRow(text, placeIn(path, piece.firstLine + at))],
  )
}

function placeIn(path: string, line: number): () => string {
  return () => `report: ${path}, line ${line}`
}

async function* piecesOf(path: string, signal: AbortSignal): AsyncGenerator<RowPiece> {
  try {
    if (!(await stat(path)).isFile()) {
      throw new UsageError(`report: ${path} is not a file; reports are read twice, a pipe only once`)
    }
    yield* readRows(await openRows(path, 'report', signal))
  } catch (cause) {
    if (cause instanceof UsageError || cause === signal.reason) throw cause
    const { code = String(cause) } = cause as NodeJS.ErrnoException
    throw new UsageError(`report: ${code === 'ENOENT' ? `no file ${path}` : `${path} cannot be read (${code})`}`, {
      cause,
    })
  }
}

/** A last line without its line break, as a kill leaves it. */
function isTorn({ isWhole }: RowPiece, text: string): boolean {
  if (isWhole) return false
  try {
    JSON.parse(text)
    return false
  } catch {
    return true
  }
}

/** What `-r summary` writes; null for a row. */
function summaryOf(text: string): Summary | null {
  // Every row has one; that it may be anywhere in it costs a needless look at most.
  if (text.includes('"url":')) return null
  try {
    const found = JSON.parse(text) as Partial<Summary> | null
    const isOne = typeof found?.verdicts === 'number' && typeof found.lines?.total === 'number'
    return isOne && typeof found.kinds === 'object' && Array.isArray(found.notices) ? (found as Summary) : null
  } catch {
    return null
  }
}

interface Place {
  readonly paths: readonly string[]
  readonly path: string
  readonly line: number
  readonly signal: AbortSignal
}

/** Where the first one is, is not remembered: the files are read once more. */
async function twice(index: number, { paths, path, line, signal }: Place): Promise<UsageError> {
  const second = `${path}, line ${line}`
  for (const earlier of paths) {
    for await (const piece of piecesOf(earlier, signal)) {
      for (const [at, text] of piece.lines.entries()) {
        const place = `${earlier}, line ${piece.firstLine + at}`
        const isRow = text !== '' && !isTorn(piece, text) && (JSON.parse(text) as Partial<Verdict>).index === index
        if (!isRow) continue
        return new UsageError(
          `report: ${place} and ${second} are both row ${index + 1} of their list: these are reports of two lists or two runs; check both lists in one run, or compare with --baseline`,
        )
      }
    }
  }
  return new UsageError(`report: ${second}: row ${index + 1} of the list is there twice`)
}

/** One page of the set, in numbers: some rows far behind cost little. */
const PAGE = 65_536

/** A set of numbers at a bit each. */
function createBits() {
  const pages = new Map<number, Uint8Array>()
  return {
    /** False where it is in the set already. */
    add(number: number): boolean {
      const key = Math.floor(number / PAGE)
      const page = pages.get(key) ?? new Uint8Array(PAGE / 8)
      pages.set(key, page)
      const [at, bit] = [(number % PAGE) >> 3, 1 << (number & 7)]
      if ((page[at]! & bit) !== 0) return false
      page[at]! |= bit
      return true
    },
  }
}
