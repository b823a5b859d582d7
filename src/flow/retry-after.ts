// How long a server asks to be left alone (RFC 9110 §10.2.3).

import type { Reply, Target } from '../types.js'

/** Longer is more than a run can wait for; a server that means it will say so again. */
const LONGEST_MS = 60_000

/** A date in one of the three formats of HTTP (RFC 9110 §5.6.7), or as ISO writes it. `Date.parse` would read more: `foo 5`. */
const DATE = /^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? |\d{4}-\d\d-\d\dT)/i
/** The asctime format says no zone and means UTC. */
const WITHOUT_ZONE = /\d{4}$/

/** The Retry-After of a 429 or 503 in ms, seconds or date, between 0 and 60 s; null where there is none that can be read. */
export function retryAfterMs(reply: Pick<Reply, 'status' | 'headers'>, wallNowMs: number): number | null {
  if (reply.status !== 429 && reply.status !== 503) return null
  const text = reply.headers.get('retry-after')?.trim()
  if (!text) return null
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : dateMs(text) - wallNowMs
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), LONGEST_MS)
}

/** The host that gave the answer: that of the last hop. */
export function answeringHost(target: Pick<Target, 'host'>, reply: Pick<Reply, 'redirects' | 'finalUrl'>): string {
  if (reply.redirects.length === 0) return target.host
  const { hostname } = new URL(reply.finalUrl)
  return hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
}

function dateMs(text: string): number {
  if (!DATE.test(text)) return Number.NaN
  return Date.parse(WITHOUT_ZONE.test(text) ? `${text} GMT` : text)
}
