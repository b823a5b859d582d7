// What the start of a JSON list says of the rest of it, without reading that.

/** The first value and the names of its members, as far as they stand in the head. */
export interface JsonHead {
  /** `array`, `object`, `string`, or the character that it begins with. */
  readonly type: string
  /** Of an array: the same of its first element; null: it has none, or none that is seen. */
  readonly first: JsonHead | null
  /** Of an object: the names of its members so far. */
  readonly names: readonly string[]
  /** Its end was seen. */
  readonly isWhole: boolean
}

/** A string that the head cuts off is one too. */
const TOKEN = /"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|[{}[\]:,]|[^\s{}[\]:,"]+/g

/** Null for a head of nothing but white space. */
export function jsonHead(text: string): JsonHead | null {
  const tokens = text.matchAll(TOKEN)
  const token = tokens.next()
  if (token.done) return null
  if (token.value[0] !== '[') return valueFrom(token.value[0], tokens)
  const element = tokens.next()
  const isEmpty = element.done || element.value[0] === ']'
  return { type: 'array', first: isEmpty ? null : valueFrom(element.value[0], tokens), names: [], isWhole: false }
}

/** Whether the first line is a whole object and there is, or may be, another line of the kind. */
export function isNdjson(text: string): boolean {
  const lines = text.trimStart().split(/\r\n?|\n/)
  const [first = ''] = lines
  const next = lines.findIndex((line, at) => at > 0 && line.trim() !== '')
  const row = objectOf(first)
  // A report of ours may be all of it on one line.
  if (next === -1) return row !== null && !Object.hasOwn(row, 'verdicts')
  // The last line may be cut off.
  return row !== null && (next === lines.length - 1 ? lines[next]!.startsWith('{') : objectOf(lines[next]!) !== null)
}

function objectOf(line: string): object | null {
  if (!line.startsWith('{')) return null
  try {
    return JSON.parse(line) as object
  } catch {
    return null
  }
}

function valueFrom(token: string, tokens: IterableIterator<RegExpMatchArray>): JsonHead {
  if (token === '{') return objectFrom(tokens)
  const type = token === '[' ? 'array' : token.startsWith('"') ? 'string' : token[0]!
  return { type, first: null, names: [], isWhole: type !== 'array' }
}

function objectFrom(tokens: IterableIterator<RegExpMatchArray>): JsonHead {
  const names: string[] = []
  let depth = 1
  let isName = true
  for (let token = tokens.next(); !token.done; token = tokens.next()) {
    const [text] = token.value
    if (text === '{' || text === '[') depth++
    if (text === '}' || text === ']') depth--
    if (depth === 0) return { type: 'object', first: null, names, isWhole: true }
    if (depth === 1 && isName && text.startsWith('"')) names.push(text.slice(1, -1))
    isName = depth === 1 && text === ','
    if (depth === 1 && names.length === 0) isName = true
  }
  return { type: 'object', first: null, names, isWhole: false }
}
