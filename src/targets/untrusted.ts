// What a line may not say where somebody else wrote the list (`--untrusted`): nothing of what is asked may be more, or
// more trusting, than the flags and rules of the user have it.

import type { Ask } from '../settings/target.js'
import type { Override } from './settings.js'

/** A line's setting that is refused: the sentence behind its name, and what to do. */
export interface Refusal {
  readonly reason: string
  readonly hint: string | null
}

/**
 * Keys that no such line has: they send what it wants to whom it wants, or try patterns on what others answer. What is
 * left (`accept`, `contains`, `skip` and the like) changes how its own rows are judged, and its author could as well
 * leave the line out.
 */
const REFUSED: ReadonlySet<string> = new Set(['header', 'user', 'insecure', 'expect-header'])

/** Whether a line may have the key at all; null: it may. */
export function refuseKey(name: string): Refusal | null {
  if (!REFUSED.has(name)) return null
  return { reason: 'not from a list under --untrusted', hint: `For a host that you know: --rule 'HOST ${name}=…'` }
}

/** Whether the setting asks for more than `limits`, which flags and rules allow its host; null: it does not. */
export function refuseMore(name: string, { ask, expect }: Override, limits: Ask): Refusal | null {
  const more = (allowed: string): Refusal => ({
    reason: `at most ${allowed} under --untrusted`,
    hint: 'A line may only lower it; more is for the flags to allow',
  })
  if (name === 'timeout' && ask.timeoutMs! > limits.timeoutMs) return more(duration(limits.timeoutMs))
  if (name === 'max-redirects' && ask.maxRedirects! > limits.maxRedirects) return more(`${limits.maxRedirects}`)
  if (name === 'retries' && ask.retries! > limits.retries) return more(`${limits.retries}`)
  const follows = (name === 'follow' && ask.follow) || (name === 'final-url' && expect.finalUrl !== undefined)
  if (!follows || limits.follow) return null
  return { reason: 'redirects are not followed under --untrusted with --no-follow', hint: null }
}

function duration(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`
}
