// How a file that is whole takes the place of the one before it.

import { copyFile, rename, rm } from 'node:fs/promises'

/** A file that is mounted by itself, as in a container, cannot be replaced; its contents can. */
export async function moveOver(part: string, path: string): Promise<void> {
  try {
    await rename(part, path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EBUSY' && code !== 'EXDEV') throw error
    await copyFile(part, path)
    await rm(part, { force: true })
  }
}
