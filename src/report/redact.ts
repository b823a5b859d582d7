// Secrets out of a verdict before anybody prints it, and what strangers wrote cut to a bound before it is searched. Pure,
// and the very same object when there is nothing to hide.

import { hideSecrets, shorten, type TextForm } from '../words/hide-secrets.js'
import type { Hop, TlsFacts } from '../words/reply.js'
import { isSecretName } from '../words/secret-names.js'
import { urlKey } from '../words/url-key.js'
import type { FailedCheck, Verdict } from '../words/verdict.js'

const HIDDEN = '***'
/** How deep members of the input are looked into; what lies deeper is not shown. */
const DEPTH_MAX = 20

/**
 * The verdict without userinfo (`***@`) and without the values of secret names (`***`), in every text. `url` and `input`
 * are the user's and stay whole; all else is cut to 4 KiB, with `…`. When `url` itself changed, `key` tells such URLs apart.
 * `typeText` does so for content types.
 */
export function redact(verdict: Verdict, typeText: TypeText = shown): Verdict {
  const url = hideSecrets(verdict.url, 'url')
  const input =
    verdict.input === verdict.url ? url : hideSecrets(verdict.input, verdict.url === '' ? 'invalid' : 'written')
  const finalUrl = verdict.finalUrl === verdict.url ? url : shown(verdict.finalUrl, 'url')
  const redirects = mapSame(verdict.redirects, hideInHop)
  const reason = shown(verdict.reason)
  const hint = shown(verdict.hint)
  const code = shown(verdict.code)
  const contentType = typeText(verdict.contentType)
  const source = shown(verdict.source, 'written')
  const failedChecks = mapSame(verdict.failedChecks, hideInCheck)
  const tls = hideInTls(verdict.tls)
  const extra = verdict.extra === null ? null : (hideInValue(verdict.extra, 0) as Verdict['extra'])
  const isSame =
    url === verdict.url &&
    input === verdict.input &&
    finalUrl === verdict.finalUrl &&
    redirects === verdict.redirects &&
    reason === verdict.reason &&
    hint === verdict.hint &&
    code === verdict.code &&
    contentType === verdict.contentType &&
    source === verdict.source &&
    failedChecks === verdict.failedChecks &&
    tls === verdict.tls &&
    extra === verdict.extra
  if (isSame) return verdict
  const key = url === verdict.url ? verdict.key : urlKey(verdict.method, verdict.url)
  const texts = { source, input, url, finalUrl, redirects, reason, hint, code, contentType, failedChecks, tls, extra }
  return { ...verdict, ...texts, key }
}

/** A content type without secrets. */
export type TypeText = (contentType: string | null) => string | null

/** Remembers the last one, for who redacts many in a row: most answers of a site have one type, and it has an `=` in it. */
export function createTypeText(): TypeText {
  let lastType: string | null = null
  let lastShown: string | null = null
  return (contentType) => {
    if (contentType !== lastType) {
      lastShown = shown(contentType)
      lastType = contentType
    }
    return lastShown
  }
}

/** Cut before it is searched, and after, because what hides a secret may be longer than the secret. */
function shown(text: string, form?: TextForm): string
function shown(text: string | null, form?: TextForm): string | null
function shown(text: string | null, form: TextForm = 'prose'): string | null {
  return text === null ? null : shorten(hideSecrets(shorten(text), form))
}

function hideInHop(hop: Hop): Hop {
  const url = shown(hop.url, 'url')
  const location = shown(hop.location, 'reference')
  return url === hop.url && location === hop.location ? hop : { url, status: hop.status, location }
}

function hideInCheck(failed: FailedCheck): FailedCheck {
  const expected = shown(failed.expected)
  const actual = shown(failed.actual)
  if (expected === failed.expected && actual === failed.actual) return failed
  return { check: failed.check, expected, actual }
}

function hideInTls(tls: TlsFacts | null): TlsFacts | null {
  if (tls === null) return null
  const issuer = shown(tls.issuer)
  const error = shown(tls.error)
  return issuer === tls.issuer && error === tls.error ? tls : { ...tls, issuer, error }
}

/** Members of the input that we do not know: their texts, and everything under a secret name. */
function hideInValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return shown(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEPTH_MAX) return '…'
  if (Array.isArray(value)) return mapSame(value, (item) => hideInValue(item, depth + 1))
  const entries = Object.entries(value)
  const hidden = mapSame(entries, (entry) => {
    const [name, inner] = entry
    const safe = isSecretName(name) && inner !== null && inner !== HIDDEN ? HIDDEN : hideInValue(inner, depth + 1)
    return safe === inner ? entry : ([name, safe] as [string, unknown])
  })
  return hidden === entries ? value : Object.fromEntries(hidden)
}

/** `map`, but the very same array when no item changed. */
function mapSame<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  let changed: T[] | null = null
  for (let at = 0; at < items.length; at++) {
    const next = change(items[at]!)
    if (next === items[at]) continue
    changed ??= items.slice()
    changed[at] = next
  }
  return changed ?? items
}
