// One line of an earlier ndjson report as a verdict. The file may be anybody's: what reports could not print is refused.

import { UsageError } from '../settings/errors.js'
import type { Outcome, Verdict } from '../words/verdict.js'

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

/** A row of ours, completed where `--fields` left something out. A `UsageError` says what it is not, and where. */
export function verdictRow(text: string, where: () => string): Verdict {
  let row: Partial<Verdict> | null = null
  try {
    row = JSON.parse(text) as Partial<Verdict> | null
  } catch {
    // What it is not is said below.
  }
  if (typeof row !== 'object' || row === null) throw new UsageError(`${where()}: not a row of an ndjson report`)
  const missing = NEEDED_FIELDS.find((name) => row[name] === undefined)
  if (missing !== undefined) throw new UsageError(`${where()}: no ${missing}; was it written with --fields?`)
  if (!Number.isSafeInteger(row.index) || row.index! < 0) throw new UsageError(`${where()}: a wrong index`)
  const wrong = wrongField(row)
  if (wrong !== undefined) throw new UsageError(`${where()}: a wrong ${wrong}`)
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
