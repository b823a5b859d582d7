// A list that a flag took for its value: `scrape-status -o urls.txt`, `scrape-status --contains urls.txt`.

import { statSync } from 'node:fs'
import { FLAGS, spellingsOf } from './flags.js'

/** `--contains took urls.txt`; null where no flag took what looks like an input. */
export function swallowedInput(argv: readonly string[]): string | null {
  const takesValue = new Set(FLAGS.filter(({ setting }) => setting.flag.includes('<')).flatMap(spellingsOf))
  for (const [at, word] of argv.entries()) {
    const flag = argv[at - 1]
    if (flag !== undefined && takesValue.has(flag) && isInput(word)) return `${flag} took ${word}`
  }
  return null
}

function isInput(word: string): boolean {
  if (/^https?:\/\//i.test(word)) return true
  try {
    return statSync(word).isFile()
  } catch {
    return false
  }
}
