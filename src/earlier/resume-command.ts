// The command that goes on with an interrupted run, ready to paste into a shell.

import { hideSecrets } from '../words/hide-secrets.js'
import { isSecretName } from '../words/secret-names.js'

/** Names that reports show and a command does not, because it ends in logs that others read: who it is for, and who asks. */
const WIDE = /auth|cookie|credential|key|passw|secret|sig|token|user/i
/** Looked at before a colon or an equals sign; longer names are no names. */
const NAME_MAX = 64

/** Needs no quotes in any POSIX shell. */
const PLAIN = /^[\w@%+=:,./-]+$/

/** The arguments with `--resume`, quoted for a POSIX shell; null where they may hold a secret. */
export function resumeCommand(argv: readonly string[]): string | null {
  if (argv.some(mayHoldSecret)) return null
  const end = argv.indexOf('--')
  const flagsEnd = end === -1 ? argv.length : end
  const has = argv.slice(0, flagsEnd).includes('--resume')
  const all = has ? argv : [...argv.slice(0, flagsEnd), '--resume', ...argv.slice(flagsEnd)]
  return ['scrape-status', ...all.map(quote)].join(' ')
}

/** Userinfo, or a value behind a name that may be one of a secret; linear in the argument. */
function mayHoldSecret(argument: string): boolean {
  if (hideSecrets(argument, 'written') !== argument || hideSecrets(argument, 'prose') !== argument) return true
  for (let at = 0; at < argument.length; at++) {
    if (argument[at] !== ':' && argument[at] !== '=') continue
    const name = nameBefore(argument, at)
    if (WIDE.test(name) || isSecretName(name)) return true
  }
  return false
}

/** The name that ends here, quotes and blanks aside. */
function nameBefore(argument: string, at: number): string {
  const first = Math.max(0, at - NAME_MAX)
  let end = at
  while (end > first && /["'\s]/.test(argument[end - 1]!)) end--
  let start = end
  while (start > first && /[\w-]/.test(argument[start - 1]!)) start--
  return argument.slice(start, end)
}

function quote(argument: string): string {
  return PLAIN.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`
}
