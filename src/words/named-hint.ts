// The hint of a verdict that is inconclusive because the user named its status or kind, and how reports know it again.

import type { Verdict } from './verdict.js'

const NAMED = 'Named in inconclusive='

/** With what named it, and what else is to be done. */
export function namedHint(name: string, hint: string | null): string {
  return hint === null ? `${NAMED}${name}` : `${NAMED}${name}; ${hint}`
}

/** Whether the user named what came of it: else it had failed. */
export function isNamedInconclusive({ outcome, hint }: Pick<Verdict, 'outcome' | 'hint'>): boolean {
  return outcome === 'inconclusive' && hint?.startsWith(NAMED) === true
}
