// The command that goes on with an interrupted run, ready to paste into a shell.

/** What may hold a secret, widely taken: a command ends in logs that others read. */
const MAY_BE_SECRET =
  /\/\/[^/?#\s]*@|(?:auth|cookie|token|key|secret|sig|signature|passw|credential|user)[\w-]*["']?\s*[=:]/i
/** Needs no quotes in any POSIX shell. */
const PLAIN = /^[\w@%+=:,./-]+$/

/** The arguments with `--resume`, quoted for a POSIX shell; null where they may hold a secret. */
export function resumeCommand(argv: readonly string[]): string | null {
  if (argv.some((argument) => MAY_BE_SECRET.test(argument))) return null
  const end = argv.indexOf('--')
  const flagsEnd = end === -1 ? argv.length : end
  const has = argv.slice(0, flagsEnd).includes('--resume')
  const all = has ? argv : [...argv.slice(0, flagsEnd), '--resume', ...argv.slice(flagsEnd)]
  return ['scrape-status', ...all.map(quote)].join(' ')
}

function quote(argument: string): string {
  return PLAIN.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`
}
