// Text packed on its way into a file (`-o report.ndjson.gz`). What was written is readable a second later, whatever becomes
// of the process: zlib would keep up to 100 KB of rows to itself.

import type { Writable as Target } from 'node:stream'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createGzip } from 'node:zlib'

/** Whether a file of this name is packed. */
export function isPacked(path: string): boolean {
  return /\.gz$/i.test(path)
}

/** Between two moments at which all that was written can be unpacked; each costs some bytes (zlib, Z_SYNC_FLUSH). */
const FLUSH_MS = 1000

/** A stream into the other one, whose end ends it; its errors are this one's. */
export function gzipInto(target: Target): Writable {
  const gzip = createGzip()
  let isUnflushed = false
  const done = pipeline(gzip, target)
  const flushing = setInterval(() => {
    if (isUnflushed) gzip.flush(constants.Z_SYNC_FLUSH)
    isUnflushed = false
  }, FLUSH_MS).unref()
  const into = new Writable({
    write(chunk: Buffer, _encoding, written) {
      isUnflushed = true
      // Called back when it is packed; the error of the target comes by `done`.
      gzip.write(chunk, () => written())
    },
    final(ended) {
      clearInterval(flushing)
      gzip.end()
      done.then(() => ended(), ended)
    },
    destroy(error, destroyed) {
      clearInterval(flushing)
      gzip.destroy()
      destroyed(error)
    },
  })
  done.catch((error: Error) => into.destroy(error))
  return into
}
