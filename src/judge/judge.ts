// Target and reply in, verdict out: what a status means, in the order of the README's judging rules. Pure; never asks,
// never retries, never looks at the clock. On the hot path: one object literal in the declared order a verdict, no spreads.

import { STATUS_CODES } from 'node:http'
import { kindFacts } from '../settings/kinds.js'
import { SUCCESSFUL } from '../settings/status-set.js'
import type { Expect, Target } from '../settings/target.js'
import { isLocal, type Kind } from '../words/kinds.js'
import { namedHint } from '../words/named-hint.js'
import type { Hop, Reply, ReplyHeaders, Timings } from '../words/reply.js'
import type { FailedCheck, Outcome, Verdict } from '../words/verdict.js'
import { blockMarker, reasonOfBlock } from './block-marker.js'
import { type Fault, faultsOf } from './checks.js'
import { hintOfEnd, hintOfStatus } from './hints.js'
import { cleanPhrase, reasonOfStatus } from './reason.js'
import { isoText, type TimeText } from './time-text.js'

const NO_CHECKS: readonly FailedCheck[] = Object.freeze([])
/** Longest reason of `skip=` that is repeated, in characters. */
const SKIP_REASON_MAX = 200
/** Real ones have 30 characters; a header may have 256 KiB. */
const CONTENT_TYPE_MAX = 1024
const NO_HOPS: readonly Hop[] = Object.freeze([])
const NO_TIMINGS: Timings = Object.freeze({ queue: null, dns: null, connect: null, tls: null, firstByte: null })

/** What is held of an answer, or of a target that was never asked. */
interface Judgement {
  readonly outcome: Outcome
  readonly kind: Kind
  readonly reason: string
  readonly hint: string | null
  readonly failedChecks: readonly FailedCheck[]
}

/**
 * The verdict on one answer, or on its absence. No answer fails, unless this machine is to blame (`local.*`) or the way
 * (`proxy.failed`); then a status that the user named is fine; then a documented marker of a refused checker is
 * inconclusive; then `accept`, then the other expectations. All that do not hold are in `failedChecks`; the kind and the
 * reason are the first one's, and one that could not be checked at all comes last: where there is no other, nothing is
 * known. What would be failed and is named in `inconclusive` is inconclusive. `timeText` makes RFC 3339 of the time of the answer.
 */
export function judge(target: Target, reply: Reply, timeText: TimeText = isoText): Verdict {
  const { outcome, kind, reason, hint, failedChecks } = unlessNamed(judgementOf(target, reply), target.expect, reply)
  const { tls, headers } = reply
  const certificate = tls !== null && tls.error !== null && reply.kind === 'ok' ? `certificate: ${tls.error}` : null
  const contentType = headers.get('content-type')
  return {
    index: target.index,
    line: target.line,
    source: target.source,
    input: target.input,
    url: target.url ?? '',
    host: target.host,
    outcome,
    ok: outcome === 'ok',
    status: reply.status,
    kind,
    reason,
    hint: certificate === null ? hint : hint === null ? certificate : `${hint}; ${certificate}`,
    code: reply.code,
    failedChecks,
    method: reply.method,
    attempts: reply.attempts,
    finalUrl: reply.finalUrl,
    redirects: reply.redirects,
    httpVersion: reply.httpVersion,
    remoteAddress: reply.remoteAddress,
    contentType: contentType === null ? null : wellFormed(atMost(contentType, CONTENT_TYPE_MAX)),
    contentLength: contentLength(headers),
    bodyBytes: reply.bodyBytes,
    durationMs: reply.durationMs,
    timingsMs: reply.timingsMs,
    tls: tls === null ? null : rowOf(tls),
    inferred: reply.inferred,
    secondLook: reply.secondLook,
    duplicateOf: null,
    change: null,
    extra: target.extra ?? null,
    key: null,
    checkedAt: timeText(reply.checkedAtMs),
  }
}

