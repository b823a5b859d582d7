// What tells URLs apart whose secrets are not shown, and gives nothing of the secrets away that is worth having. Pure, the
// same on every machine and in every run.

import { createHash, hash } from 'node:crypto'
import { hideSecrets } from './hide-secrets.js'
import type { Method } from './method.js'

/** Hex digits that say what is shown anyhow. */
const SHOWN_DIGITS = 13
/** What is said of all secrets of a URL together: 12 bits. */
const SECRET_VALUES = 4096

/**
 * 16 hex digits for a URL that reports cannot show as it is; null for one that they can. The first 13 are of the SHA-256
 * of method, space, and the URL as it is shown; the last 3 are a sum over 12 bits of the SHA-256 of each hidden value.
 *
 * Whoever has a report can hold guesses against the last three digits, and one in 4096 wrong guesses fits: nothing can
 * be confirmed. They depend on the secrets alone and not on the URL, the run or the machine, so that a thousand reports
 * say no more than one. In return two URLs that differ in nothing but their secrets are taken for one in 1 of 4096 cases.
 */
export function urlKey(method: Method, url: string): string | null {
  let secrets = 0
  let factor = 1
  const shown = hideSecrets(url, 'url', (value) => {
    const twelveBits = Number.parseInt(createHash('sha256').update(value).digest('hex').slice(0, 3), 16)
    // Odd factors, so that no bit is lost and the order counts.
    secrets = (secrets + factor * twelveBits) % SECRET_VALUES
    factor += 2
  })
  if (shown === url) return null
  return textHash(method, shown).slice(0, SHOWN_DIGITS) + secrets.toString(16).padStart(3, '0')
}

/** 16 hex digits of the SHA-256 of method, space, text: what `key` was up to 0.1, and what stands for a URL in memory. */
export function textHash(method: Method, text: string): string {
  return hash('sha256', `${method} ${text}`, 'hex').slice(0, 16)
}
