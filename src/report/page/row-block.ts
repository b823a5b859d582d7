// Rows gathered, and packed when there are enough of them. A packed row is 30 bytes where a verdict is a thousand.

import { gunzipSync, gzipSync } from 'node:zlib'
import { type Block, packRows, type Row, unpackRows } from './page-row.js'

/** Rows of a block. More would pack a little better, and keep the run waiting for more than 10 ms. */
export const BLOCK_ROWS = 2000
/** Characters of URLs that make a block full before that. */
const BLOCK_CHARACTERS = 1 << 20

/** A block as it goes into the file. */
export interface PackedBlock {
  readonly rows: number
  /** A `Block` as JSON under gzip. */
  readonly bytes: Buffer
}

/** Rows that are packed block by block as they come. */
export interface BlockWriter {
  add(row: Row): void
  /** All of them; nothing may come after. */
  blocks(): readonly PackedBlock[]
  /** Bytes of what is packed. */
  readonly packedBytes: number
}

export function createBlockWriter(): BlockWriter {
  const done: PackedBlock[] = []
  let packedBytes = 0
  let rows: Row[] = []
  let characters = 0

  const close = () => {
    if (rows.length === 0) return
    const block = pack(rows)
    done.push(block)
    packedBytes += block.bytes.length
    rows = []
    characters = 0
  }
  return {
    add(row) {
      rows.push(row)
      characters += row.url.length + row.written.length + row.finalUrl.length
      if (rows.length >= BLOCK_ROWS || characters >= BLOCK_CHARACTERS) close()
    },
    blocks() {
      close()
      return done
    },
    get packedBytes() {
      return packedBytes
    },
  }
}

/** The first rows of a block as one of its own. */
export function firstRows(block: PackedBlock, count: number): PackedBlock {
  if (count >= block.rows) return block
  return pack(unpackRows(JSON.parse(gunzipSync(block.bytes).toString()) as Block).slice(0, count))
}

/** In the order of the list, in which neighbours are most alike. */
function pack(rows: readonly Row[]): PackedBlock {
  const block = packRows(rows.toSorted((a, b) => a.index - b.index))
  return { rows: rows.length, bytes: gzipSync(JSON.stringify(block), { level: 6 }) }
}