/** Without what only judging needs; the very same object where there is none of it. */
function rowOf(facts: NonNullable<Reply['tls']>): Verdict['tls'] {
  if (facts.chain === undefined && facts.isPublic === undefined) return facts
  const { chain, isPublic, ...row } = facts
  return row
}

/** What failed, and was named by its status or its kind as what says nothing, is inconclusive; the reason stays. */
function unlessNamed(judgement: Judgement, { inconclusive }: Expect, { status }: Reply): Judgement {
  const { outcome, kind, hint } = judgement
  if (outcome !== 'failed' || inconclusive === null) return judgement
  const byStatus = kind === 'http.error' ? inconclusive.nameOfStatus(status) : null
  const name = byStatus ?? inconclusive.nameOfKind(kind)
  return name === null ? judgement : { ...judgement, outcome: 'inconclusive', hint: namedHint(name, hint) }
}

function judgementOf(target: Target, reply: Reply): Judgement {
  const { status } = reply
  // To CONNECT the network answers through the proxy.
  const kind = reply.kind === 'proxy.failed' && reply.code === '511' ? 'local.captive_portal' : reply.kind
  if (kind !== 'ok' && !isNamedAnswer(target, reply)) return ofNoAnswer(kind, reply)
  const { accept, acceptIsExplicit } = target.expect
  const accepted = accept.has(status)
  const reason = reasonOfStatus(status, reply.statusText)
  const marker = accepted && acceptIsExplicit ? null : blockMarker(status, reply.headers)
  if (marker !== null) {
    const hint = reply.hint ?? kindFacts(marker).hint
    const blocked = reasonOfBlock(marker, status, reason)
    return { outcome: 'inconclusive', kind: marker, reason: blocked, hint, failedChecks: NO_CHECKS }
  }
  const faults = faultsOf(target, reply)
  // `location=` alone has said nothing of statuses: what is wrong with a page that is there is that it does not redirect.
  const isUnmoved = !acceptIsExplicit && SUCCESSFUL.has(status) && faults.some(({ kind }) => kind === 'check.location')
  if (!accepted && !isUnmoved) return ofWrongStatus(target, reply, faults)
  const first = firstOf(faults, target.expect)
  if (first === undefined) return reply.hint === null ? (FINE[status] ?? fine(reason, null)) : fine(reason, reply.hint)
  return {
    outcome: first.isUnknown ? 'inconclusive' : 'failed',
    kind: first.kind,
    reason: first.reason,
    hint: reply.hint,
    failedChecks: faults.map((fault) => fault.failed),
  }
}

/** The one that says what to hold of the page: what failed, then what is named as inconclusive, then what is unknown. */
function firstOf(faults: readonly Fault[], { inconclusive }: Expect): Fault | undefined {
  if (faults.length < 2) return faults[0]
  const known = faults.filter(({ isUnknown }) => !isUnknown)
  return (
    known.find(({ kind }) => inconclusive === null || inconclusive.nameOfKind(kind) === null) ?? known[0] ?? faults[0]
  )
}

function fine(reason: string, hint: string | null): Judgement {
  return { outcome: 'ok', kind: 'ok', reason, hint, failedChecks: NO_CHECKS }
}

/** Ready ones for statuses with a standard phrase, as most answers have: nothing is made for them on the hot path. */
const FINE: readonly (Judgement | undefined)[] = Array.from({ length: 1000 }, (_, status) =>
  STATUS_CODES[status] === undefined ? undefined : fine(reasonOfStatus(status, ''), null),
)

function ofNoAnswer(kind: Kind, { detail, hint }: Reply): Judgement {
  const facts = kindFacts(kind)
  return {
    outcome: isLocal(kind) || kind === 'proxy.failed' || kind === 'aborted' ? 'inconclusive' : 'failed',
    kind,
    reason: detail ?? facts.meaning,
    hint: hint ?? facts.hint,
    failedChecks: NO_CHECKS,
  }
}

