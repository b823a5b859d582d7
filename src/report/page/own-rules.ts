// Whether lines or rules of their own had a say: then "fine means 200-299" alone would not be true of the page.

import { parseStatusSet } from '../../settings/status-set.js'
import type { RunDescription } from '../../words/output.js'
import type { Verdict } from '../../words/verdict.js'

export interface OwnRules {
  look(verdict: Verdict): void
  readonly found: boolean
}

/** Sees it by what was accepted or refused against what the run says. */
export function createOwnRules(about: RunDescription | undefined): OwnRules {
  const accepted = about === undefined || about.accept === null ? null : parseStatusSet(about.accept)
  let found = false
  return {
    look({ outcome, status, failedChecks }) {
      if (found || accepted === null || about === undefined) return
      if (outcome === 'ok') found = status > 0 && !accepted.has(status)
      else if (outcome === 'failed') {
        found = failedChecks.some(({ check, expected }) => {
          return check === 'status' ? expected !== about.accept : check === 'location' || check === 'final-url'
        })
      }
    },
    get found() {
      return found
    },
  }
}
