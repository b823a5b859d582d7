// Sinks into files and named pipes that the user named. A mistake in the name is one line before anything is requested.

import { open } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { UsageError } from '../settings/errors.js'
import type { Sink } from '../words/output.js'
import { gzipInto, isPacked } from './gzip-into.js'
import { openPipe } from './open-pipe.js'
import { createOwnSink } from './sink.js'
import { whyNotWritten } from './why-not-written.js'

/** A named pipe, once somebody reads it; rejects with the signal's reason where that wait has to end. */
export async function openPipeSink(
  path: string,
  { flag, signal }: { readonly flag: string; readonly signal: AbortSignal | undefined },
): Promise<Sink> {
  try {
    return createOwnSink(packedWhereNamed(await openPipe(path, signal), path), path)
  } catch (cause) {
    signal?.throwIfAborted()
    throw new UsageError(`${flag} ${path}: ${whyNotWritten(path, (cause as NodeJS.ErrnoException).code)}`, { cause })
  }
}

/** A file, truncated and open before anything is requested; a `UsageError` that names the flag says why it cannot be. */
export async function openFileSink(path: string, flag = '--output'): Promise<Sink> {
  try {
    const file = await open(path, 'w')
    return createOwnSink(packedWhereNamed(file.createWriteStream(), path), path)
  } catch (cause) {
    throw new UsageError(`${flag} ${path}: ${whyNotWritten(path, (cause as NodeJS.ErrnoException).code)}`, { cause })
  }
}

function packedWhereNamed(stream: Writable, path: string): Writable {
  return isPacked(path) ? gzipInto(stream) : stream
}
