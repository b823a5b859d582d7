// The signs that an answer is about how often we asked, not about the page. Pure; the room that waits and the room that
// judges both go by it.

import type { Reply } from './reply.js'

/** RFC 6585 §4. */
const TOO_MANY_REQUESTS = 429
/** What GitHub and others answer to a client that has used up its limit; alone it says "not for you". */
const FORBIDDEN = 403

/** How many requests are left: GitHub, X, GitLab, Kong. */
const REMAINING = [
  'x-ratelimit-remaining',
  'x-rate-limit-remaining',
  'ratelimit-remaining',
  'x-ratelimit-remaining-second',
  'x-ratelimit-remaining-minute',
  'x-ratelimit-remaining-hour',
  'x-ratelimit-remaining-day',
] as const

/** `"default";r=0;t=50`, in earlier drafts `limit=100, remaining=0, reset=50` (draft-ietf-httpapi-ratelimit-headers). */
const NONE_REMAINING = /(?:^|[;,\s])(?:r|remaining)=0(?![\d.])/i
/** Seconds or a date (RFC 9110 §10.2.3). */
const RETRY_AFTER = /^(?:\d|mon|tue|wed|thu|fri|sat|sun)/i

/**
 * Whether an answer complains of too many requests: 429, or 403 with a `Retry-After` or with the word that no request is
 * left (`X-RateLimit-Remaining: 0` and its siblings).
 */
export function isRateLimited({ status, headers }: Pick<Reply, 'status' | 'headers'>): boolean {
  if (status === TOO_MANY_REQUESTS) return true
  if (status !== FORBIDDEN) return false
  if (RETRY_AFTER.test(headers.get('retry-after')?.trim() ?? '')) return true
  if (NONE_REMAINING.test(headers.get('ratelimit') ?? '')) return true
  return REMAINING.some((name) => isNone(headers.get(name)))
}

/** `0`, `0.0`, and `-1` of servers that count on; one of several limits is enough. */
function isNone(value: string | null): boolean {
  return (value ?? '').split(',').some((part) => part.trim() !== '' && Number(part) <= 0)
}
