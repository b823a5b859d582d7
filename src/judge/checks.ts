// The expectations beside the status: what does not hold of an answer, each with what was expected, what came and a
// plain sentence. Pure; an answer of which nothing is expected costs seven comparisons.

import type { Expect, Target } from '../settings/target.js'
import { counted } from '../words/counted.js'
import type { NamedKind } from '../words/kinds.js'
import type { CertificateDates, Reply } from '../words/reply.js'
import type { FailedCheck } from '../words/verdict.js'
import { cleanPhrase } from './reason.js'

/** An expectation that did not hold, or of which nobody can say whether it did, and the sentence for it. */
export interface Fault {
  /** The check could not be made: that is nothing against the page. */
  readonly isUnknown: boolean
  readonly kind: Extract<NamedKind, `check.${string}`>
  readonly failed: FailedCheck
  readonly reason: string
}

/** The expectations that can fail, as their kinds name them. */
type CheckName = Fault['kind'] extends `check.${infer Name}` ? Name : never

const NO_FAULTS: readonly Fault[] = Object.freeze([])
const DAY_MS = 86_400_000
/** Longest piece of the wire that a sentence or a check repeats, in characters. */
const SHOWN_MAX = 200
/** The same of a URL, which may be 64 KiB long. */
const SHOWN_URL_MAX = 2048
/** Of a header, in characters; servers that are set up as they come send less. */
const SEARCHED_MAX = 16_384

/** All expectations that do not hold, in the order in which they are judged. */
export function faultsOf(target: Target, reply: Reply): readonly Fault[] {
  const { expect } = target
  if (!hasMore(expect)) return NO_FAULTS
  return [
    ...locationFault(target, reply),
    ...finalUrlFault(target, reply),
    ...containsFault(expect.contains, reply),
    ...expect.headers.flatMap((pattern) => headerFault(pattern, reply)),
    ...latencyFault(expect.maxLatencyMs, reply),
    ...certificateFault(expect.certDays, reply),
  ]
}

function hasMore(expect: Expect): boolean {
  return (
    expect.location !== null ||
    expect.finalUrl !== null ||
    expect.contains !== null ||
    expect.headers.length > 0 ||
    expect.maxLatencyMs !== null ||
    expect.certDays !== null
  )
}

/** What was expected, what came, and the sentence for it. */
type Finding = Omit<FailedCheck, 'check'> & Pick<Fault, 'reason'>

function fault(check: CheckName, { expected, actual, reason }: Finding): Fault[] {
  return [{ isUnknown: false, kind: `check.${check}`, failed: { check, expected, actual }, reason }]
}

function unknown(check: CheckName, finding: Finding): Fault[] {
  return fault(check, finding).map((each) => ({ ...each, isUnknown: true }))
}

/** The first answer's Location, resolved against the URL that was asked. */
function locationFault({ url, expect }: Target, reply: Reply): Fault[] {
  if (expect.location === null) return []
  const expected = comparable(expect.location, url!)
  const [first] = reply.redirects
  const location = first === undefined ? reply.headers.get('location') : first.location
  if (location === null)
    return fault('location', {
      expected,
      actual: 'no redirect',
      reason: `no redirect, expected one to ${shown(expected)}`,
    })
  const actual = comparable(location, url!)
  if (actual === expected) return []
  const reason = `redirects to ${shown(actual)}, expected ${shown(expected)}`
  return fault('location', { expected, actual: shown(actual), reason })
}

function finalUrlFault({ url, expect }: Target, reply: Reply): Fault[] {
  if (expect.finalUrl === null) return []
  const expected = comparable(expect.finalUrl, url!)
  const actual = comparable(reply.finalUrl, url!)
  if (actual === expected) return []
  const reason = `ends at ${shown(actual)}, expected ${shown(expected)}`
  return fault('final-url', { expected, actual: shown(actual), reason })
}

function containsFault(text: string | null, { body, method }: Reply): Fault[] {
  if (text === null || body === 'found') return []
  const expected = cleanPhrase(text, SHOWN_MAX)
  const quoted = `"${expected}"`
  if (method === 'HEAD') {
    return fault('contains', { expected, actual: 'no body', reason: `no body for ${quoted}: asked with HEAD` })
  }
  switch (body) {
    case 'absent':
      return fault('contains', {
        expected,
        actual: 'not in the body',
        reason: `the body does not contain ${quoted}`,
      })
    case 'beyond':
      return fault('contains', {
        expected,
        actual: 'not in the first 1 MiB of the body',
        reason: `the first 1 MiB of the body does not contain ${quoted}`,
      })
    case 'undecodable': {
      const actual = 'the body could not be decoded'
      return unknown('contains', { expected, actual, reason: `${actual}, so nobody looked for ${quoted} in all of it` })
    }
    case null: {
      const actual = 'the body could not be read'
      return unknown('contains', { expected, actual, reason: `${actual}, so nobody looked for ${quoted} in it` })
    }
  }
}

