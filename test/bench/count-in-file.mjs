// How often a text stands in a file of any size: how right answers are counted after a run.

import { closeSync, openSync, readSync } from 'node:fs'

const PIECE_BYTES = 1 << 20

export function countInFile(path, text) {
  const file = openSync(path, 'r')
  const wanted = Buffer.from(text)
  const buffer = Buffer.alloc(PIECE_BYTES + wanted.length)
  let kept = 0
  let count = 0
  for (;;) {
    const read = readSync(file, buffer, kept, PIECE_BYTES, null)
    if (read === 0) break
    const piece = buffer.subarray(0, kept + read)
    let from = 0
    for (let at = piece.indexOf(wanted); at >= 0; at = piece.indexOf(wanted, from)) {
      count++
      from = at + wanted.length
    }
    // A text that is cut by the end of the piece is found with the next one.
    kept = Math.min(wanted.length - 1, piece.length - from)
    piece.copy(buffer, 0, piece.length - kept)
  }
  closeSync(file)
  return count
}
