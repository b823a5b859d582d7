// The rows that an interrupted run has left, so that the next one asks only what is missing or could not be judged.
// Remembers 32 bits a row, never a row: ten million of them are 40 MB. Rows are read again where they are wanted.

import { UsageError } from '../settings/errors.js'
import type { Target } from '../settings/target.js'
import type { Outcome, Verdict } from '../words/verdict.js'
import { type RowBytes, readRows } from './read-rows.js'

/** The fields without which a row can neither be told from others nor counted. */
export const NEEDED_FIELDS = [
  'index',
  'line',
  'source',
  'input',
  'url',
  'outcome',
  'status',
  'kind',
  'reason',
  'method',
  'attempts',
  'durationMs',
  'key',
] as const satisfies readonly (keyof Verdict)[]

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
    if (page[row.index % PAGE] !== 0) throw new UsageError(`--resume: ${where()}: a second row with index ${row.index}`)
    page[row.index % PAGE] = fingerprint(row)
    count++
  }
  const bytes = await open()
  for await (const piece of readRows(bytes)) {
    if (!piece.isWhole) break
    piece.lines.forEach((text, at) => {
      const where = () => `${path}, line ${piece.firstLine + at}`
      const row = parseRow(text, where)
      if (row.outcome === 'inconclusive') inconclusive++
      else mark(row, where)
    })
    endByte = piece.endByte
  }
  const isPlain = bytes.encoding === 'utf-8' && bytes.bomBytes === 0
  const markOf = (index: number) => pages.get(Math.floor(index / PAGE))?.[index % PAGE] ?? 0

  async function* rows(): AsyncGenerator<readonly Verdict[]> {
    for await (const { lines } of readRows(await open(), endByte))
      yield lines.map((text) => parseRow(text, () => path)).filter(isJudged)
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
          .filter((text) => isJudged(parseRow(text, () => path)))
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

/** A row of ours, completed where `--fields` left something out. */
function parseRow(text: string, where: () => string): Verdict {
  let row: Partial<Verdict> | null = null
  try {
    row = JSON.parse(text) as Partial<Verdict> | null
  } catch {
    // What it is not is said below.
  }
  if (typeof row !== 'object' || row === null)
    throw new UsageError(`--resume: ${where()}: not a row of an ndjson report`)
  const missing = NEEDED_FIELDS.find((name) => row[name] === undefined)
  if (missing !== undefined) throw new UsageError(`--resume: ${where()}: no ${missing}; was it written with --fields?`)
  if (!Number.isSafeInteger(row.index) || row.index! < 0) throw new UsageError(`--resume: ${where()}: a wrong index`)
  const wrong = wrongField(row)
  if (wrong !== undefined) throw new UsageError(`--resume: ${where()}: a wrong ${wrong}`)
  return { ...BLANK, ...row }
}

const OUTCOMES: ReadonlySet<unknown> = new Set(['ok', 'failed', 'inconclusive', 'skipped'] satisfies Outcome[])
const NUMBERS: ReadonlySet<string> = new Set(['line', 'durationMs', 'contentLength', 'duplicateOf'])
const OBJECTS: ReadonlySet<string> = new Set(['tls', 'extra'])

/** The first field that reports could not print: the file may be anybody's. */
function wrongField(row: Partial<Verdict>): string | undefined {
  if (!OUTCOMES.has(row.outcome)) return 'outcome'
  if (row.method !== 'GET' && row.method !== 'HEAD') return 'method'
  return Object.entries(BLANK).find(([name, blank]) => {
    const value: unknown = row[name as keyof Verdict]
    if (value === undefined || (blank === null && value === null)) return false
    if (value === null || Array.isArray(value) !== Array.isArray(blank)) return true
    const expected =
      blank !== null ? typeof blank : NUMBERS.has(name) ? 'number' : OBJECTS.has(name) ? 'object' : 'string'
    return typeof value !== expected
  })?.[0]
}

/** A verdict that says nothing: what a report needs of a row whose other fields were not written. */
export const BLANK: Verdict = {
  index: 0,
  line: null,
  source: '',
  input: '',
  url: '',
  host: '',
  outcome: 'ok',
  ok: false,
  status: 0,
  kind: 'ok',
  reason: '',
  hint: null,
  code: null,
  failedChecks: [],
  method: 'GET',
  attempts: 0,
  finalUrl: '',
  redirects: [],
  httpVersion: null,
  remoteAddress: null,
  contentType: null,
  contentLength: null,
  bodyBytes: 0,
  durationMs: null,
  timingsMs: { queue: null, dns: null, connect: null, tls: null, firstByte: null },
  tls: null,
  inferred: false,
  secondLook: false,
  duplicateOf: null,
  change: null,
  extra: null,
  key: null,
  checkedAt: '',
}

/** FNV-1a of what identifies a row, never 0: a changed line goes unseen once in 4 billion. */
function fingerprint({ line, source, input, key }: RowIdentity): number {
  const text = key === null ? `${line} ${source} ${input}` : `${line} ${source} # ${key}`
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0 || 1
}
