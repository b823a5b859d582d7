// Secrets out of a verdict before anybody prints it: userinfo, and the values of query names that carry keys. Pure, and
// the very same object when there is nothing to hide, which is found out without any parsing.

import { createHash } from 'node:crypto'
import type { FailedCheck, Hop, Verdict } from '../types.js'

const HIDDEN = '***'

/** Query names whose values are keys to something, in lower case: signed URLs of AWS and Google, tokens, passwords. */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  'sig',
  'signature',
  'token',
  'access_token',
  'api_key',
  'key',
  'password',
  'x-amz-signature',
  'x-amz-credential',
  'x-amz-security-token',
  'x-goog-signature',
  'awsaccesskeyid',
])

/** Userinfo of a URL that is the whole text; slashes, scheme and tabs as loose as the URL standard reads them. */
const USERINFO = /^(\s*(?:[a-z][a-z0-9+.-]*:(?=[/\\])|https?:)?[/\\]*)[^/\\?#]*@/i
/** Up to the last @ of a text that is no URL: where its userinfo ends is anybody's guess. */
const ANY_USERINFO = /^(\s*(?:[a-z][a-z0-9+.-]*:[/\\]+)?)[\s\S]*@/i
/** Userinfo of a URL within a sentence. */
const USERINFO_IN_PROSE = /([a-z][a-z0-9+.-]*:[/\\]{2})[^/\\?#\s]*@/gi
const PARAMETER = /([?&#;])([^=&#;?\s]+)=([^&#]*)/g
const PARAMETER_IN_PROSE = /(^|[?&#;\s"'(])([^=&#;?\s"'(]+)=([^&#\s"'<>]*)/g

/**
 * The verdict without userinfo (`***@`) and without the values of secret query names (`***`), in every text that can
 * hold a URL. When `url` itself changed, `key` tells such URLs apart: 16 hex digits of the SHA-256 of method, space,
 * unredacted URL.
 */
export function redact(verdict: Verdict): Verdict {
  if (!mayHide(verdict)) return verdict
  const url = hideInUrl(verdict.url)
  const input = verdict.url === '' ? hideInInvalid(verdict.input) : hideInUrl(verdict.input)
  const finalUrl = hideInUrl(verdict.finalUrl)
  const redirects = mapSame(verdict.redirects, hideInHop)
  const reason = hideInProse(verdict.reason)
  const hint = verdict.hint === null ? null : hideInProse(verdict.hint)
  const failedChecks = mapSame(verdict.failedChecks, hideInCheck)
  const extra = verdict.extra === null ? null : (hideInValue(verdict.extra) as Verdict['extra'])
  const isSame =
    url === verdict.url &&
    input === verdict.input &&
    finalUrl === verdict.finalUrl &&
    redirects === verdict.redirects &&
    reason === verdict.reason &&
    hint === verdict.hint &&
    failedChecks === verdict.failedChecks &&
    extra === verdict.extra
  if (isSame) return verdict
  const key = url === verdict.url ? verdict.key : keyOf(verdict)
  return { ...verdict, input, url, finalUrl, redirects, reason, hint, failedChecks, extra, key }
}

/** Only texts with one of two characters can hold a secret; most verdicts end here. */
function mayHide(verdict: Verdict): boolean {
  return (
    verdict.extra !== null ||
    isSuspect(verdict.url) ||
    isSuspect(verdict.input) ||
    isSuspect(verdict.finalUrl) ||
    isSuspect(verdict.reason) ||
    (verdict.hint !== null && isSuspect(verdict.hint)) ||
    verdict.redirects.some((hop) => isSuspect(hop.url) || (hop.location !== null && isSuspect(hop.location))) ||
    verdict.failedChecks.some((failed) => isSuspect(failed.expected) || isSuspect(failed.actual))
  )
}

function isSuspect(text: string): boolean {
  return text.includes('=') || text.includes('@')
}

function keyOf(verdict: Verdict): string {
  return createHash('sha256').update(`${verdict.method} ${verdict.url}`).digest('hex').slice(0, 16)
}

function hideInUrl(text: string): string {
  const named = text.includes('@') ? text.replace(USERINFO, `$1${HIDDEN}@`) : text
  return named.includes('=') ? named.replace(PARAMETER, hideParameter) : named
}

/** A text that may be a URL or was meant to be one, without userinfo and the values of secret names. */
export function hideInInvalid(text: string): string {
  return hideInUrl(text.includes('@') ? text.replace(ANY_USERINFO, `$1${HIDDEN}@`) : text)
}

function hideInProse(text: string): string {
  if (!isSuspect(text)) return text
  return text.replace(USERINFO_IN_PROSE, `$1${HIDDEN}@`).replace(PARAMETER_IN_PROSE, hideParameter)
}

function hideParameter(whole: string, before: string, name: string, value: string): string {
  return value !== '' && isSecret(name) ? `${before}${name}=${HIDDEN}` : whole
}

/** Servers decode names, so a name counts decoded. */
function isSecret(name: string): boolean {
  if (!name.includes('%')) return SECRET_NAMES.has(name.toLowerCase())
  try {
    return SECRET_NAMES.has(decodeURIComponent(name).toLowerCase())
  } catch {
    return false
  }
}

function hideInHop(hop: Hop): Hop {
  const url = hideInUrl(hop.url)
  const location = hop.location === null ? null : hideInUrl(hop.location)
  return url === hop.url && location === hop.location ? hop : { url, status: hop.status, location }
}

function hideInCheck(failed: FailedCheck): FailedCheck {
  const expected = hideInProse(failed.expected)
  const actual = hideInProse(failed.actual)
  if (expected === failed.expected && actual === failed.actual) return failed
  return { check: failed.check, expected, actual }
}

/** Members of the input that we do not know: their texts, and everything under a secret name. */
function hideInValue(value: unknown): unknown {
  if (typeof value === 'string') return hideInProse(value)
  if (Array.isArray(value)) return mapSame(value, hideInValue)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const hidden = mapSame(entries, (entry) => {
    const [name, inner] = entry
    const safe = isSecret(name) && inner !== null && inner !== HIDDEN ? HIDDEN : hideInValue(inner)
    return safe === inner ? entry : ([name, safe] as [string, unknown])
  })
  return hidden === entries ? value : Object.fromEntries(hidden)
}

/** `map`, but the very same array when no item changed. */
function mapSame<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  let changed: T[] | null = null
  items.forEach((item, at) => {
    const next = change(item)
    if (next === item) return
    changed ??= items.slice()
    changed[at] = next
  })
  return changed ?? items
}
