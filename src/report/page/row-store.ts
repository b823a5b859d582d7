// Which rows a page holds, in bounded memory however long the list is. Up to 50,000 rows it is all of them; beyond, no
// browser is quick any more, and what a reader looks for is what is not fine and what is slow.

import type { Verdict } from '../../words/verdict.js'
import type { Row } from './page-row.js'
import { BLOCK_ROWS, createBlockWriter, firstRows, type PackedBlock } from './row-block.js'
import { toPageRow } from './to-page-row.js'

/** Rows of a page. */
export const ROWS_MAX = 50_000
/** Of those, when there are more: the slowest ones of what is fine. */
export const SLOWEST_MAX = 1000
/** Packed bytes of one sort of rows: what even very long URLs may cost. 50,000 usual rows are 1.4 MB. */
const PACKED_MAX = 16 << 20

/** Collects rows, and says at the end which of them are in. */
export interface RowStore {
  add(verdict: Verdict): void
  finish(): KeptRows
}

export interface KeptRows {
  readonly blocks: readonly PackedBlock[]
  /** Rows in the blocks. */
  readonly rows: number
  /** Rows that came. */
  readonly total: number
  /** How many of the rows are there because they are not fine; null when all that came are in. */
  readonly notFine: number | null
}

/** Most urgent first: where there is no room for all of them the first ones stay. */
const RANKS: readonly ((verdict: Verdict) => boolean)[] = [
  ({ change }) => change === 'new-failure',
  ({ outcome }) => outcome === 'failed',
  ({ outcome }) => outcome === 'inconclusive',
]

/** `max` is for tests. */
export function createRowStore(max: number = ROWS_MAX): RowStore {
  const shelves = RANKS.map(() => createShelf(max - SLOWEST_MAX + BLOCK_ROWS))
  const slowest = createSlowest()
  let fine: Shelf | null = createShelf(max)
  let total = 0
  return {
    add(verdict) {
      total++
      const rank = RANKS.findIndex((isOne) => isOne(verdict))
      if (rank !== -1) shelves[rank]!.add(verdict)
      else {
        fine?.add(verdict)
        slowest.add(verdict)
      }
      if (total > max || fine?.isFull) fine = null
    },
    finish() {
      if (fine !== null && shelves.every((shelf) => !shelf.isFull)) {
        return { blocks: [...shelves, fine].flatMap((shelf) => shelf.blocks()), rows: total, total, notFine: null }
      }
      const urgent = takeRows(
        shelves.flatMap((shelf) => shelf.blocks()),
        max - SLOWEST_MAX,
      )
      const slow = slowest.blocks()
      const notFine = sumRows(urgent)
      return { blocks: [...urgent, ...slow], rows: notFine + sumRows(slow), total, notFine }
    },
  }
}

interface Shelf {
  add(verdict: Verdict): void
  blocks(): readonly PackedBlock[]
  /** Something was left out. */
  readonly isFull: boolean
}

function createShelf(max: number): Shelf {
  const writer = createBlockWriter()
  let rows = 0
  let isFull = false
  return {
    add(verdict) {
      isFull ||= rows >= max || writer.packedBytes >= PACKED_MAX
      if (isFull) return
      rows++
      writer.add(toPageRow(verdict))
    },
    blocks: writer.blocks,
    get isFull() {
      return isFull
    },
  }
}

/** The slowest rows, as text of their own: a row as it is would keep the piece of input alive that it was cut from. */
function createSlowest() {
  let kept: { readonly ms: number; readonly json: string }[] = []
  /** What is not slower than this cannot be one of them. */
  let floorMs = 0
  const cut = () => {
    kept = kept.sort((a, b) => b.ms - a.ms).slice(0, SLOWEST_MAX)
    if (kept.length === SLOWEST_MAX) floorMs = kept.at(-1)!.ms
  }
  return {
    add(verdict: Verdict): void {
      const ms = verdict.durationMs
      if (ms === null || ms <= floorMs) return
      kept.push({ ms, json: JSON.stringify(toPageRow(verdict)) })
      // Twice as many before they are sorted again, so that a row costs a push and not a search.
      if (kept.length >= 2 * SLOWEST_MAX) cut()
    },
    blocks(): readonly PackedBlock[] {
      cut()
      const writer = createBlockWriter()
      for (const { json } of kept) writer.add(JSON.parse(json) as Row)
      return writer.blocks()
    },
  }
}

function takeRows(blocks: readonly PackedBlock[], max: number): readonly PackedBlock[] {
  let room = max
  return blocks.flatMap((block) => {
    if (room <= 0) return []
    const taken = firstRows(block, room)
    room -= taken.rows
    return [taken]
  })
}

function sumRows(blocks: readonly PackedBlock[]): number {
  return blocks.reduce((sum, block) => sum + block.rows, 0)
}