function headerFault({ name, pattern }: Expect['headers'][number], reply: Reply): Fault[] {
  const value = reply.headers.get(name)
  if (value !== null && pattern.test(value.slice(0, SEARCHED_MAX))) return []
  const expected = cleanPhrase(`${name}: ${pattern.source}`, SHOWN_MAX)
  const like = cleanPhrase(pattern.source, SHOWN_MAX)
  if (value === null) {
    const reason = `no ${name} header, expected one like ${like}`
    return fault('expect-header', { expected, actual: 'no such header', reason })
  }
  if (value.length > SEARCHED_MAX) {
    const actual = 'not in the first 16 KiB of the header'
    return unknown('expect-header', { expected, actual, reason: `${actual}, and nobody looked further for ${like}` })
  }
  // Cookies are the keys that a server gives out.
  const printed = name === 'set-cookie' ? value.slice(0, SHOWN_URL_MAX).replace(/=[^;,]*/g, '=***') : value
  const actual = cleanPhrase(`${name}: ${printed}`, SHOWN_MAX)
  const reason = `${name} is "${cleanPhrase(printed, SHOWN_MAX)}", expected ${like}`
  return fault('expect-header', { expected, actual, reason })
}

function latencyFault(maxMs: number | null, { durationMs }: Reply): Fault[] {
  if (maxMs === null || durationMs === null || durationMs <= maxMs) return []
  const expected = exactDuration(maxMs)
  const actual = roundedUp(durationMs)
  return fault('max-latency', { expected, actual, reason: `${actual}, slower than ${expected}` })
}

/** An answer without TLS has no certificate that could end. */
function certificateFault(days: number | null, { tls, checkedAtMs }: Reply): Fault[] {
  if (days === null || tls === null) return []
  const expected = `valid for ${counted(days, 'day')}`
  if (tls.validTo === null) {
    const reason = `the end of the certificate is not known, expected it ${expected}`
    return unknown('cert-days', { expected, actual: 'unknown', reason })
  }
  const { subject, validTo } = firstToEnd(tls)
  const left = Date.parse(validTo) - checkedAtMs
  if (left >= days * DAY_MS) return []
  const whose = subject === null ? 'certificate' : `certificate of "${cleanPhrase(subject)}" in its chain`
  const actual = `valid until ${validTo.slice(0, 10)}${subject === null ? '' : ` ("${cleanPhrase(subject)}")`}`
  const more = Math.floor(Math.abs(left) / DAY_MS)
  const reason =
    left < 0
      ? `${whose} expired ${counted(more, 'day')} ago, expected ${days} more`
      : `${whose} valid for ${more} more ${more === 1 ? 'day' : 'days'}, expected ${days}`
  return fault('cert-days', { expected, actual, reason })
}

/** The chain holds no longer than the first of its certificates. */
function firstToEnd({ chain = [], validTo }: NonNullable<Reply['tls']>): Pick<CertificateDates, 'subject' | 'validTo'> {
  let first: Pick<CertificateDates, 'subject' | 'validTo'> = { subject: null, validTo: validTo! }
  for (const each of chain) if (Date.parse(each.validTo) < Date.parse(first.validTo)) first = each
  return first
}

/** WHATWG-normalised, without fragment and userinfo; what is no URL as it is. */
function comparable(text: string, base: string): string {
  try {
    const url = new URL(text.trim(), base)
    url.hash = ''
    url.username = ''
    url.password = ''
    return url.href
  } catch {
    return cleanPhrase(text, SHOWN_MAX)
  }
}

function shown(url: string): string {
  return url.length <= SHOWN_URL_MAX ? url : `${url.slice(0, SHOWN_URL_MAX)}…`
}

/** As given: `500 ms`, `1.25 s`. */
function exactDuration(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(3))} s`
}

/** Never down to the limit, which would read as if it had been kept: `501 ms`, `1.3 s`. */
function roundedUp(ms: number): string {
  const whole = Math.ceil(ms)
  return whole < 1000 ? `${whole} ms` : `${Math.ceil(whole / 100) / 10} s`
}
