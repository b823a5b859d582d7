// Sinks into files and named pipes that the user named. A mistake in the name is one line before anything is requested.

import { open } from 'node:fs/promises'
import { UsageError } from '../settings/errors.js'
import type { Sink } from '../words/output.js'
import { openPipe } from './open-pipe.js'
import { createOwnSink } from './sink.js'
import { whyNotWritten } from './why-not-written.js'

/** A named pipe, once somebody reads it; rejects with the signal's reason where that wait has to end. */
export async function openPipeSink(
  path: string,
  { flag, signal }: { readonly flag: string; readonly signal: AbortSignal | undefined },
): Promise<Sink> {
  try {
    return createOwnSink(await openPipe(path, signal), path)
  } catch (cause) {
    signal?.throwIfAborted()
    throw new UsageError(`${flag} ${path}: ${whyNotWritten(path, (cause as NodeJS.ErrnoException).code)}`, { cause })
  }
}

/** A file, truncated and open before anything is requested; a `UsageError` that names the flag says why it cannot be. */
export async function openFileSink(path: string, flag = '--output'): Promise<Sink> {
  try {
    const file = await open(path, 'w')
    return createOwnSink(file.createWriteStream(), path)
  } catch (cause) {
    throw new UsageError(`${flag} ${path}: ${whyNotWritten(path, (cause as NodeJS.ErrnoException).code)}`, { cause })
  }
}
