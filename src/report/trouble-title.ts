// What is wrong, as the title over all URLs with the same trouble.

import type { Verdict } from '../words/verdict.js'
import { labelOf, troubleOf } from './table/row.js'

/** `404 Not Found`, `no such host`, `403 Cloudflare challenge`. Foreign text: a server may have written the phrase. */
export function troubleTitle(verdict: Verdict): string {
  const trouble = troubleOf(verdict)
  const isOfStatus = verdict.kind === 'http.error' || verdict.kind.startsWith('blocked.')
  const label = labelOf(verdict)
  return isOfStatus && /^\d/.test(label) ? `${label} ${trouble}`.trimEnd() : trouble
}
