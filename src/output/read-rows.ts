// A file of one row a line, piece by piece, with the place of every piece: what `--resume` and `--baseline` read. Holds
// one piece and never the file; never parses.

import { type FileHandle, open } from 'node:fs/promises'

/** Some lines of the file, without their line breaks. */
export interface RowPiece {
  readonly lines: readonly string[]
  /** 1-based number of the first of them. */
  readonly firstLine: number
  /** Bytes of the file up to the end of the last of them. */
  readonly endByte: number
  /** False for a last line without a line break: it may be torn. It comes alone. */
  readonly isWhole: boolean
}

const CHUNK_BYTES = 1024 * 1024
const LF = 10

/** Reads the file up to `endByte` (default: all of it). Rejects with what the system says. */
export async function* readRows(path: string, endByte = Number.POSITIVE_INFINITY): AsyncGenerator<RowPiece> {
  const file = await open(path)
  try {
    yield* pieces(file, endByte)
  } finally {
    await file.close()
  }
}

async function* pieces(file: FileHandle, endByte: number): AsyncGenerator<RowPiece> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  /** The start of a line that runs over the end of its chunk. */
  let held: Buffer[] = []
  let position = 0
  let line = 1
  for (;;) {
    const length = Math.min(buffer.length, endByte - position)
    const { bytesRead } = length > 0 ? await file.read(buffer, 0, length, null) : { bytesRead: 0 }
    if (bytesRead === 0) break
    const chunk = buffer.subarray(0, bytesRead)
    const whole = chunk.lastIndexOf(LF) + 1
    if (whole > 0) {
      const text = Buffer.concat([...held, chunk.subarray(0, whole - 1)]).toString()
      const lines = text.split('\n')
      yield { lines, firstLine: line, endByte: position + whole, isWhole: true }
      line += lines.length
      held = []
    }
    if (whole < bytesRead) held.push(Buffer.from(chunk.subarray(whole)))
    position += bytesRead
  }
  if (held.length === 0) return
  yield { lines: [Buffer.concat(held).toString()], firstLine: line, endByte: position, isWhole: false }
}
