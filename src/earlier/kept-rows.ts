// The rows that an interrupted run has left, so that the next one asks only what is missing or could not be judged.
// Remembers 32 bits a row, never a row: ten million of them are 40 MB. Rows are read again where they are wanted.

import { UsageError } from '../settings/errors.js'
import { FNV1A_EMPTY, fnv1a } from '../words/fnv1a.js'
import type { Verdict } from '../words/verdict.js'
import { type RowBytes, readRows } from './read-rows.js'
import { verdictRow } from './verdict-row.js'

/** What of a row has to be the same in the list. `key` where the URL is redacted, as in the verdict. */
export type RowIdentity = Pick<Verdict, 'index' | 'line' | 'source' | 'input' | 'key'>

/** The whole rows of an earlier run, but for those that were inconclusive: their URLs are asked again. */
export interface KeptRows {
  readonly count: number
  /** How many were left out because they were inconclusive. */
  readonly inconclusive: number
  /** Bytes of the file that can stay as they are; what follows is the torn end of a row. Null where it has to be written anew. */
  readonly bytes: number | null
  /** Whether there is a row with this index. */
  has(index: number): boolean
  /** Whether the row with this index is of this line. True where there is no such row. */
  matches(row: RowIdentity): boolean
  /** All of them, in the order in which they were written. */
  rows(): AsyncGenerator<readonly Verdict[]>
  /** The rows as they stand in the file, in UTF-8, some at a time, each with a line break: for the file that goes on. */
  text(): AsyncGenerator<string>
  /** The first one that passes; reads the file up to there. */
  find(test: (row: Verdict) => boolean): Promise<Verdict | null>
  /** Bytes of memory, for tests. */
  memoryBytes(): number
}

/** Rows of one page of the index, so that a few rows far behind cost little. */
const PAGE = 65_536

/**
 * Reads a growing ndjson file to its last whole row, one piece at a time. A `UsageError` names the line that is no row of
 * ours, or that is there twice. What the system says (`ENOENT`) comes as it is.
 */
export async function readKeptRows(path: string, open: () => Promise<RowBytes>): Promise<KeptRows> {
  const pages = new Map<number, Uint32Array>()
  let count = 0
  let inconclusive = 0
  let endByte = 0

  const mark = (row: RowIdentity, where: () => string) => {
    const pageNumber = Math.floor(row.index / PAGE)
    const page = pages.get(pageNumber) ?? new Uint32Array(PAGE)
    pages.set(pageNumber, page)
    if (page[row.index % PAGE] !== 0) throw new UsageError(`${where()}: a second row with index ${row.index}`)
    page[row.index % PAGE] = fingerprint(row)
    count++
  }
  const bytes = await open()
  for await (const piece of readRows(bytes)) {
    if (!piece.isWhole) break
    piece.lines.forEach((text, at) => {
      const where = () => `--resume: ${path}, line ${piece.firstLine + at}`
      const row = verdictRow(text, where)
      if (row.outcome === 'inconclusive') inconclusive++
      else mark(row, where)
    })
    endByte = piece.endByte
  }
  const isPlain = bytes.encoding === 'utf-8' && bytes.bomBytes === 0 && !bytes.isPacked
  const markOf = (index: number) => pages.get(Math.floor(index / PAGE))?.[index % PAGE] ?? 0

  async function* rows(): AsyncGenerator<readonly Verdict[]> {
    for await (const { lines } of readRows(await open(), endByte))
      yield lines.map((text) => verdictRow(text, () => `--resume: ${path}`)).filter(isJudged)
  }
  return {
    count,
    inconclusive,
    bytes: isPlain && inconclusive === 0 ? endByte : null,
    has: (index) => markOf(index) !== 0,
    matches(row) {
      const found = markOf(row.index)
      return found === 0 || found === fingerprint(row)
    },
    rows,
    async *text() {
      for await (const { lines } of readRows(await open(), endByte))
        yield lines
          .filter((text) => isJudged(verdictRow(text, () => `--resume: ${path}`)))
          .map((text) => `${text}\n`)
          .join('')
    },
    async find(test) {
      for await (const batch of rows()) {
        const row = batch.find(test)
        if (row !== undefined) return row
      }
      return null
    },
    memoryBytes: () => pages.size * PAGE * Uint32Array.BYTES_PER_ELEMENT,
  }
}

function isJudged({ outcome }: Verdict): boolean {
  return outcome !== 'inconclusive'
}

/** FNV-1a of what identifies a row, never 0: a changed line goes unseen once in 4 billion. */
function fingerprint({ line, source, input, key }: RowIdentity): number {
  const text = key === null ? `${line} ${source} ${input}` : `${line} ${source} # ${key}`
  let hash = FNV1A_EMPTY
  for (let at = 0; at < text.length; at++) hash = fnv1a(hash, text.charCodeAt(at))
  return hash >>> 0 || 1
}
