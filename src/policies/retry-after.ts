// How long a server asks to be left alone (RFC 9110 §10.2.3).

import type { Target } from '../settings/target.js'
import { isRateLimited } from '../words/is-rate-limited.js'
import type { Where } from '../words/limits.js'
import type { Reply } from '../words/reply.js'
import { withoutTrailingDot } from '../words/without-trailing-dot.js'

/** What Node's timers hold, 24.8 days. */
const LONGEST_MS = 2_147_483_647

/** A date in one of the three formats of HTTP (RFC 9110 §5.6.7), or as ISO writes it. `Date.parse` would read more: `foo 5`. */
const DATE = /^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? |\d{4}-\d\d-\d\dT)/i
/** The asctime format says no zone and means UTC. */
const WITHOUT_ZONE = /\d{4}$/

/** Whether an answer asks for fewer requests: 429, 503, or a 403 about the rate. */
export function isComplaint(reply: Pick<Reply, 'status' | 'headers'>): boolean {
  return reply.status === 503 || isRateLimited(reply)
}

/** The Retry-After of a complaint in ms, seconds or date, 0 at least; null where there is none that can be read. */
export function retryAfterMs(reply: Pick<Reply, 'status' | 'headers'>, wallNowMs: number): number | null {
  if (reply.status < 400 || !isComplaint(reply)) return null
  const text = reply.headers.get('retry-after')?.trim()
  if (!text) return null
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : dateMs(text) - wallNowMs
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), LONGEST_MS)
}

/** Who gave the answer: the last hop. */
export function answeringOrigin(target: Pick<Target, 'url'>, reply: Pick<Reply, 'redirects' | 'finalUrl'>): Where {
  const { hostname, origin } = new URL(reply.redirects.length === 0 ? target.url! : reply.finalUrl)
  return { host: withoutTrailingDot(hostname), origin }
}

function dateMs(text: string): number {
  if (!DATE.test(text)) return Number.NaN
  return Date.parse(WITHOUT_ZONE.test(text) ? `${text} GMT` : text)
}
