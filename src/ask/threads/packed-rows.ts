// Verdicts on their way back: their values as one text, without names and without what the main thread knows of the target.
// 1.6 µs a row to and fro, where a structured clone of the verdicts takes 12 (Node 20).

import type { Target } from '../../settings/target.js'
import type { Hop, Timings } from '../../words/reply.js'
import type { FailedCheck, Verdict } from '../../words/verdict.js'

const NO_HOPS: readonly Hop[] = Object.freeze([])
const NO_CHECKS: readonly FailedCheck[] = Object.freeze([])
/** In place of a text that is the target's own. */
const SAME = 0
/** In place of an empty list. */
const NONE = 0

/** In this order; `row` reads them back. */
function pushRow(values: unknown[], row: Verdict): void {
  const { timingsMs, failedChecks, redirects } = row
  values.push(
    row.index,
    row.outcome,
    row.status,
    row.kind,
    row.reason,
    row.hint,
    row.code,
    failedChecks.length === 0 ? NONE : failedChecks,
    row.method,
    row.attempts,
    row.finalUrl === row.url ? SAME : row.finalUrl,
    redirects.length === 0 ? NONE : redirects,
    row.httpVersion,
    row.remoteAddress === row.host ? SAME : row.remoteAddress,
    row.contentType,
    row.contentLength,
    row.bodyBytes,
    row.durationMs,
    timingsMs.queue,
    timingsMs.dns,
    timingsMs.connect,
    timingsMs.tls,
    timingsMs.firstByte,
    row.tls,
    row.inferred,
    row.secondLook,
    row.checkedAt,
  )
}

const VALUES = 27

export function packRows(rows: readonly Verdict[]): string {
  const values: unknown[] = []
  for (const row of rows) pushRow(values, row)
  return JSON.stringify(values)
}

/** The rows of targets that were sent; `targetOf` is asked once for each, and null where nobody wants its row. */
export function unpackRows(text: string, targetOf: (index: number) => Target | null): readonly Verdict[] {
  const values = valuesOf(text)
  const rows: Verdict[] = []
  for (let at = 0; at < values.length; at += VALUES) {
    const target = targetOf(values[at] as number)
    if (target !== null) rows.push(rowAt(values, at, target))
  }
  return rows
}

/** Throws for a text that `packRows` did not make. */
function valuesOf(text: string): readonly unknown[] {
  const values: unknown = JSON.parse(text)
  if (!Array.isArray(values) || values.length % VALUES !== 0) throw new TypeError('no packed rows')
  return values
}

/** Each row alone, packed as well, by its index. */
export function splitRows(text: string): ReadonlyMap<number, string> {
  const values = valuesOf(text)
  const rows = new Map<number, string>()
  for (let at = 0; at < values.length; at += VALUES) {
    rows.set(values[at] as number, JSON.stringify(values.slice(at, at + VALUES)))
  }
  return rows
}

/** One object literal in the declared order, as `judge` makes it. */
function rowAt(values: readonly unknown[], at: number, target: Target): Verdict {
  const value = <T>(place: number): T => values[at + place] as T
  const orSame = (place: number, own: string) => (values[at + place] === SAME ? own : value<string | null>(place))
  const url = target.url ?? ''
  const outcome = value<Verdict['outcome']>(1)
  return {
    index: target.index,
    line: target.line,
    source: target.source,
    input: target.input,
    url,
    host: target.host,
    outcome,
    ok: outcome === 'ok',
    status: value(2),
    kind: value(3),
    reason: value(4),
    hint: value(5),
    code: value(6),
    failedChecks: values[at + 7] === NONE ? NO_CHECKS : value(7),
    method: value(8),
    attempts: value(9),
    finalUrl: orSame(10, url) ?? '',
    redirects: values[at + 11] === NONE ? NO_HOPS : value(11),
    httpVersion: value(12),
    remoteAddress: orSame(13, target.host),
    contentType: value(14),
    contentLength: value(15),
    bodyBytes: value(16),
    durationMs: value(17),
    timingsMs: timingsAt(values, at + 18),
    tls: value(23),
    inferred: value(24),
    secondLook: value(25),
    duplicateOf: null,
    change: null,
    extra: target.extra ?? null,
    key: null,
    checkedAt: value(26),
  }
}

function timingsAt(values: readonly unknown[], at: number): Timings {
  const value = (place: number) => values[at + place] as number | null
  return { queue: value(0)!, dns: value(1), connect: value(2), tls: value(3), firstByte: value(4) }
}
