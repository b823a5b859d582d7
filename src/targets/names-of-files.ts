// `echo urls.txt | scrape-status`, `ls *.txt | scrape-status`: names of lists where the list should be. Each of them would be
// a host that nobody has.

import { statSync } from 'node:fs'
import { UsageError } from '../settings/errors.js'

/** More are a list. */
const FEW = 20
/** What a host of the web does not end in. */
const LIST_ENDING = /^[^.]+$|\.(?:te?xt|[ct]sv|jsonl?|ndjson|li?st|log|urls?|links?|x?html?|xml|ya?ml|gz|md)$/i

/** Throws where every line that has come whole is the name of a file that is there. */
export function refuseNamesOfFiles(head: Uint8Array): void {
  const text = new TextDecoder().decode(head)
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1 || text.length)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
  if (lines.length === 0 || lines.length > FEW || !lines.every(isNameOfFile)) return
  const which = lines.length === 1 ? `${lines[0]}: a file has this name` : 'stdin holds the names of files'
  const them = lines.length === 1 ? 'it' : 'them'
  throw new UsageError(`${which}; to read what is in ${them}: scrape-status ${lines.join(' ')}`)
}

function isNameOfFile(line: string): boolean {
  if (line.includes(':') || line.length > 4096 || !LIST_ENDING.test(line)) return false
  try {
    return statSync(line.trim()).isFile()
  } catch {
    return false
  }
}
