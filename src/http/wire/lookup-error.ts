// What went wrong with a name, by its code alone. DNS trouble, a dead name and this machine's own trouble are three things.

import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import { kindFacts } from '../../settings/kinds.js'
import type { Kind } from '../../words/kinds.js'

/** The code of a name that waited too long for its turn at getaddrinfo: it was never asked, so nothing is known of it. */
export const NEVER_ASKED = 'EBUSY'

const NO_SUCH_NAME = 'dns.name_not_resolved'

/** All codes that need more than `dns.failed` with its usual hint. c-ares' names, getaddrinfo's `EAI_*`, errno. */
const CODES: Readonly<Record<string, readonly [kind: Kind, hint: string | null]>> = {
  ENOTFOUND: [NO_SUCH_NAME, null],
  ENODATA: [NO_SUCH_NAME, 'The name exists but has no address of the kind asked for'],
  EBADNAME: [NO_SUCH_NAME, 'A host name has at most 253 characters, 63 between two dots, none empty'],
  ESERVFAIL: ['dns.failed', 'The DNS server reports a failure of its own (SERVFAIL). Try again later'],
  EREFUSED: ['dns.failed', 'The DNS server refuses to answer this machine (REFUSED)'],
  EBADRESP: ['dns.failed', 'The DNS server answers with something that makes no sense'],
  ETIMEOUT: ['dns.failed', 'The DNS server kept silent. Try again later'],
  ECONNREFUSED: ['dns.failed', 'Nothing listens at the address of the DNS server'],
  EMFILE: ['local.EMFILE', 'Too many open files: raise ulimit -n or lower --concurrency'],
  ENFILE: ['local.ENFILE', 'Too many open files on this machine: lower --concurrency'],
  ENOMEM: ['local.ENOMEM', 'This machine is out of memory'],
  EAI_MEMORY: ['local.EAI_MEMORY', 'This machine is out of memory'],
  ENOBUFS: ['local.ENOBUFS', 'This machine is out of network buffers: lower --concurrency'],
  [NEVER_ASKED]: [`local.${NEVER_ASKED}`, "Too many names at once that only this machine's own resolver knows"],
  ECANCELLED: ['aborted', null],
}

/** Why a name has no address. `code` is the resolver's own, `kind` what it means, `hint` what more is known than the kind says. */
export class LookupError extends Error {
  override readonly name = 'LookupError'
  readonly hostname: string
  readonly code: string
  readonly kind: Kind
  readonly hint: string | null

  constructor(hostname: string, code: string) {
    const [kind, hint] = CODES[code] ?? ['dns.failed', null]
    super(`${kindFacts(kind).meaning}: ${hostname} (${code})`)
    this.hostname = hostname
    this.code = code
    this.kind = kind
    this.hint = hint
  }
}

/** Whether a code says that the name has no address; false where nothing is known. */
export function saysNoSuchName(code: string): boolean {
  return CODES[code]?.[0] === NO_SUCH_NAME
}

/** Whether a code says that DNS has no answer, and so somebody else might; false for what this machine or the user did. */
export function saysNoAnswer(code: string): boolean {
  return new LookupError('', code).kind === 'dns.failed'
}

/**
 * The code to believe instead of getaddrinfo's: out of descriptors, it says ENOTFOUND even for `localhost` (measured on
 * Node 20). So before that is held against anybody, one descriptor is opened to see.
 */
export function trueCode(code: string): string {
  if (code !== 'ENOTFOUND') return code
  try {
    closeSync(openSync(devNull, 'r'))
    return code
  } catch (error) {
    const own = (error as NodeJS.ErrnoException).code
    return own === 'EMFILE' || own === 'ENFILE' ? own : code
  }
}
