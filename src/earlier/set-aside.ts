// Rows that an earlier run has left and this one does not go on with: moved out of the way, never deleted.

import { lstat, rename, rm } from 'node:fs/promises'
import { openRows } from './open-rows.js'

/** Where they went and how many lines that are. */
export interface SetAside {
  readonly path: string
  readonly lines: number
}

/**
 * Moves the file to `NAME.old`, or `NAME.old.2` and so on: what is there already gives way only to more lines. Null where
 * there is nothing to keep: then nothing is there any more. Rejects with what the system says.
 */
export async function setAside(path: string): Promise<SetAside | null> {
  const stats = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return null
  })
  if (stats === null) return null
  // A link is no rows: what it points to stays.
  if (stats.isSymbolicLink() || (stats.isFile() && stats.size === 0)) {
    await rm(path)
    return null
  }
  const lines = await countLines(path)
  const aside = await placeFor(path, lines)
  await rename(path, aside)
  return { path: aside, lines }
}

/** A name that is free, or taken by fewer lines. */
export async function placeFor(path: string, lines: number): Promise<string> {
  for (let number = 1; ; number++) {
    const aside = `${path}.old${number === 1 ? '' : `.${number}`}`
    const there = await countLines(aside).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? -1 : null))
    if (there !== null && there < lines) return aside
  }
}

const LF = 10

/** Whole lines, of a packed file too, up to where that is damaged. */
async function countLines(path: string): Promise<number> {
  let lines = 0
  const bytes = await openRows(path, '--output')
  try {
    for (let chunk = await bytes.read(); chunk !== null; chunk = await bytes.read()) {
      for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, at + 1)) lines++
    }
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code?.startsWith('Z_')) throw error
  } finally {
    await bytes.close()
  }
  return lines
}
