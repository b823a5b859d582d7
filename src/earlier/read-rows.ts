// A file of one row a line, piece by piece, with the place of every piece: what `--resume` and `--baseline` read. Holds
// one piece and never the file; never parses, and does not know where the bytes come from.

/** Where the bytes are, from behind a byte order mark on. */
export interface RowBytes {
  /** PowerShell's `>` writes UTF-16. */
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be'
  /** Bytes of the byte order mark that were left out. */
  readonly bomBytes: number
  /** Whether the file is packed: then its bytes are not those of its rows. */
  readonly isPacked: boolean
  /** The next ones; null at the end. Valid until the next call. Rejects with what the system says. */
  read(): Promise<Uint8Array | null>
  close(): Promise<void>
}

/** Some lines of the file, without their line breaks (LF or CRLF). */
export interface RowPiece {
  readonly lines: readonly string[]
  /** 1-based number of the first of them. */
  readonly firstLine: number
  /** Bytes of the file up to the end of the last of them. */
  readonly endByte: number
  /** False for a last line without a line break: it may be torn. It comes alone. */
  readonly isWhole: boolean
}

/** Reads up to `endByte` (default: all) and closes. Rejects with what `read` says. */
export async function* readRows(bytes: RowBytes, endByte = Number.POSITIVE_INFINITY): AsyncGenerator<RowPiece> {
  try {
    yield* pieces(bytes, endByte)
  } finally {
    await bytes.close()
  }
}

async function* pieces(bytes: RowBytes, endByte: number): AsyncGenerator<RowPiece> {
  const { encoding } = bytes
  /** The start of a line that runs over the end of its chunk. */
  let held: Uint8Array[] = []
  let heldBytes = 0
  /** Of what was handed on. */
  let position = bytes.bomBytes
  let line = 1
  while (position + heldBytes < endByte) {
    const read = await bytes.read()
    if (read === null) break
    const chunk = asBuffer(read).subarray(0, endByte - position - heldBytes)
    // A character of UTF-16 may be cut in two: such a chunk is looked at with what came before it.
    const isCut = encoding !== 'utf-8' && heldBytes % 2 === 1
    const looked = isCut ? Buffer.concat([...held, chunk]) : chunk
    const whole = afterLastBreak(looked, encoding)
    if (whole > 0) {
      const parts = isCut ? [looked.subarray(0, whole)] : [...held, looked.subarray(0, whole)]
      const text = decode(Buffer.concat(parts), encoding)
      const lines = splitLines(text)
      position += parts.reduce((sum, part) => sum + part.length, 0)
      yield { lines, firstLine: line, endByte: position, isWhole: true }
      line += lines.length
      held = []
    } else if (isCut) held = []
    if (whole < looked.length) held.push(Buffer.from(looked.subarray(whole)))
    heldBytes = held.reduce((sum, part) => sum + part.length, 0)
  }
  if (held.length === 0) return
  yield {
    lines: [decode(Buffer.concat(held), encoding)],
    firstLine: line,
    endByte: position + heldBytes,
    isWhole: false,
  }
}

const LF = 10

/** Where the text behind the last line break begins; 0 where there is none. */
function afterLastBreak(bytes: Buffer, encoding: RowBytes['encoding']): number {
  if (encoding === 'utf-8') return bytes.lastIndexOf(LF) + 1
  const low = encoding === 'utf-16le' ? 0 : 1
  for (let at = bytes.length - (bytes.length % 2) - 2; at >= 0; at -= 2) {
    if (bytes[at + low] === LF && bytes[at + 1 - low] === 0) return at + 2
  }
  return 0
}

function decode(bytes: Buffer, encoding: RowBytes['encoding']): string {
  if (encoding === 'utf-8') return bytes.toString()
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2))
  return (encoding === 'utf-16le' ? even : Buffer.from(even).swap16()).toString('utf16le')
}

/** Of a text that ends with a line break. */
function splitLines(text: string): readonly string[] {
  const lines = text.slice(0, -1).split('\n')
  return text.includes('\r\n') ? lines.map((each) => (each.endsWith('\r') ? each.slice(0, -1) : each)) : lines
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
