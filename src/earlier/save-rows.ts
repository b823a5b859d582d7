// Rows of a file that has lost its name while it was written: somebody removed it, or put another one there.

import { type FileHandle, lstat, open } from 'node:fs/promises'
import { placeFor } from './set-aside.js'

/** Names are only names: somebody may have removed the part, or put another file in its place. */
export async function whoseIs(part: string, file: FileHandle): Promise<'ours' | 'gone' | 'another'> {
  const own = await file.stat({ bigint: true })
  const found = await lstat(part, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return null
  })
  if (found === null) return 'gone'
  return found.dev === own.dev && found.ino === own.ino ? 'ours' : 'another'
}

/** Writes what is in the file under its name again, or beside it where another file has that; null where it holds nothing. */
export async function saveRows(file: FileHandle, part: string, whose: 'gone' | 'another'): Promise<string | null> {
  const { size } = await file.stat()
  if (size === 0 && whose === 'another') return null
  // A name that nobody has: what stands there may be more.
  const path = whose === 'gone' ? part : await placeFor(part, 0)
  const copy = await open(path, 'wx', (await file.stat()).mode & 0o777)
  try {
    const buffer = Buffer.allocUnsafe(COPY_BYTES)
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
      if (bytesRead === 0) break
      await copy.writeFile(buffer.subarray(0, bytesRead))
      at += bytesRead
    }
  } finally {
    await copy.close()
  }
  return path
}

const COPY_BYTES = 1024 * 1024