function ofWrongStatus({ expect, input }: Target, reply: Reply, faults: readonly Fault[]): Judgement {
  const { status } = reply
  const reason = reasonOfStatus(status, reply.statusText)
  return {
    outcome: 'failed',
    kind: 'http.error',
    // `200 OK` alone reads as if all were well.
    reason: SUCCESSFUL.has(status) ? `${reason}, expected ${expect.accept}` : reason,
    hint: reply.hint ?? hintOfStatus(expect, status, reply.redirects) ?? hintOfEnd(input, status),
    failedChecks: [
      { check: 'status', expected: expect.accept.toString(), actual: `${status}` },
      ...faults.map((fault) => fault.failed),
    ],
  }
}

/** A proxy's answer, or what may be one, whose status the user named: then it is what was expected. */
function isNamedAnswer({ expect }: Target, { kind, status }: Reply): boolean {
  return kind === 'proxy.failed' && status > 0 && expect.acceptIsExplicit && expect.accept.has(status)
}

/** The verdict on a line that holds nothing to ask (`url.invalid`, `line.invalid`); `nowMs` is wall clock. */
export function verdictOfProblem(target: Target, nowMs: number): Verdict {
  const { problem } = target
  if (problem === null) throw new TypeError(`target ${target.index} has no problem`)
  const named = problem.key !== null && !problem.reason.includes(problem.key)
  const where = problem.column === null ? '' : ` (column ${problem.column})`
  const reason = `${named ? `${problem.key}: ` : ''}${problem.reason}${where}`
  const outcome = problem.kind === 'skipped' ? 'skipped' : 'failed'
  return neverAsked(target, { outcome, kind: problem.kind, reason, hint: problem.hint }, nowMs)
}

/** The row of a repeat under `dedupe`: never asked, skipped, with the index of the first one. `nowMs` is wall clock. */
export function verdictOfDuplicate(target: Target, firstIndex: number, nowMs: number): Verdict {
  const { meaning, hint } = kindFacts('duplicate')
  return {
    ...neverAsked(target, { outcome: 'skipped', kind: 'duplicate', reason: meaning, hint }, nowMs),
    duplicateOf: firstIndex,
  }
}

/** The row of a target with `skip`: never asked, skipped, for the reason given. `nowMs` is wall clock. */
export function verdictOfSkip(target: Target, nowMs: number): Verdict {
  const { meaning, hint } = kindFacts('skipped')
  const reason = cleanPhrase(target.skip ?? '', SKIP_REASON_MAX) || meaning
  return neverAsked(target, { outcome: 'skipped', kind: 'skipped', reason, hint }, nowMs)
}

function neverAsked(target: Target, judgement: Omit<Judgement, 'failedChecks'>, nowMs: number): Verdict {
  const { outcome, kind, reason, hint } = judgement
  return {
    index: target.index,
    line: target.line,
    source: target.source,
    input: target.input,
    url: target.url ?? '',
    host: target.host,
    outcome,
    ok: false,
    status: 0,
    kind,
    reason,
    hint,
    code: null,
    failedChecks: NO_CHECKS,
    method: target.ask.method,
    attempts: 0,
    finalUrl: target.url ?? '',
    redirects: NO_HOPS,
    httpVersion: null,
    remoteAddress: null,
    contentType: null,
    contentLength: null,
    bodyBytes: 0,
    durationMs: null,
    timingsMs: NO_TIMINGS,
    tls: null,
    inferred: false,
    secondLook: false,
    duplicateOf: null,
    change: null,
    extra: target.extra ?? null,
    key: null,
    checkedAt: isoText(nowMs),
  }
}

/** RFC 9110 §8.6: digits alone. A list (`5, 5`), a sign or a number beyond exact integers says nothing. */
function contentLength(headers: ReplyHeaders): number | null {
  const text = headers.get('content-length')
  if (text === null || !/^\d{1,16}$/.test(text)) return null
  const length = Number(text)
  return Number.isSafeInteger(length) ? length : null
}

/** A copy where it is cut: a slice would keep the whole alive. */
function atMost(text: string, length: number): string {
  return text.length <= length ? text : Buffer.from(text.slice(0, length)).toString()
}

/** Half a surrogate pair cannot be written as UTF-8. */
function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd')
}
