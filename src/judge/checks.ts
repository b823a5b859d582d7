// The expectations beside the status: what does not hold of an answer, each with what was expected, what came and a
// plain sentence. Pure; an answer of which nothing is expected costs a comparison for each that there could be.

import type { HeaderPattern } from '../settings/headers.js'
import { CHECKS, type CheckKind, checkKind } from '../settings/kinds.js'
import type { CheckName } from '../settings/options.js'
import { SETTINGS } from '../settings/table.js'
import { DEFAULT_EXPECT, type Expect, type Target } from '../settings/target.js'
import { counted } from '../words/counted.js'
import type { CertificateDates, Reply } from '../words/reply.js'
import type { FailedCheck } from '../words/verdict.js'
import { cleanPhrase } from './reason.js'

/** What of an expectation does not hold, or of which nobody can say whether it does, and the sentence for it. */
interface Finding {
  /** The check could not be made: that is nothing against the page. */
  readonly isUnknown?: boolean
  readonly expected: string
  readonly actual: string
  readonly reason: string
}

/** A finding under the name of its expectation. */
export interface Fault {
  readonly isUnknown: boolean
  readonly kind: CheckKind
  readonly failed: FailedCheck
  readonly reason: string
}

/** A rule: what of an expectation an answer does not hold. */
type Rule<Name extends CheckName> = (expected: NonNullable<Expect[Name]>, answer: Answer) => readonly Finding[]

interface Answer {
  readonly reply: Reply
  /** The URL that was asked. */
  readonly url: string
}

/** One rule for each expectation that has a kind: forget one and it does not compile. */
const RULES: { readonly [Name in CheckName]: Rule<Name> } = {
  location: locationFindings,
  finalUrl: finalUrlFindings,
  contains: containsFindings,
  expectHeaders: (patterns, { reply }) => patterns.flatMap((pattern) => headerFindings(pattern, reply)),
  maxLatencyMs: latencyFindings,
  certDays: certificateFindings,
}

const NO_FAULTS: readonly Fault[] = Object.freeze([])
const DAY_MS = 86_400_000
/** Longest piece of the wire that a sentence or a check repeats, in characters. */
const SHOWN_MAX = 200
/** The same of a URL, which may be 64 KiB long. */
const SHOWN_URL_MAX = 2048
/** Of a header, in characters; servers that are set up as they come send less. */
const SEARCHED_MAX = 16_384

/** All expectations that do not hold, in the order in which they are judged. */
export function faultsOf({ expect, url }: Target, reply: Reply): readonly Fault[] {
  let faults: Fault[] | null = null
  for (const name of CHECKS) {
    const expected = expect[name]
    if (expected === null || expected === DEFAULT_EXPECT[name]) continue
    const rule = RULES[name] as Rule<CheckName>
    for (const finding of rule(expected as never, { reply, url: url! })) {
      faults ??= []
      faults.push(faultOf(name, finding))
    }
  }
  return faults ?? NO_FAULTS
}

function faultOf(name: CheckName, { isUnknown = false, expected, actual, reason }: Finding): Fault {
  const failed = { check: SETTINGS[name].key, expected, actual }
  return { isUnknown, kind: checkKind(name), failed, reason }
}

/** The first answer's Location, resolved against the URL that was asked. */
function locationFindings(wanted: string, { reply, url }: Answer): Finding[] {
  const expected = comparable(wanted, url)
  const [first] = reply.redirects
  const location = first === undefined ? reply.headers.get('location') : first.location
  if (location === null) {
    return [{ expected, actual: 'no redirect', reason: `no redirect, expected ${shown(expected)}` }]
  }
  const actual = comparable(location, url)
  if (actual === expected) return []
  const reason = `redirects to ${shown(actual)}, expected ${shown(expected)}`
  return [{ expected, actual: shown(actual), reason }]
}

function finalUrlFindings(wanted: string, { reply, url }: Answer): Finding[] {
  const expected = comparable(wanted, url)
  const actual = comparable(reply.finalUrl, url)
  if (actual === expected) return []
  return [{ expected, actual: shown(actual), reason: `ends at ${shown(actual)}, expected ${shown(expected)}` }]
}

function containsFindings(text: string, { reply: { body, method } }: Answer): Finding[] {
  if (body === 'found') return []
  const expected = cleanPhrase(text, SHOWN_MAX)
  const quoted = `"${expected}"`
  if (method === 'HEAD') return [{ expected, actual: 'no body', reason: `no body for ${quoted}: asked with HEAD` }]
  switch (body) {
    case 'absent':
      return [{ expected, actual: 'not in the body', reason: `the body does not contain ${quoted}` }]
    case 'beyond': {
      const reason = `the first 1 MiB of the body does not contain ${quoted}`
      return [{ expected, actual: 'not in the first 1 MiB of the body', reason }]
    }
    case 'undecodable': {
      const actual = 'the body could not be decoded'
      const reason = `${actual}, so nobody looked for ${quoted} in all of it`
      return [{ isUnknown: true, expected, actual, reason }]
    }
    case null: {
      const actual = 'the body could not be read'
      return [{ isUnknown: true, expected, actual, reason: `${actual}, so nobody looked for ${quoted} in it` }]
    }
  }
}

function headerFindings({ name, pattern }: HeaderPattern, reply: Reply): Finding[] {
  const value = reply.headers.get(name)
  if (value !== null && pattern.test(value.slice(0, SEARCHED_MAX))) return []
  const expected = cleanPhrase(`${name}: ${pattern.source}`, SHOWN_MAX)
  const like = cleanPhrase(pattern.source, SHOWN_MAX)
  if (value === null) {
    return [{ expected, actual: 'no such header', reason: `no ${name} header, expected one like ${like}` }]
  }
  if (value.length > SEARCHED_MAX) {
    const actual = 'not in the first 16 KiB of the header'
    return [{ isUnknown: true, expected, actual, reason: `${actual}, and nobody looked further for ${like}` }]
  }
  // Cookies are the keys that a server gives out.
  const printed = name === 'set-cookie' ? value.slice(0, SHOWN_URL_MAX).replace(/=[^;,]*/g, '=***') : value
  const reason = `${name} is "${cleanPhrase(printed, SHOWN_MAX)}", expected ${like}`
  return [{ expected, actual: cleanPhrase(`${name}: ${printed}`, SHOWN_MAX), reason }]
}

function latencyFindings(maxMs: number, { reply: { durationMs } }: Answer): Finding[] {
  if (durationMs === null || durationMs <= maxMs) return []
  const expected = exactDuration(maxMs)
  const actual = roundedUp(durationMs)
  return [{ expected, actual, reason: `${actual}, slower than ${expected}` }]
}

/** An answer without TLS has no certificate that could end. */
function certificateFindings(days: number, { reply: { tls, checkedAtMs } }: Answer): Finding[] {
  if (tls === null) return []
  const expected = `valid for ${counted(days, 'day')}`
  if (tls.validTo === null) {
    const reason = `the end of the certificate is not known, expected it ${expected}`
    return [{ isUnknown: true, expected, actual: 'unknown', reason }]
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
  return [{ expected, actual, reason }]
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
