// What the system says about files that cannot be written, as a message says it.

import { dirname } from 'node:path'
import { UsageError } from '../settings/errors.js'

/** Why a file cannot be opened for writing, in the words of a message, by the code of the system. */
export function whyNotWritten(path: string, code: string | undefined): string {
  switch (code) {
    case 'ENOENT':
      return `no folder ${dirname(path)}`
    case 'ENOTDIR':
      return `${dirname(path)} is not a folder`
    case 'EISDIR':
      return 'is a folder'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `cannot be written (${code})`
    default:
      return `cannot be opened (${code ?? 'unknown'})`
  }
}

const FULL: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file may not be larger',
}

/** What went wrong in writing, as a message says it. */
export function whyWritingFailed(error: Error): string {
  if (error instanceof UsageError) return error.message
  const { code = error.name } = error as NodeJS.ErrnoException
  return `${FULL[code] ?? 'cannot be written'} (${code})`
}
