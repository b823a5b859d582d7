// Takes gzip off as it comes: a list of any length in flat memory, and its first lines before its last ones were read.

import { Readable } from 'node:stream'
import { constants, createGunzip } from 'node:zlib'
import { type ByteSource, streamSource } from './byte-source.js'

/** RFC 1952 §2.3.1. */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b
}

export interface GunzipOptions {
  /** A kill may have cut it: then it is read as far as it goes, as a file of plain text is. Default false. */
  readonly mayBeCut?: boolean
}

/** What is packed in a gzip file, all of its members (RFC 1952 §2.2). Rejects with the code of zlib where it is damaged. */
export function gunzip(packed: ByteSource, { mayBeCut = false }: GunzipOptions = {}): ByteSource {
  const stream = Readable.from(copiesOf(packed), { objectMode: false, highWaterMark: 1 })
  const unpacked = stream
    .on('error', (error) => unpacked.destroy(error))
    .pipe(createGunzip(mayBeCut ? { finishFlush: constants.Z_SYNC_FLUSH } : {}))
  const source = streamSource(unpacked)
  const close = async () => {
    stream.on('error', () => {}).destroy()
    await source.close()
    await packed.close()
  }
  return { read: source.read, close }
}

/** A chunk of a source is only valid until the next one. */
async function* copiesOf(source: ByteSource): AsyncGenerator<Buffer> {
  for (let chunk = await source.read(); chunk !== null; chunk = await source.read()) yield Buffer.from(chunk)
}
