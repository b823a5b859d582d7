// The documented signs that a server refused this checker and said nothing about the page. Only signs that a vendor
// documents count; a bare 403 is no sign.

import type { NamedKind } from '../kinds.js'
import type { ReplyHeaders } from '../types.js'

/** The kinds of a refused checker that an answer can carry. */
export type BlockKind = Extract<
  NamedKind,
  'blocked.cloudflare' | 'blocked.aws-waf' | 'blocked.status-999' | 'blocked.rate-limit'
>

/** LinkedIn's and a few others' own code for "no robots". */
const REFUSES_CHECKERS = 999
/** RFC 6585 §4. */
const TOO_MANY_REQUESTS = 429

/**
 * The sign of a refused checker in an answer, null when there is none. `cf-mitigated: challenge` is Cloudflare's
 * ("Detect a challenge page response"), `x-amzn-waf-action` is AWS WAF's for CAPTCHA (405) and challenge (202).
 */
export function blockMarker(status: number, headers: ReplyHeaders): BlockKind | null {
  if (status === TOO_MANY_REQUESTS) return 'blocked.rate-limit'
  if (status === REFUSES_CHECKERS) return 'blocked.status-999'
  if (headers.get('cf-mitigated')?.toLowerCase().includes('challenge') === true) return 'blocked.cloudflare'
  if (headers.get('x-amzn-waf-action') !== null) return 'blocked.aws-waf'
  return null
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
    case 'blocked.rate-limit':
      return reason
  }
}
