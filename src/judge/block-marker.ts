// The documented signs that a server refused this checker and said nothing about the page. Only signs that a vendor
// documents count; a bare 403 is no sign.

import { isRateLimited } from '../words/is-rate-limited.js'
import type { NamedKind } from '../words/kinds.js'
import type { ReplyHeaders } from '../words/reply.js'

/** The kinds of a refused checker, or of an answer that is not the server's, that an answer can carry. */
export type BlockKind =
  | Extract<NamedKind, 'blocked.cloudflare' | 'blocked.aws-waf' | 'blocked.status-999' | 'blocked.rate-limit'>
  | 'local.captive_portal'

/** LinkedIn's and a few others' own code for "no robots". */
const REFUSES_CHECKERS = 999
/** RFC 6585 §6: never an origin's, always the network's on the way there. */
const WANTS_LOGIN = 511

/**
 * The sign of a refused checker in an answer, null when there is none. `cf-mitigated: challenge` is Cloudflare's
 * ("Detect a challenge page response"), `x-amzn-waf-action` is AWS WAF's for CAPTCHA (405) and challenge (202).
 */
export function blockMarker(status: number, headers: ReplyHeaders): BlockKind | null {
  if (status === WANTS_LOGIN) return 'local.captive_portal'
  if (status === REFUSES_CHECKERS) return 'blocked.status-999'
  if (headers.get('cf-mitigated')?.toLowerCase().includes('challenge') === true) return 'blocked.cloudflare'
  if (headers.get('x-amzn-waf-action') !== null) return 'blocked.aws-waf'
  return isRateLimited({ status, headers }) ? 'blocked.rate-limit' : null
}

/** `403 with a Cloudflare challenge`: the status and the sign in one sentence. */
export function reasonOfBlock(kind: BlockKind, status: number, reason: string): string {
  switch (kind) {
    case 'blocked.cloudflare':
      return `${status} with a Cloudflare challenge`
    case 'blocked.aws-waf':
      return `${status} with an AWS WAF challenge`
    case 'blocked.status-999':
      return '999, the code with which servers refuse checkers'
    case 'local.captive_portal':
      return '511, the code with which a network asks for a login'
    case 'blocked.rate-limit':
      return status === 403 ? '403 because of a rate limit' : reason
  }
}
