// Bytes of a JSON document to the values that are targets, one by one, in bounded memory: the elements of an array, those
// of `verdicts` in a report of ours, or objects one after the other.

import { createRequire } from 'node:module'

/** A value, and the line of the file on which it begins. */
export interface JsonValue {
  readonly value: unknown
  readonly line: number
}

/** Where the values are. */
export type JsonShape = 'array' | 'report' | 'objects'

export interface JsonValues {
  /** The values that are now complete. */
  push(chunk: Buffer): readonly JsonValue[]
  /** Nothing comes any more. */
  end(): void
  /** Why there are no more values though there are more bytes, or bytes are missing; null: nothing is wrong. */
  readonly fault: string | null
}

/** A value with more is none that we would ask. */
const VALUE_BYTES = 1_048_576
const LF = 10
const PATHS: Readonly<Record<JsonShape, string>> = { array: '$.*', report: '$.verdicts.*', objects: '$' }
/** How many brackets are open where a value begins. */
const DEPTHS: Readonly<Record<JsonShape, number>> = { array: 1, report: 2, objects: 0 }

export function createJsonValues(shape: JsonShape): JsonValues {
  const { Tokenizer, TokenParser, TokenType } = createRequire(import.meta.url)(
    '@streamparser/json',
  ) as typeof import('@streamparser/json')
  const tokenizer = new Tokenizer({ separator: '' })
  const parser = new TokenParser({ paths: [PATHS[shape]], keepStack: false, separator: '' })
  const opening: ReadonlySet<number> = new Set([TokenType.LEFT_BRACE, TokenType.LEFT_BRACKET])
  const closing: ReadonlySet<number> = new Set([TokenType.RIGHT_BRACE, TokenType.RIGHT_BRACKET])
  const lines = createLineCount()
  let values: JsonValue[] = []
  let fault: string | null = null
  let depth = 0
  let line = 1
  let openSince = 0
  let bytes = 0

  const fail = ({ message }: Error) => {
    fault ??= `no JSON: ${message}`
  }
  tokenizer.onError = fail
  parser.onError = fail
  tokenizer.onToken = (token) => {
    const isOpening = opening.has(token.token)
    if (closing.has(token.token)) depth--
    // What stands between values is told apart by the parser; to look at a comma as well does no harm.
    else if (depth === DEPTHS[shape] && token.token !== TokenType.COMMA) line = lines.at(token.offset)
    if (isOpening) depth++
    parser.write(token)
  }
  parser.onValue = ({ value }) => {
    values.push({ value, line })
    openSince = bytes
  }
  return {
    push(chunk) {
      if (fault === null) {
        lines.begin(chunk, bytes)
        tokenizer.write(chunk)
        bytes += chunk.length
        if (values.length > 0) openSince = bytes
        else if (bytes - openSince > VALUE_BYTES) fault ??= 'a value of more than 1 MiB'
      }
      const taken = values
      values = []
      return taken
    },
    end() {
      if (fault === null && (depth > 0 || !isBetween(tokenizer))) fault = 'the JSON ends in the middle'
    },
    get fault() {
      return fault
    },
  }
}

/** Whether a tokenizer may end where it is. */
function isBetween(tokenizer: { end(): void; onError: (error: Error) => void }): boolean {
  let isBetweenTokens = true
  tokenizer.onError = () => {
    isBetweenTokens = false
  }
  tokenizer.end()
  return isBetweenTokens
}

/** Lines by offset, in one pass over each chunk. */
function createLineCount() {
  let chunk: Buffer = Buffer.alloc(0)
  let start = 0
  /** Of what is counted: up to this place in the chunk. */
  let at = 0
  let line = 1
  const countTo = (end: number) => {
    for (let lf = chunk.indexOf(LF, at); lf !== -1 && lf < end; lf = chunk.indexOf(LF, lf + 1)) {
      line++
      at = lf + 1
    }
  }
  return {
    begin(next: Buffer, offset: number): void {
      countTo(chunk.length)
      chunk = next
      start = offset
      at = 0
    },
    /** Offsets only grow; one of a chunk before this one is a string that has no line break in it. */
    at(offset: number): number {
      countTo(Math.max(0, offset - start))
      return line
    },
  }
}
