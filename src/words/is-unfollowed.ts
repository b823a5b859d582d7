// A redirect that is the answer itself.

import type { Verdict } from './verdict.js'

/** Whether the answer is a redirect that the user did not want followed. */
export function isUnfollowed({ redirects, finalUrl, status, kind }: Verdict): boolean {
  const last = redirects.at(-1)
  return last !== undefined && last.url === finalUrl && last.status === status && !kind.startsWith('http.response.')
}
